"""Notify listeners on PostgreSQL of others' commits, at once or at most once a second (N8)."""

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from peewee import SQL

from studio_tui.domain.shared.errors import Refused
from studio_tui.storage.engine.opening import open_store
from studio_tui.storage.engine.postgresql import NotifyThrottle
from studio_tui.storage.engine.sql import execute, execute_alone, scalar
from studio_tui.storage.engine.store import Store
from studio_tui.storage.engine.tables import MailStop
from tests.databases import create_database, url_of

WRITE = "INSERT INTO mail_stop (fault, words, since) VALUES ('x', '', now())"


@pytest.fixture
def url(migrated_server: str, request: pytest.FixtureRequest) -> str:
    name = f"told_{len(request.node.name)}"
    create_database(migrated_server, name, "migrated")
    return url_of(migrated_server, name)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with closing(open_store(url)) as store:
        yield store


def test_what_is_written_in_quick_succession_is_told_once_a_second() -> None:
    now = [10.0]
    telling = NotifyThrottle(lambda: now[0])
    assert (telling.is_due(), telling.take_owed()) == (True, False)
    now[0] += 0.9
    assert [telling.is_due(), telling.is_due()] == [False, False]
    assert (telling.take_owed(), telling.take_owed()) == (True, False)
    now[0] += 0.9
    assert not telling.is_due()
    now[0] += 0.1
    assert (telling.is_due(), telling.take_owed()) == (True, False)


def test_a_persons_act_is_told_at_once_and_a_workers_later(store: Store, url: str) -> None:
    def heard() -> int:
        return len(list(listening.notifies(timeout=0.02)))

    def settle() -> None:
        with store.writing_alone():
            execute_alone(MailStop.insert(fault="x", words="", since=SQL("now()")))

    with psycopg.connect(url, autocommit=True) as listening:
        listening.execute("LISTEN studio_changed")
        settle()
        assert heard() == 1
        for _ in range(20):
            settle()
            with store.writing_unflushed():
                execute(WRITE)
        assert heard() == 0
        with store.writing():
            execute(WRITE)
        assert heard() == 1
        store.notify_owed()
        assert heard() == 1
        store.notify_owed()
        assert heard() == 0
    with store.reading():
        assert scalar("SELECT COUNT(*) FROM mail_stop") == 42


def test_of_several_hosts_the_one_that_takes_changes_is_used(url: str) -> None:
    """Also if the first host does not answer. Changes by others are still notified."""
    said = psycopg.conninfo.conninfo_to_dict(url)
    several = (
        f"postgresql://{said['user']}@/{said['dbname']}?host=/nowhere,{said['host']}&port=1,5432"
    )
    with closing(open_store(several, listen_url=url)) as store:
        with store.writing():
            execute(WRITE)
        # Opens the listening connection: earlier changes were not notified.
        store.await_change(5)
        with store.reading():
            asked = "SELECT COUNT(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
            assert scalar(asked) == 1
    with pytest.raises(Refused, match="no database URL"):
        open_store(url, listen_url="postgresql://[broken")
