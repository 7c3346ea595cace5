"""The teams of managers, where an export knows only who someone's manager is (U6).

A manager who leads one team (in the Studio, or by the file's own ``leads``) has their people join
that one. Who leads none, or several, gets a team of their own at the top:

- named after the department, where all who join it are of one: ``Sales``;
- ``Sales (Bob Smith)`` where several managers get such a team, or where ``Sales`` is a team
  already that Bob does not lead;
- ``Team of Bob Smith`` where the departments differ or are not told;
- with the login behind the name where even that is taken: ``Sales (Bob Smith, bob)``.

Of several teams led, the one that has such a name is theirs. Nothing depends on the order of the
rows. Importing a file makes each such manager lead the team it named, which the same file then
finds again, so that the second time gives identical teams.

Someone whose row names a team that the manager leads joins no other.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from studio_tui.domain.people.hr_file.people import Known, ManagerTeam, UserRef
from studio_tui.domain.people.hr_file.records import Record, TeamPath
from studio_tui.domain.people.keys import key
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.lookalikes import appearance
from studio_tui.domain.shared.text import MAX_NAME

_SEPARATORS = str.maketrans("|>", "//")


@dataclass(frozen=True, slots=True)
class Leading:
    """Which teams people lead. Paths are compared by `path_key`."""

    counted: Mapping[UserRef, Mapping[TeamPath, TeamPath]]
    """The teams each will lead once the file is imported, apart from what is derived here."""
    also: Mapping[UserRef, Mapping[TeamPath, TeamPath]]
    """The teams each leads in the Studio now."""
    taken: Collection[TeamPath]
    """Every team of the Studio and of the file."""

    def leads(self, ref: UserRef) -> dict[TeamPath, TeamPath]:
        """All that ``ref`` leads, now or by the file."""
        return {**self.also.get(ref, {}), **self.counted.get(ref, {})}


class Led(NamedTuple):
    """Someone with a manager: their row, and who the manager is."""

    record: Record
    manager: UserRef


def path_key(path: TeamPath) -> TeamPath:
    """How team paths are compared: without case."""
    return tuple(key(name) for name in path)


def name_teams(
    led: Sequence[Led], managers: Mapping[UserRef, Known], leading: Leading
) -> dict[UserRef, ManagerTeam]:
    """The team of each manager somebody joins; ``managers`` tells their logins and names."""
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


def joins(record: Record, manager: UserRef, leading: Leading) -> bool:
    """Whether ``record`` joins the team of its manager: none of its own teams is theirs."""
    if not record.teams:
        return True
    theirs = leading.leads(manager)
    return not any(path_key(path) in theirs for path in record.teams)


def _departments(led: Sequence[Led], leading: Leading) -> dict[UserRef, str]:
    """The one department of those who join each manager's team, or nothing."""
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


def _names(manager: Known, department: str) -> list[str]:
    """What the team may be called, the shortest first."""
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


def _found(ref: UserRef, manager: Known, department: str, leading: Leading) -> TeamPath | None:
    """The team that ``ref`` leads already and that their people join, if there is one."""
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
    """The first of ``names`` that looks like no team at the top, or the last, which holds a login,
    anyway. ``taken`` has the `appearance` of each."""
    name = next((name for name in names if appearance(name) not in taken), names[-1])
    taken.add(appearance(name))
    return (name,)
