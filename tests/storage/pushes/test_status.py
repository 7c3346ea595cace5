"""The status of an assignment is the same in SQL and in Python (P8, P18)."""

from datetime import UTC, datetime
from itertools import product

from peewee import SQL, Select

from studio_tui.domain.pushes.push import Status, status_of
from studio_tui.services.system.context import Studio
from studio_tui.storage.engine.expressions import C, stored
from studio_tui.storage.engine.fields import literal
from studio_tui.storage.engine.sql import rows
from studio_tui.storage.engine.unit import current_database
from studio_tui.storage.pushes.pushes import STATUS, TALK_STATUS

_THEN = datetime(2026, 3, 2, tzinfo=UTC)
_COLUMNS = ("finished_at", "started_at", "user_prepared_at", "planned_for")


def test_what_the_database_says_is_what_the_domain_says(studio: Studio) -> None:
    found = {}
    with studio.store.reading():
        for there in product((True, False), repeat=5):
            columns = zip((*_COLUMNS, "excused_in_id"), there, strict=True)
            told = [SQL("1" if each else "NULL").alias(name) for name, each in columns]
            talk, asked = Select(columns=told[:-1]).alias("c"), Select(columns=told[-1:]).alias("a")
            ((found[there],),) = stored(Select((talk, asked), (STATUS,)))
    expected = {}
    for there in found:
        finished, started, prepared, planned = (_THEN if each else None for each in there[:-1])
        expected[there] = status_of(
            planned_for=planned,
            prepared_at=prepared,
            started_at=started,
            finished_at=finished,
            excused=there[-1],
        )
    assert found == expected
    assert set(found.values()) == set(Status)


def test_there_is_an_index_of_it(studio: Studio) -> None:
    """SQLite uses the index for every status; on PostgreSQL the index covers the status."""
    with studio.store.reading():
        if studio.store.is_sqlite:
            of_status = C.select(C.assignment).where(literal(Status.DONE) == TALK_STATUS)
            text, params = (
                current_database()
                .get_sql_context()
                .parse(of_status.where(C.cancelled_at.is_null()))
            )
            plan = str(rows(f"EXPLAIN QUERY PLAN {text}", *params))
        else:
            ((plan,),) = rows(
                "SELECT indexdef FROM pg_indexes WHERE indexname = 'conversation_status'"
            )
    assert "conversation_status (<expr>=?)" in plan or all(
        each in plan for each in Status if each is not Status.EXCUSED
    )
