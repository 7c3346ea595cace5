"""The people of a file once they are compared with each other and with the Studio (U6)."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple, Protocol

from studio_tui.domain.people.hr_file.records import Record, Refusal, RowWarning, TeamPath
from studio_tui.domain.shared.dataclass import dataclass

UserRef = int | str
"""Who is meant: the id of a user who is in the Studio, or the `address_key` of one whom this file
adds."""


@dataclass(frozen=True, slots=True)
class Known:
    """A user who is in the Studio already."""

    user_id: int
    login: str
    name: str
    number: str = ""
    """The `number_key` of the employee number, if there is one."""


class KnownPeople(Protocol):
    """What there is already. Each question is asked once, for the whole file; texts are `key`s."""

    def by_login(self, logins: Collection[str]) -> Mapping[str, Known]:
        """Those of ``logins`` that belong to a user, whether active or not."""
        ...

    def by_email(self, emails: Collection[str]) -> Mapping[str, Known]:
        """Those of ``emails`` that belong to a user, whether active or not."""
        ...

    def by_number(self, numbers: Collection[str]) -> Mapping[str, Known]:
        """Those of ``numbers``, as `number_key` has them, that belong to a user."""
        ...

    def team_paths(self) -> Iterable[TeamPath]:
        """Every team there is."""
        ...

    def teams_led(self, user_ids: Collection[int]) -> Mapping[int, Collection[TeamPath]]:
        """The teams that each of these users leads; who leads none may be left out."""
        ...


class ImportRow(NamedTuple):
    """One row that can be imported, its people found."""

    record: Record
    user_id: int | None
    """The user it changes; None where it adds one. The login of a user who is there already
    changes only where ``record.derived_login`` is false."""
    ref: UserRef
    """How other people of the file refer to this one."""
    coaches: tuple[UserRef, ...]
    manager: UserRef | None
    joins: TeamPath | None
    """The team of the manager, where no team of the row is theirs already: joined besides
    ``record.teams``."""
    also_joins: tuple[TeamPath, ...] = ()
    """The teams of further managers."""


@dataclass(frozen=True, slots=True)
class ManagerTeam:
    """A team that people join because of their manager, who leads it."""

    path: TeamPath
    leader: UserRef


@dataclass(frozen=True, slots=True)
class Checked:
    """A file as it can be imported."""

    people: tuple[ImportRow, ...]
    """In the order of the file."""
    refusals: tuple[Refusal, ...]
    """All of them, those of single cells too, by line: one for each refused line."""
    manager_teams: tuple[ManagerTeam, ...]
    """Teams that are to be, and to be led so, besides what rows say of `teams` and `leads`."""
    warnings: tuple[RowWarning, ...] = ()
    """What is left out of rows that are imported, by line; those of the file itself too."""
