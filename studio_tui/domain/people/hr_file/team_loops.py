"""Detection of teams that would be their own ancestors (U2).

A team is identified by its whole path, so ``Sales > Belgium`` and ``Support > Belgium`` are two
teams, and paths alone never form a loop. However, ``A > B`` in one row and ``B > A`` in another put
two top-level teams below each other. Since four teams are hardly intended, the row that closes such
a loop is refused. Names that repeat at lower levels, as in ``North > Sales > Retail`` and
``South > Retail > Sales``, are not a loop.
"""

from collections import defaultdict
from collections.abc import Iterable

from studio_tui.domain.people.hr_file.records import TeamPath
from studio_tui.domain.people.keys import key
from studio_tui.domain.people.wrong_cell import quoted


class TeamLoops:
    """A graph of which top-level team is above which, to which paths are added one by one."""

    def __init__(self, tops: Iterable[TeamPath]) -> None:
        """Create the graph. ``tops`` are all paths of the Studio and the file."""
        self._tops = {key(path[0]) for path in tops}
        self._below: defaultdict[str, set[str]] = defaultdict(set)
        self._checked: dict[TeamPath, str] = {}

    def add(self, path: TeamPath) -> str:
        """Add ``path``; return why that is not possible, or an empty string."""
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
