"""The people of a file after validation against each other and the Studio (U6)."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple, Protocol

from studio_tui.domain.people.hr_file.records import Record, Refusal, RowWarning, TeamPath
from studio_tui.domain.shared.dataclass import dataclass

UserRef = int | str
"""Reference to a person: the id of an existing user, or the `address_key` of a new one."""


@dataclass(frozen=True, slots=True)
class KnownUser:
    """An existing user of the Studio."""

    user_id: int
    login: str
    name: str
    number: str = ""
    """The `number_key` of the employee number; empty if there is none."""


class KnownPeople(Protocol):
    """Queries about the existing data.

    Each query is made once for the whole file. Texts are `key`s.
    """

    def by_login(self, logins: Collection[str]) -> Mapping[str, KnownUser]:
        """Return those of ``logins`` that belong to a user, active or not."""
        ...

    def by_email(self, emails: Collection[str]) -> Mapping[str, KnownUser]:
        """Return those of ``emails`` that belong to a user, active or not."""
        ...

    def by_number(self, numbers: Collection[str]) -> Mapping[str, KnownUser]:
        """Return those of ``numbers``, which are `number_key`s, that belong to a user."""
        ...

    def team_paths(self) -> Iterable[TeamPath]:
        """Return all existing teams."""
        ...

    def teams_led(self, user_ids: Collection[int]) -> Mapping[int, Collection[TeamPath]]:
        """Return the teams that each of these users leads. Users who lead none may be missing."""
        ...


class ImportRow(NamedTuple):
    """A row that can be imported, with its references resolved."""

    record: Record
    user_id: int | None
    """Id of the user to change; None to add one.

    The login of an existing user changes only if ``record.derived_login`` is false.
    """
    ref: UserRef
    """Reference by which other rows mean this person."""
    coaches: tuple[UserRef, ...]
    manager: UserRef | None
    joins: TeamPath | None
    """Team of the manager to join in addition to ``record.teams``.

    None if the manager leads one of the teams of the row.
    """
    also_joins: tuple[TeamPath, ...] = ()
    """Teams of additional managers."""


@dataclass(frozen=True, slots=True)
class ManagerTeam:
    """A team that people join because its leader is their manager."""

    path: TeamPath
    leader: UserRef


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """The result of validating a file."""

    people: tuple[ImportRow, ...]
    """Rows to import, in the order of the file."""
    refusals: tuple[Refusal, ...]
    """One refusal for each refused line, sorted by line, including those of single cells."""
    manager_teams: tuple[ManagerTeam, ...]
    """Teams that must exist with these leaders.

    In addition to those in `teams` and `leads` of the rows.
    """
    warnings: tuple[RowWarning, ...] = ()
    """Values left out of imported rows, sorted by line, including warnings about the file."""
