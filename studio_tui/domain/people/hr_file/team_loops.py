"""Teams that would stand above themselves (U2).

A team is known by its whole path, so ``Sales > Belgium`` and ``Support > Belgium`` are two teams,
and paths alone can never make a loop. Yet ``A > B`` in one row and ``B > A`` in another say of two
teams at the top that each is under the other: nobody means four teams by that, so the row that
closes such a loop is refused. Names that repeat further down, as in ``North > Sales > Retail`` and
``South > Retail > Sales``, are no loop.
"""

from collections import defaultdict
from collections.abc import Iterable

from studio_tui.domain.people.hr_file.records import TeamPath
from studio_tui.domain.people.hr_file.wrong import quoted
from studio_tui.domain.people.keys import key


class TeamLoops:
    """Which top teams are above which, as paths are added one by one."""

    def __init__(self, tops: Iterable[TeamPath]) -> None:
        """``tops``: every path of the Studio and of the file; their first names are the tops."""
        self._tops = {key(path[0]) for path in tops}
        self._below: defaultdict[str, set[str]] = defaultdict(set)
        self._checked: dict[TeamPath, str] = {}

    def add(self, path: TeamPath) -> str:
        """Take ``path`` in, and tell why that cannot be; empty where it can."""
        if path not in self._checked:
            self._checked[path] = self._add(path)
        return self._checked[path]

    def _add(self, path: TeamPath) -> str:
        top, *under = [key(name) for name in path]
        if len({top, *under}) <= len(under):
            return f"{quoted(' > '.join(path))} puts a team above itself"
        under = [name for name in under if name in self._tops]
        for name in under:
            if self._is_below(top, name):
                shown = path[[key(part) for part in path].index(name)]
                return (
                    f"{quoted(' > '.join(path))} puts “{shown}” under “{path[0]}”, "
                    f"which is itself under “{shown}”"
                )
        self._below[top].update(under)
        return ""

    def _is_below(self, name: str, top: str) -> bool:
        seen, waiting = set[str](), [top]
        while waiting:
            current = waiting.pop()
            if name in self._below[current]:
                return True
            fresh = self._below[current] - seen
            seen |= fresh
            waiting.extend(fresh)
        return False
