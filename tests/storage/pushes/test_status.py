"""The status of an assignment is the same in SQL and in Python (P8, P18)."""

from datetime import UTC, datetime
from itertools import product

from peewee import SQL

from studio_tui.domain.pushes.push import Status, status_of
from studio_tui.services.system.context import Studio
from studio_tui.storage.engine.sql import rows
from studio_tui.storage.engine.tables import ConversationTable
from studio_tui.storage.pushes.pushes import STATUS, TALK_STATUS

_THEN = datetime(2026, 3, 2, tzinfo=UTC)
_COLUMNS = ("finished_at", "started_at", "user_prepared_at", "planned_for")


def test_what_the_database_says_is_what_the_domain_says(studio: Studio) -> None:
    found = {}
    with studio.store.reading():
        for there in product((True, False), repeat=5):
            talk = ", ".join(
                f"{1 if each else 'NULL'} AS {name}"
                for each, name in zip(there[:-1], _COLUMNS, strict=True)
            )
            excused = f"{1 if there[-1] else 'NULL'} AS excused_in_id"
            ((found[there],),) = rows(
                f"SELECT {STATUS} FROM (SELECT {talk}) c, (SELECT {excused}) a"
            )
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


def test_there_is_an_index_of_the_same_text() -> None:
    indexes = [index.sql for index in ConversationTable._meta.indexes if isinstance(index, SQL)]
    assert any(TALK_STATUS.replace("c.", "") in index for index in indexes)
