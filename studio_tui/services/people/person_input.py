"""Input for one person, read and checked as a row of an import (U8)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from functools import partial
from typing import Any

from studio_tui.domain.people.facts import Fact, FactType, fact_called
from studio_tui.domain.people.hr_file import HrFile, ImportField, ImportRow, Record, TeamPath, check
from studio_tui.domain.people.hr_file.row_reader import read_cell
from studio_tui.domain.people.keys import key
from studio_tui.domain.people.teams import SEPARATOR
from studio_tui.domain.people.wrong_cell import WrongCell
from studio_tui.domain.shared.addresses import clear_address, why_no_address
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Invalid, StudioError
from studio_tui.services.people.import_comparison import Comparison
from studio_tui.services.people.import_plan import Names, PlannedUser
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.storage.people import import_read
from studio_tui.storage.people import users as people
from studio_tui.storage.people.import_read import KnownTeam, Profile
from studio_tui.storage.people.teams import StoredTeam, every_team

_ROW = 1
"""The line number that the input gets as a row of a file."""


@dataclass(frozen=True, slots=True)
class PersonInput:
    """The input for one person, by names of facts."""

    values: Mapping[str, str] = field(default_factory=dict)
    """The new value of each fact. The values of a fact with several are separated by ``|``."""
    added: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Values to add to facts with several values."""
    removed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Values to remove from facts with several values."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the facts in the input, each once."""
        return tuple(dict.fromkeys((*self.values, *self.added, *self.removed)))


def plan_change(studio: Studio, user_id: int | None, login: str, given: PersonInput) -> PlannedUser:
    """Return the planned change to a user; ``user_id`` is None for a new user.

    Call this inside an open unit of work. Raises `Invalid` with the reason for each fact that is
    not valid, by name.
    """
    before = None if user_id is None else import_read.profiles([user_id])[user_id]
    record = _RowMaker(before, every_team()).record(login, given)
    present = frozenset(map(ImportField, (*given.names, "email", "given_name", "family_name")))
    file = HrFile((record,), (), {}, (), "", "", present)
    checked = check(file, import_read.StoredStudio(), {_ROW: user_id})
    _raise_refused((each.column, each.reason) for each in checked.refusals)
    # An import only warns about these values and leaves them out. Input by hand is refused.
    _raise_refused((each.column, each.reason) for each in checked.warnings)
    row: ImportRow = checked.people[0]
    teams = import_read.teams_by_key()
    comparison = Comparison(file, studio.settings.organisation, teams, {}, studio.today())
    after = comparison.profile(row, before)
    return PlannedUser(0, before, after, _names(teams, before, after))


def _names(teams: Mapping[str, KnownTeam], before: Profile | None, after: Profile) -> Names:
    coaches = after.coaches | (before.coaches if before else frozenset())
    ids = [coach for coach in coaches if isinstance(coach, int)]
    return Names({key: team.path for key, team in teams.items()}, import_read.logins_of(ids))


def _raise_refused(wrong: Iterable[tuple[str, str]]) -> None:
    if found := dict(wrong):
        raise Invalid(found)


class _RowMaker:
    """Builds the row of an import from the input for one person."""

    def __init__(self, before: Profile | None, teams: Sequence[StoredTeam]) -> None:
        self._before = before
        self._teams = teams
        self._wrong: dict[str, str] = {}

    def record(self, login: str, given: PersonInput) -> Record:
        """Return the row; raises `Invalid` with every value that cannot be read."""
        values: dict[str, Any] = {"login": login}
        if self._before is None:
            values["login"] = self._read_or_note("login", partial(_login, login))
        for name in ("email", "given_name", "family_name"):
            values[name] = getattr(self._before, name) if self._before else ""
        for name in given.names:
            values[name] = self._read_or_note(name, partial(self._value, name, given))
        if not self._wrong and not (values["given_name"] or values["family_name"]):
            self._wrong["given_name"] = "a name is needed"
        if login in (values.get("coaches") or ()):
            self._wrong["coaches"] = "nobody is their own coach"
        if self._wrong:
            raise Invalid(self._wrong)
        return Record(_ROW, **values, derived_login=self._before is not None)

    def _read_or_note(self, name: str, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except (WrongCell, StudioError) as error:
            self._wrong[name] = str(error)
            return None

    def _value(self, name: str, given: PersonInput) -> Any:
        fact = fact_called(name)
        if fact.is_several:
            return self._several(fact, given)
        text = given.values[name]
        return _address(text) if fact.type is FactType.EMAIL else read_cell(fact.type, text)

    def _several(self, fact: Fact, given: PersonInput) -> tuple[Any, ...]:
        if (text := given.values.get(fact.name)) is not None:
            kept = self._read_each(fact, read_cell(FactType.NAMES, text))
        else:
            kept = self._stored_values(fact)
        more = self._read_each(fact, given.added.get(fact.name, ()))
        wanted = {_folded(each): each for each in (*more, *kept)}
        for removed in self._read_each(fact, given.removed.get(fact.name, ())):
            wanted.pop(_folded(removed), None)
        return tuple(wanted.values())

    def _read_each(self, fact: Fact, texts: Iterable[str]) -> tuple[Any, ...]:
        read: Callable[[str], Any]
        match fact.type:
            case FactType.TEAMS:
                read = self._team
            case FactType.PEOPLE:
                read = _login_of
            case _:
                read = _one_name
        return tuple(map(read, texts))

    def _stored_values(self, fact: Fact) -> tuple[Any, ...]:
        if self._before is None:
            return ()
        values = getattr(self._before, fact.name)
        match fact.type:
            case FactType.TEAMS:
                paths = {team.key: team.path for team in self._teams}
                return tuple(_path(paths[each]) for each in sorted(values))
            case FactType.PEOPLE:
                return tuple(sorted(import_read.logins_of(values).values()))
        return tuple(sorted(values))

    def _team(self, text: str) -> TeamPath:
        return _path(naming.team_named(text, self._teams).path)


def _path(text: str) -> TeamPath:
    return tuple(text.split(SEPARATOR))


def _folded(value: Any) -> Any:
    return tuple(map(key, value)) if isinstance(value, tuple) else key(value)


def _login_of(text: str) -> str:
    return people.users_by_id([naming.user_id_named(text)])[0].login


def _one_name(text: str) -> str:
    values: tuple[str, ...] = read_cell(FactType.NAMES, text)
    if len(values) != 1:
        raise WrongCell("it is empty" if not values else "“|” separates names: give one at a time")
    return values[0]


def _login(text: str) -> str:
    login: str = read_cell(FactType.LOGIN, text)
    if not login:
        raise WrongCell("a login is needed")
    return login


def _address(text: str) -> str:
    address = clear_address(text)
    if reason := why_no_address(address):
        raise WrongCell(reason)
    return address
