"""Unification of teams whose names look alike: a confusable name means the existing team."""

from collections.abc import Iterable, Iterator

from studio_tui.domain.people.hr_file.manager_teams import path_key
from studio_tui.domain.people.hr_file.records import Record, TeamPath
from studio_tui.domain.people.wrong_cell import quoted
from studio_tui.domain.shared.lookalikes import appearance


class TeamSpelling:
    """An index of teams by appearance. The first team with a given appearance is used."""

    def __init__(self, known: Iterable[TeamPath]) -> None:
        self._by_look: dict[TeamPath, TeamPath] = {}
        self._spelled: dict[TeamPath, TeamPath] = {}
        for path in sorted(known):
            self._by_look.setdefault(_look(path), path)
            # Existing teams that look alike stay separate.
            self._spelled[path_key(path)] = path
        self._told: set[TeamPath] = set()

    def of(self, record: Record) -> Record:
        """Return ``record`` with the existing spelling of its teams."""
        teams, leads = self._all(record.teams), self._all(record.leads)
        if (teams, leads) == (record.teams, record.leads):
            return record
        return record._replace(teams=teams, leads=leads)

    def differences(self, before: Record, after: Record) -> Iterator[str]:
        """Yield a message for each team that was replaced by another, once per team."""
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
