"""Teams of managers for exports that only name the manager of each person (U6).

If a manager leads one team (in the Studio, or by the file's own ``leads``), their people join it. A
manager who leads none, or several, gets a top-level team of their own, named

- after the department, if all who join it have the same one: ``Sales``;
- ``Sales (Bob Smith)`` if several managers get such a team, or if ``Sales`` is an existing team
  that Bob does not lead;
- ``Team of Bob Smith`` if the departments differ or are unknown;
- with the login after the name if even that is in use: ``Sales (Bob Smith, bob)``.

If one of several teams that a manager leads has such a name, it is used. The result does not depend
on the order of the rows. The import makes each such manager the leader of their team, so importing
the same file again finds these teams and creates no others.

A person whose row names a team that the manager leads joins no other.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from studio_tui.domain.people.hr_file.people import KnownUser, ManagerTeam, UserRef
from studio_tui.domain.people.hr_file.records import Record, TeamPath
from studio_tui.domain.people.keys import key
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.lookalikes import appearance
from studio_tui.domain.shared.text import MAX_NAME

_SEPARATORS = str.maketrans("|>", "//")


@dataclass(frozen=True, slots=True)
class LedTeams:
    """The teams that people lead. Paths are compared by `path_key`."""

    counted: Mapping[UserRef, Mapping[TeamPath, TeamPath]]
    """Teams that each person leads after the import, without those derived here."""
    also: Mapping[UserRef, Mapping[TeamPath, TeamPath]]
    """Teams that each person currently leads in the Studio."""
    taken: Collection[TeamPath]
    """All teams of the Studio and of the file."""

    def leads(self, ref: UserRef) -> dict[TeamPath, TeamPath]:
        """Return all teams that ``ref`` leads, currently or by the file."""
        return {**self.also.get(ref, {}), **self.counted.get(ref, {})}


class ManagedRecord(NamedTuple):
    """A person with a manager: their record, and the manager."""

    record: Record
    manager: UserRef


def path_key(path: TeamPath) -> TeamPath:
    """Return the key by which team paths are compared, which ignores case."""
    return tuple(key(name) for name in path)


def name_teams(
    led: Sequence[ManagedRecord], managers: Mapping[UserRef, KnownUser], leading: LedTeams
) -> dict[UserRef, ManagerTeam]:
    """Return the team of each manager whose people need one.

    ``managers`` provides their logins and names.
    """
    departments = _departments(led, leading)
    found = {ref: _found(ref, managers[ref], departments[ref], leading) for ref in departments}
    unnamed = sorted(
        (ref for ref, path in found.items() if path is None),
        key=lambda ref: (key(managers[ref].name), key(managers[ref].login)),
    )
    shared = Counter(appearance(_base(departments[ref])) for ref in unnamed)
    taken = {appearance(path[0]) for path in leading.taken if len(path) == 1}
    for ref in unnamed:
        names = _names(managers[ref], departments[ref])
        if shared[appearance(_base(departments[ref]))] > 1 and len(names) > 1 and departments[ref]:
            names = names[1:]
        found[ref] = _free(names, taken)
    return {ref: ManagerTeam(path, ref) for ref, path in found.items() if path is not None}


def joins(record: Record, manager: UserRef, leading: LedTeams) -> bool:
    """Return whether ``record`` joins the manager's team.

    It does unless one of its own teams is led by the manager.
    """
    if not record.teams:
        return True
    theirs = leading.leads(manager)
    return not any(path_key(path) in theirs for path in record.teams)


def _departments(led: Sequence[ManagedRecord], leading: LedTeams) -> dict[UserRef, str]:
    """Return the common department of the people who join each manager's team.

    Empty if the departments differ or are unknown.
    """
    found: dict[UserRef, str] = {}
    for one in led:
        if joins(one.record, one.manager, leading):
            department = one.record.department
            before = found.setdefault(one.manager, department)
            if before != department:
                alike = appearance(before) == appearance(department)
                found[one.manager] = min(before, department) if alike else ""
    return found


def _base(department: str) -> str:
    return department.translate(_SEPARATORS)


def _names(manager: KnownUser, department: str) -> list[str]:
    """Return the candidate names of the team, shortest first."""
    name = manager.name.translate(_SEPARATORS)
    login = manager.login.translate(_SEPARATORS)
    if department:
        base = _base(department)
        return [
            base,
            _fit(base, f" ({name[:80]})"),
            _fit(base, f" ({name[:60]}, {login})"),
        ]
    return [_fit(f"Team of {name}", ""), _fit(f"Team of {name}", f" ({login})")]


def _fit(base: str, suffix: str) -> str:
    return base[: MAX_NAME - len(suffix)].rstrip() + suffix


def _found(ref: UserRef, manager: KnownUser, department: str, leading: LedTeams) -> TeamPath | None:
    """Return the team that ``ref`` already leads and that their people join, or None."""
    counted = leading.counted.get(ref, {})
    if len(counted) == 1:
        return next(iter(counted.values()))
    led = leading.leads(ref)
    for name in _names(manager, department):
        alike = sorted(path for path in led if path[-1] == key(name))
        if alike:
            return led[alike[0]]
    return None


def _free(names: Sequence[str], taken: set[str]) -> TeamPath:
    """Return the first of ``names`` that does not look like an existing top-level team.

    The last one, which contains a login, is used if none is free. ``taken`` has the `appearance` of
    each team, and gets that of the result.
    """
    name = next((name for name in names if appearance(name) not in taken), names[-1])
    taken.add(appearance(name))
    return (name,)
