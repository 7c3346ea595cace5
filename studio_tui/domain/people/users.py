"""Users, their roles, their teams and their managers (U1 to U5)."""

from datetime import date, datetime

from studio_tui.domain.audiences.audience import Audience
from studio_tui.domain.people.facts import with_every_fact
from studio_tui.domain.people.roles import Role
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.text import fold


@dataclass(frozen=True, slots=True)
class Manager:
    """A manager of a user, with the reason ("leads Sales", "coach") (U4)."""

    user_id: int
    login: str
    name: str
    reason: str


@with_every_fact
@dataclass(frozen=True, slots=True)
class User:
    """A user as lists show them (U1)."""

    id: int
    login: str
    email: str
    given_name: str
    family_name: str
    language: str
    time_zone: str
    role: Role
    department: str
    hired_on: date | None
    active: bool
    groups: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    """Teams of which the user is a member, as paths: ``Sales > Belgium``."""
    leads: tuple[str, ...] = ()
    coaches: tuple[str, ...] = ()
    """Logins of the user's coaches."""
    managers: tuple[Manager, ...] = ()
    employee_number: str = ""
    """Identifier in the HR system, independent of names and addresses (U11)."""
    mail_bounced: bool = False
    """Whether mail to the user's current address bounced (N15)."""

    @property
    def name(self) -> str:
        """Given and family name."""
        return full_name(self.given_name, self.family_name)


@dataclass(frozen=True, slots=True)
class UserFilter:
    """The filter of a list of users. Every word must match; the other fields narrow further."""

    text: str = ""
    push_id: int | None = None
    """Only users who are assigned to this push."""
    include_left: bool = False
    left_before: datetime | None = None
    """Only users who left before this instant and are not erased."""
    where: Audience | None = None
    """Only users in this audience (P13).

    Users who have left are included if the audience mentions them.
    """
    candidate_for: int | None = None
    """Id of the push whose users are being chosen from the list.

    The list then shows managers and who is already in the push, so words may match these, too.
    """

    def words(self) -> tuple[str, ...]:
        """Return the words of `text`.

        Words are parts of a name, login, address, department, team or group.
        """
        return tuple(self.text.split())


def full_name(given: str, family: str) -> str:
    """Return given and family name in spoken order."""
    return f"{given} {family}".strip()


def sort_name(given: str, family: str) -> str:
    """Return the sort key of a user: family name first, ignoring case."""
    return f"{fold(family)} {fold(given)}".strip()
