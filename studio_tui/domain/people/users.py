"""Users, their roles, their teams and who manages them (U1 to U5)."""

from datetime import date, datetime

from studio_tui.domain.audiences.audience import Audience
from studio_tui.domain.people.facts import with_every_fact
from studio_tui.domain.people.roles import Role
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.text import fold


@dataclass(frozen=True, slots=True)
class Manager:
    """One of the managers of a user, with the reason ("leads Sales", "coach") (U4)."""

    user_id: int
    login: str
    name: str
    reason: str


@with_every_fact
@dataclass(frozen=True, slots=True)
class User:
    """A person, as lists show them (U1)."""

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
    """Teams the user is a member of, each with its parents: ``Sales > Belgium``."""
    leads: tuple[str, ...] = ()
    coaches: tuple[str, ...] = ()
    """Logins of the user's coaches."""
    managers: tuple[Manager, ...] = ()
    employee_number: str = ""
    """What the HR system knows them by, across names and addresses (U11)."""
    mail_bounced: bool = False
    """Whether mail came back from the address that they have (N15)."""

    @property
    def name(self) -> str:
        """Given and family name."""
        return full_name(self.given_name, self.family_name)


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Which users a list shows. Words must all be found; the rest narrows further."""

    text: str = ""
    push_id: int | None = None
    """Only who is assigned to this push."""
    include_left: bool = False
    left_before: datetime | None = None
    """Only who left before this instant, and is not erased."""
    where: Audience | None = None
    """Only who is in this audience (P13); who has left is asked about where it says so."""
    candidate_for: int | None = None
    """A push whose users are chosen out of these: the list shows the names of their managers and
    who is in it already, so that words may be of these, too."""

    def words(self) -> tuple[str, ...]:
        """The words of `text`: parts of a name, login, address, department, team or group."""
        return tuple(self.text.split())


def full_name(given: str, family: str) -> str:
    """Given and family name in the order they are spoken."""
    return f"{given} {family}".strip()


def sort_name(given: str, family: str) -> str:
    """The key users are sorted by: family name first, without case."""
    return f"{fold(family)} {fold(given)}".strip()
