"""The cost of acts on a push, against plain SQL that writes the same rows for another push."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bench.bulk_databases import NOW, FigureFactory
from bench.bulk_people import update_statistics
from bench.bulk_review import review_figures
from bench.figures import Figure, timing
from studio_tui.domain.outbox.kinds import DropReason
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.pushes.push import AssignmentFilter, Push, PushDraft
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.outbox import undo
from studio_tui.services.pushes import assign, pushes, remind
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import templates
from studio_tui.storage.engine.sql import execute, rows, scalar
from studio_tui.storage.engine.unit import is_sqlite

_LAST = date(2026, 3, 31)


@dataclass(frozen=True, slots=True)
class _Twin:
    """A push to which plain SQL applies the same changes as an act to another push."""

    push_id: int
    act: int
    """Id of the line of activity to which the written rows refer."""


def act_figures(studio: Studio, admin: Actor, size: int, *, few: bool = False) -> Iterator[Figure]:
    """Yield the cost of each act with ``size`` users, one by one; with ``few``, of some."""
    measured = FigureFactory(studio, size)
    first, twin = _push(studio, admin), _twin(studio, admin)
    everyone = _everyone(studio, admin, size)

    with timing() as taken:
        done = assign.assign(studio, admin, first, everyone)
    yield measured.against("assign", taken, _again(studio, done.activity_id, twin))

    if not few:
        second = _push(studio, admin)
        other = _twin(studio, admin)
        yield from _between(measured, admin, (first, done.activity_id, twin), (second, other))
        first, twin = second, other
        yield from review_figures(measured, admin)
    with timing() as taken:
        pushes.show(studio, admin, first.id)
    yield measured.against("progress", taken, lambda: _counted(first.id), "counts by status")

    first = pushes.find(studio, admin, first.name)
    with timing() as taken:
        pushes.close(studio, admin, first)
    yield measured.against("close", taken, lambda: _dropped(twin))
    update_statistics(studio)


def _between(
    measured: FigureFactory,
    admin: Actor,
    assigned: tuple[Push, int, _Twin],
    into: tuple[Push, _Twin],
) -> Iterator[Figure]:
    """Yield the cost of importing from a push, undoing, reminding and moving the deadline."""
    studio, (first, act, twin), (second, other) = measured.studio, assigned, into
    with timing() as taken:
        found = Selection.matching(assign.of_push(first))
        done = assign.assign(studio, admin, second, found)
    yield measured.against("import from a push", taken, _again(studio, done.activity_id, other))

    with timing() as taken:
        undo.undo(studio, admin, act)
    yield measured.against("undo of an assigning", taken, lambda: _undone(twin))
    _all_sent(studio)

    with timing() as taken:
        reminded = remind.remind(studio, admin, second, Selection.matching(AssignmentFilter()))
    twin = _twin_of(studio, admin, other)
    yield measured.against("remind", taken, _again(studio, reminded.activity_id, twin))

    with timing() as taken:
        later = PushDraft(second.name, NOW.date(), _LAST + timedelta(days=9))
        pushes.edit(studio, admin, second, later)
    act = _last_act(studio)
    twin = _twin_of(studio, admin, other)
    yield measured.against("move the deadline", taken, _again(studio, act, twin))


def _everyone(studio: Studio, admin: Actor, size: int) -> Selection[UserFilter]:
    """Return a selection of ``size`` users: all, or those of an earlier push."""
    with studio.store.reading():
        count, first = rows("SELECT COUNT(*), MIN(id) FROM users WHERE id <> ?", admin.user_id)[0]
    if count == size:
        return Selection.matching(UserFilter()).unmark([admin.user_id])
    return Selection.of(range(first, first + size))


def _push(studio: Studio, admin: Actor) -> Push:
    template = templates.find(studio, admin, "Regular")
    with studio.store.reading():
        number = scalar("SELECT COUNT(*) FROM push")
    draft = PushDraft(f"Push {number}", NOW.date(), _LAST)
    return pushes.create(studio, admin, template.id, [draft])[0]


def _twin(studio: Studio, admin: Actor) -> _Twin:
    push = _push(studio, admin)
    return _Twin(push.id, _last_act(studio))


def _twin_of(studio: Studio, admin: Actor, twin: _Twin) -> _Twin:
    """Return the same push with a new line of activity."""
    _push(studio, admin)
    return _Twin(twin.push_id, _last_act(studio))


def _last_act(studio: Studio) -> int:
    with studio.store.reading():
        return int(scalar("SELECT MAX(id) FROM activity"))


_KEPT = "kind, capacity, state, recipient_id, created_at, due_at, attempts"


def _again(studio: Studio, act: int, twin: _Twin) -> Callable[[], None]:
    """Return a function that writes the rows of ``act`` again, for a twin."""
    with studio.store.writing():
        _keep_rows(act)
    return lambda: _write_kept(twin)


def _keep_rows(act: int) -> None:
    """Copy the rows that ``act`` wrote to tables of their own, with new ids for the mails."""
    last = int(scalar("SELECT COALESCE(MAX(id), 0) FROM notification"))
    first = scalar("SELECT MIN(id) FROM notification WHERE caused_by_id = ?", act)
    shift = last + 1 - int(first or 0)
    for table, query in {
        "assigned": f"SELECT user_id FROM assignment WHERE assigned_in_id = {act}",
        "mail": f"SELECT id + {shift} AS id, 'again ' || key AS key, {_KEPT} "
        f"FROM notification WHERE caused_by_id = {act}",
        "told": f"SELECT x.notification_id + {shift} AS notification_id, x.user_id "
        "FROM notification_user x JOIN notification n ON n.id = x.notification_id "
        f"WHERE n.caused_by_id = {act}",
        "about": f"SELECT user_id FROM activity_user WHERE activity_id = {act}",
    }.items():
        execute(f"DROP TABLE IF EXISTS floor_{table}")
        execute(f"CREATE TABLE floor_{table} AS {query}")
    if not is_sqlite():
        execute(
            "SELECT setval(pg_get_serial_sequence('notification', 'id'), "
            "(SELECT MAX(id) FROM floor_mail))"
        )


def _write_kept(twin: _Twin) -> None:
    execute(
        "INSERT INTO assignment (push_id, user_id, assigned_in_id) "
        f"SELECT {twin.push_id}, user_id, {twin.act} FROM floor_assigned"
    )
    execute(
        "INSERT INTO activity_user (activity_id, user_id) "
        f"SELECT {twin.act}, user_id FROM floor_about"
    )
    execute(
        f"INSERT INTO notification (id, key, push_id, caused_by_id, {_KEPT}) "
        f"SELECT id, key, {twin.push_id}, {twin.act}, {_KEPT} FROM floor_mail"
    )
    execute(
        "INSERT INTO notification_user (notification_id, user_id) "
        "SELECT notification_id, user_id FROM floor_told"
    )


def _undone(twin: _Twin) -> None:
    execute("UPDATE assignment SET unassigned_at = ? WHERE assigned_in_id = ?", NOW, twin.act)
    execute(
        "UPDATE notification SET state = 'dropped', error = ? WHERE caused_by_id = ?",
        DropReason.UNDONE,
        twin.act,
    )
    execute(
        "INSERT INTO activity_user (activity_id, user_id) "
        f"SELECT {twin.act} - 1, user_id FROM floor_about"
    )


def _all_sent(studio: Studio) -> None:
    with studio.store.writing():
        earlier = NOW - timedelta(days=30)
        execute("UPDATE notification SET state = 'sent', attempts = 1, sent_at = ?", earlier)
    update_statistics(studio)


def _dropped(twin: _Twin) -> None:
    execute(
        "UPDATE notification SET state = 'dropped', error = ? "
        "WHERE push_id = ? AND state = 'queued'",
        DropReason.CLOSED,
        twin.push_id,
    )


def _counted(push_id: int) -> None:
    rows(
        "SELECT c.finished_at IS NULL, COUNT(*) FROM assignment a JOIN users u ON u.id = a.user_id "
        "LEFT JOIN conversation c ON c.assignment_id = a.id "
        "WHERE a.push_id = ? AND a.unassigned_at IS NULL GROUP BY 1",
        push_id,
    )
