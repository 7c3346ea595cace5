"""The numbers of sent, failed and dropped mails are maintained incrementally, not counted."""

import pytest
from peewee import fn

from studio_tui.services.people.identity import Account, sign_in
from studio_tui.services.system.context import Studio
from studio_tui.storage.engine.expressions import N
from studio_tui.storage.engine.sql import execute, rows, scalar
from studio_tui.storage.outbox import notifications, outbox_count
from studio_tui.storage.outbox.worker_queue import is_waiting
from tests.acting import assign
from tests.organisation import create_push, import_people

_COPY = (
    "INSERT INTO notification (key, kind, capacity, state, recipient_id, caused_by_id, created_at, "
    "due_at, attempts) SELECT key || '-2', kind, capacity, state, recipient_id, caused_by_id, "
    "created_at, due_at, attempts FROM notification"
)
_SETTLED = "('sent', 'failed', 'dropped')"


def test_it_is_what_counting_would_find(studio: Studio) -> None:
    """For every way in which a mail changes its state, including rolled-back ones."""
    admin = sign_in(studio, Account("els", "Els Claes"))
    import_people(studio, admin)
    assign(studio, admin, create_push(studio, admin), "ann", "ben", "cas", "eve", "dan")
    with studio.store.writing():
        (first, second, third, *_) = sorted(
            found for (found,) in rows("SELECT id FROM notification")
        )
    for change, wanted in (
        (f"UPDATE notification SET state = 'sent' WHERE id <= {third}", {"sent": 3}),
        (f"UPDATE notification SET state = 'failed' WHERE id = {third}", {"sent": 2, "failed": 1}),
        ("UPDATE notification SET error = 'x'", {"sent": 2, "failed": 1}),
        (f"UPDATE notification SET state = 'queued' WHERE id = {third}", {"sent": 2}),
        (f"UPDATE notification SET state = 'dropped' WHERE id > {second}", None),
        (f"DELETE FROM notification WHERE id = {first}", None),
        ("DELETE FROM notification WHERE push_id IS NOT NULL AND state = 'dropped'", {"sent": 1}),
        (_COPY, {"sent": 2}),
        ("DELETE FROM notification", {}),
    ):
        with studio.store.writing():
            execute(change)
            found = outbox_count.settled()
            assert found == _counted(), change
            assert wanted in (None, found), change
            assert notifications.state_counts(studio.now()).keys() >= found.keys()


def _counted() -> dict[str, int]:
    counting = f"SELECT state, COUNT(*) FROM notification WHERE state IN {_SETTLED} GROUP BY state"
    return dict(rows(counting))


def test_many_rows_are_added_up(studio: Studio) -> None:
    """On PostgreSQL each statement adds a row; SQLite has one row per state."""
    adding = "INSERT INTO outbox_count (state, number) VALUES ('sent', 2), ('failed', 1)"
    with studio.store.writing():
        for _ in range(0 if studio.store.is_sqlite else 150):
            execute(adding)
        before = outbox_count.settled()
        outbox_count.sum_up()
        assert outbox_count.settled() == before
        assert scalar("SELECT COUNT(*) FROM outbox_count") == 3


@pytest.mark.one_engine
def test_what_waits_is_found_without_looking_at_what_was_sent(studio: Studio) -> None:
    """SQLite, with the statistics of 100,000 sent and 5,000 waiting mails."""
    known = (("notification_state_id", "105000 35000 1"), ("notification_due", "5000 194 1"))
    with studio.store.writing():
        execute("ANALYZE")
        for index, numbers in known:
            execute("INSERT INTO sqlite_stat1 VALUES ('notification', ?, ?)", index, numbers)
        execute("ANALYZE sqlite_schema")
        text, params = N.select(fn.COUNT(N.error)).where(is_waiting(N)).sql()
        plan = str(rows(f"EXPLAIN QUERY PLAN {text}", *params))
        assert "SEARCH n USING INDEX notification_due" in plan
