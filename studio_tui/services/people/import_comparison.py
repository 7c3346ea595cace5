"""Comparison of a checked file with the stored users and teams (U6).

A field that the file does not have is left unchanged; a new user gets its default. The module is
pure: the stored data is passed in.
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from itertools import chain
from operator import attrgetter
from typing import Any

from studio_tui.config.settings import Organisation
from studio_tui.domain.people.facts import OF_ORGANISATION, Fact, fact_called
from studio_tui.domain.people.hr_file import (
    HrFile,
    ImportField,
    ImportRow,
    Record,
    TeamPath,
    UserRef,
)
from studio_tui.domain.people.keys import key, number_key
from studio_tui.domain.people.roles import Role
from studio_tui.domain.people.teams import SEPARATOR
from studio_tui.storage.people.import_read import KnownTeam, Profile, team_key
from studio_tui.storage.people.import_write import NewTeam

_NOTHING: frozenset[Any] = frozenset()
_COMPUTED_FACTS = {"login", "email", "given_name", "family_name", "teams", "leads", "coaches"}
"""Facts that `Comparison.profile` sets itself."""


class Comparison:
    """A comparison of one file with the stored teams and the profiles that the caller passes in."""

    def __init__(
        self,
        file: HrFile,
        organisation: Organisation,
        teams: Mapping[str, KnownTeam],
        leading: Mapping[UserRef, TeamPath],
        today: date,
    ) -> None:
        """Create a comparison.

        ``leading`` maps a manager that the file names to the team they lead because of it. Users
        whose last day is before ``today`` have left.
        """
        self._present = file.present_fields
        self._teams = teams
        self._named: dict[tuple[TeamPath, ...], frozenset[str]] = {}
        self._by_manager = {team_key(path): path for path in leading.values()}
        self._leading = {ref: team_key(path) for ref, path in leading.items()}
        self._readers = _readers(organisation, file.present_fields, today)
        self._blank = _blank(organisation)

    def profile(self, person: ImportRow, before: Profile | None) -> Profile:
        """Return the new profile of ``person``.

        ``before`` is the stored profile, None for a new user.
        """
        record, base = person.record, before or self._blank
        keeps_login = before is not None and record.derived_login
        values = {name: read(record) for name, read in self._readers}
        for field in record.unread:
            values.pop(field.value, None)
        if (number := values.get("employee_number")) and number != base.employee_number:
            values["employee_number"] = _with_leading_zeros(number, base.employee_number)
        return base._replace(
            login=base.login if keeps_login else record.login,
            email=record.email or base.email,
            given_name=record.given_name,
            family_name=record.family_name,
            teams=self._teams_of(person, base),
            leads=self._leads_of(person, base),
            coaches=self._coaches_of(person, base),
            **values,
        )

    def leader(self, ref: UserRef, before: Profile) -> Profile:
        """Return the new profile of a manager who is not in the file but gets a team to lead."""
        return before._replace(leads=before.leads | {self._leading[ref]})

    def new_teams(self) -> list[NewTeam]:
        """Return the missing teams that the profiles computed so far refer to, parents first."""
        wanted: dict[str, tuple[TeamPath, bool]] = {}
        for path in chain.from_iterable(self._named):
            for depth in range(1, len(path) + 1):
                wanted.setdefault(team_key(path[:depth]), (path[:depth], False))
        for found, path in self._by_manager.items():
            wanted.setdefault(found, (path, True))
        made: dict[str, NewTeam] = {}
        for found in sorted(wanted.keys() - self._teams.keys()):
            made[found] = self._new_team(found, *wanted[found], made)
        return list(made.values())

    def _new_team(
        self, found: str, path: TeamPath, by_manager: bool, made: Mapping[str, NewTeam]
    ) -> NewTeam:
        *above, name = path
        if not above:
            return NewTeam(found, None, name, name, by_manager)
        parent_key = team_key(tuple(above))
        parent = self._teams.get(parent_key) or made[parent_key]
        return NewTeam(found, parent_key, name, f"{parent.path}{SEPARATOR}{name}", by_manager)

    def _teams_of(self, person: ImportRow, base: Profile) -> frozenset[str]:
        joined = _NOTHING if person.joins is None else {team_key(person.joins)}
        if person.also_joins:
            joined = joined | set(map(team_key, person.also_joins))
        if ImportField.TEAMS in self._present:
            return self._keys(person.record.teams) | joined
        if ImportField.MANAGER in self._present:
            # A user with another manager leaves the team that was created for the previous one.
            return frozenset(t for t in base.teams if not self._teams[t].by_manager) | joined
        return base.teams

    def _leads_of(self, person: ImportRow, base: Profile) -> frozenset[str]:
        values = ImportField.LEADS in self._present
        leads = self._keys(person.record.leads) if values else base.leads
        own = self._leading.get(person.ref)
        return leads | {own} if own else leads

    def _coaches_of(self, person: ImportRow, base: Profile) -> frozenset[UserRef]:
        return frozenset(person.coaches) if ImportField.COACHES in self._present else base.coaches

    def _keys(self, paths: tuple[TeamPath, ...]) -> frozenset[str]:
        """Return the keys of ``paths``; cached, because whole teams have the same paths."""
        if (found := self._named.get(paths)) is None:
            found = self._named[paths] = frozenset(map(team_key, paths))
        return found


def _readers(
    organisation: Organisation, present: frozenset[ImportField], today: date
) -> list[tuple[str, Callable[[Record], Any]]]:
    """Return a reader for each plain field that the file has; an empty cell means the default."""
    readers: dict[str, Callable[[Record], Any]] = {
        "role": lambda record: (record.role or Role.USER).value,
        "active": lambda record: record.active and not _has_left(record, today),
        "groups": lambda record: _each_once(record.groups),
    }
    plain = (name for name in Profile._fields if name not in readers.keys() | _COMPUTED_FACTS)
    readers |= {name: _plain(name, organisation) for name in plain}
    return [(name, read) for name, read in readers.items() if name in present]


def _plain(name: str, organisation: Organisation) -> Callable[[Record], Any]:
    """Return a reader for a fact without a special rule: the value of the record or the default."""
    read, default = attrgetter(name), default_of(fact_called(name), organisation)
    return lambda record: read(record) or default


def default_of(fact: Fact, organisation: Organisation) -> Any:
    """Return the value of a fact for which the file has none."""
    of_organisation = fact.default == OF_ORGANISATION
    return getattr(organisation, fact.name) if of_organisation else fact.default


def _with_leading_zeros(number: str, before: str) -> str:
    """Restore the leading zeros of an employee number that a spreadsheet has removed (U11)."""
    same = len(before) > len(number) and number_key(before) == number_key(number)
    return before if same else number


def _has_left(record: Record, today: date) -> bool:
    """Return whether the last day is past and the person was not hired again after it."""
    if record.left_on is None or record.left_on >= today:
        return False
    return record.hired_on is None or record.hired_on <= record.left_on


@lru_cache(maxsize=10_000)
def _each_once(names: tuple[str, ...]) -> frozenset[str]:
    """Return ``names`` without those that differ from an earlier name only in case."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(key(name), name)
    return frozenset(first.values())


def _blank(organisation: Organisation) -> Profile:
    facts = map(fact_called, Profile._fields)
    blank = Profile._make(
        default_of(fact, organisation) if fact.is_column else _NOTHING for fact in facts
    )
    return blank._replace(role=Role.USER.value)
