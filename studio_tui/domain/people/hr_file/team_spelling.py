"""Teams whose names look alike are one team: a file that names the second means the first."""

from collections.abc import Iterable, Iterator

from studio_tui.domain.people.hr_file.manager_teams import path_key
from studio_tui.domain.people.hr_file.records import Record, TeamPath
from studio_tui.domain.people.hr_file.wrong import quoted
from studio_tui.domain.shared.lookalikes import appearance


class TeamSpelling:
    """Knows each team by what its path looks like; the first one that looks so is meant."""

    def __init__(self, known: Iterable[TeamPath]) -> None:
        self._by_look: dict[TeamPath, TeamPath] = {}
        self._spelled: dict[TeamPath, TeamPath] = {}
        for path in sorted(known):
            self._by_look.setdefault(_look(path), path)
            # Two that were there before stay two.
            self._spelled[path_key(path)] = path
        self._told: set[TeamPath] = set()

    def of(self, record: Record) -> Record:
        """``record`` with its teams as they are known."""
        teams, leads = self._all(record.teams), self._all(record.leads)
        if (teams, leads) == (record.teams, record.leads):
            return record
        return record._replace(teams=teams, leads=leads)

    def differences(self, before: Record, after: Record) -> Iterator[str]:
        """What is to be said of teams that were taken for others: of each team once."""
        pairs = zip((*before.teams, *before.leads), (*after.teams, *after.leads), strict=True)
        for meant, taken in pairs:
            if path_key(meant) != path_key(taken) and meant not in self._told:
                self._told.add(meant)
                names = (quoted(" > ".join(path)) for path in (meant, taken))
                yield "the team {} looks like {}, and is taken for it".format(*names)

    def _all(self, paths: tuple[TeamPath, ...]) -> tuple[TeamPath, ...]:
        return tuple(map(self._one, paths)) if paths else paths

    def _one(self, path: TeamPath) -> TeamPath:
        key = path_key(path)
        found = self._spelled.get(key)
        if found is None:
            above = self._one(path[:-1]) if len(path) > 1 else ()
            found = self._by_look.setdefault(_look(path), (*above, path[-1]))
            self._spelled[key] = found
        return path if path_key(found) == key else found


def _look(path: TeamPath) -> TeamPath:
    return tuple(map(appearance, path))
