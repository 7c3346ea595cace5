"""The queries of lists, against the plainest SQL for the same page on the same connection."""

import statistics
from collections.abc import Callable, Iterator
from typing import Any

from bench.figures import timing
from bench.organisation import PUSH
from bench.table import Measured
from studio_tui.domain.outbox.notification import NotificationFilter
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.pushes.groups import GroupBy
from studio_tui.domain.pushes.push import AssignmentFilter
from studio_tui.domain.shared.list_source import Sort, Source
from studio_tui.services.outbox import outbox
from studio_tui.services.people import users
from studio_tui.services.pushes import assign, groups, pushes
from studio_tui.services.system.context import Studio
from studio_tui.storage.engine.sql import rows

_PAGE = 64
_TIMES = 5
_ALL = "SELECT u.* FROM users u WHERE u.active = TRUE"
_BY_NAME = "ORDER BY u.sort_name, u.id LIMIT 64"


def query_figures(studio: Studio, admin: Actor) -> Iterator[Measured]:
    """Yield medians of queries; each first page is that of a newly opened list."""

    def listed(text: str = "", column: str = "name") -> Source[Any, Any]:
        return users.source(studio, admin, UserFilter(text), Sort(column))

    def first(text: str = "", column: str = "name") -> Callable[[], Any]:
        return lambda: listed(text, column).rows(0, _PAGE)

    like = f"{_ALL} AND u.search LIKE ? {_BY_NAME}"
    push = pushes.find(studio, admin, PUSH)
    measured = _Comparison(studio)
    yield measured("users: first page", first(), f"{_ALL} {_BY_NAME}")
    by_department = f"{_ALL} ORDER BY LOWER(u.department), u.id LIMIT 64"
    yield measured("users by department", first(column="department"), by_department)
    yield measured(
        "users: count", lambda: listed().count(), "SELECT COUNT(*) FROM users u WHERE u.active"
    )
    middle = listed()
    half = middle.count() // 2
    middle.rows(half, half + _PAGE)
    yield measured(
        "users: a page in the middle",
        lambda: middle.rows(half + _PAGE, half + 2 * _PAGE),
        f"{_ALL} {_BY_NAME} OFFSET {half}",
    )
    yield measured("users: many match", first("an"), like, "%an%")
    yield measured("users: some match", first("ann"), like, "%ann%")
    yield measured("users: nobody matches", first("zzzz"), like, "%zzzz%")
    yield measured("users: short, nobody", first("%"), like.replace("?", "? ESCAPE '\\'"), "%\\%%")
    yield measured(
        "a push: first page",
        lambda: assign.source(studio, admin, push, AssignmentFilter(), Sort("name")).rows(0, 64),
        "SELECT * FROM users u JOIN assignment a ON a.user_id = u.id AND a.push_id = ? "
        "WHERE a.unassigned_at IS NULL ORDER BY u.sort_name LIMIT 64",
        push.id,
    )
    by_team = (
        "SELECT m.team_id, COUNT(*) FROM assignment a JOIN team_member m ON m.user_id = a.user_id "
        "WHERE a.push_id = ? AND a.unassigned_at IS NULL GROUP BY m.team_id"
    )
    yield measured(
        "a push by manager: all",
        lambda: groups.every(studio, admin, push, GroupBy.MANAGER),
        by_team,
        push.id,
    )
    yield measured(
        "outbox: first page",
        lambda: outbox.source(
            studio, admin, NotificationFilter(), Sort("sent_at", descending=True)
        ).rows(0, _PAGE),
        "SELECT * FROM notification ORDER BY COALESCE(sent_at, due_at) DESC, id DESC LIMIT 64",
    )


class _Comparison:
    """A callable that measures a query against SQL."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def __call__(self, name: str, ask: Callable[[], Any], sql: str, *params: Any) -> Measured:
        """Return the figure of ``ask``."""

        def plain() -> None:
            with self._studio.store.reading():
                rows(sql, *params)

        # Alternate the two, so that other load on the machine affects both equally.
        taken = [(_seconds(ask), _seconds(plain)) for _ in range(_TIMES)]
        asked, floor = (statistics.median(each) * 1000 for each in zip(*taken, strict=True))
        return Measured(name, "ms", asked, "plain SQL for one page", floor)


def _seconds(call: Callable[[], Any]) -> float:
    with timing() as taken:
        call()
    return taken.seconds
