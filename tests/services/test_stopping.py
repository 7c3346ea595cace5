"""A bulk act that is stopped, killed or loses its database changes nothing (N1, P6)."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable

import psycopg
import pytest

from bench.bulk_people import make_people
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.pushes.push import PushFacts
from studio_tui.domain.shared.cancellation import CancelToken, Progress, ignore_progress
from studio_tui.domain.shared.errors import Stopped, Unavailable
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.pushes import assign
from studio_tui.services.system.context import Studio
from studio_tui.storage.engine.sql import execute, rows, scalar
from tests.organisation import create_push

_MANY = 400
_TABLES = ("assignment", "notification", "notification_user", "activity", "activity_user")
_ENDLESS = (
    "WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n) "
    "SELECT COUNT(*) FROM n"
)


@pytest.fixture
def push(studio: Studio, admin: Actor) -> PushFacts:
    """A push without users, in a Studio with 400 people."""
    made = create_push(studio, admin)
    make_people(studio, _MANY)
    return made


def _assign(
    studio: Studio, admin: Actor, push: PushFacts, progress: Progress = ignore_progress
) -> assign.AssignResult:
    everyone = Selection.matching(UserFilter()).unmark([admin.user_id])
    return assign.assign(studio, admin, push, everyone, progress=progress)


def _counts(studio: Studio) -> list[int]:
    with studio.store.reading():
        return [scalar(f"SELECT COUNT(*) FROM {table}") for table in _TABLES]


def _at(share: float, act: Callable[[], object]) -> Progress:
    def told(done: float) -> None:
        if done >= share:
            act()

    return told


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_an_act_that_is_stopped_changes_nothing(
    studio: Studio, admin: Actor, push: PushFacts, share: float
) -> None:
    """Nothing checks the stop request between the last step and the end of the transaction."""
    before, stop = _counts(studio), CancelToken()
    with pytest.raises(Stopped, match="Nothing was changed"), studio.until(stop):
        _assign(studio, admin, push, _at(share, stop.ask))
    assert _counts(studio) == before
    assert _assign(studio, admin, push).added == _MANY


def test_a_statement_that_takes_long_is_cancelled(studio: Studio) -> None:
    for run in (execute, rows):
        stop = CancelToken()
        threading.Timer(0.05, stop.ask).start()
        with pytest.raises(Stopped), studio.until(stop), studio.store.writing():
            run(_ENDLESS)
    with studio.store.writing():
        assert scalar("SELECT 1") == 1


def test_an_act_that_waits_for_a_lock_can_be_stopped(
    studio: Studio, admin: Actor, push: PushFacts
) -> None:
    """Another program writes: waiting for its lock ends when a stop is requested."""
    before, stop, locked, over = (
        _counts(studio),
        CancelToken(),
        threading.Event(),
        threading.Event(),
    )

    def hold() -> None:
        with studio.store.writing():
            execute("UPDATE push SET version = version WHERE id = ?", push.id)
            locked.set()
            assert over.wait(30)

    other = threading.Thread(target=hold)
    other.start()
    assert locked.wait(30)
    threading.Timer(0.05, stop.ask).start()
    with pytest.raises(Stopped), studio.until(stop):
        _assign(studio, admin, push)
    over.set()
    other.join()
    assert _counts(studio) == before
    assert _assign(studio, admin, push).added == _MANY


def test_a_full_disk_or_a_lost_server_changes_nothing(
    studio: Studio, admin: Actor, push: PushFacts
) -> None:
    before = _counts(studio)
    fails = _fill_disk if studio.store.is_sqlite else lambda: _end_sessions(studio)
    with pytest.raises(Unavailable) as told:
        _assign(studio, admin, push, _at(0.5, fails))
    if studio.store.is_sqlite:
        assert told.value.message.startswith(
            "The disk of the database is full; nothing was changed."
        )
        with studio.store.reading():
            execute("PRAGMA max_page_count = 1000000")
    else:
        assert "does not answer" in told.value.message
    assert _counts(studio) == before
    assert _assign(studio, admin, push).added == _MANY


def _fill_disk() -> None:
    execute(f"PRAGMA max_page_count = {scalar('PRAGMA page_count')}")


def _end_sessions(studio: Studio) -> None:
    with psycopg.connect(studio.settings.database.url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


_KILLED = """
import os, signal, sys
from studio_tui.config.settings import Database, Settings
from studio_tui.config.clock import clock_from
from studio_tui.domain.shared.selection import Selection
from studio_tui.domain.people.users import UserFilter
from studio_tui.services.pushes import assign as assigning
from studio_tui.services.pushes import pushes
from studio_tui.services.system.context import open_studio
from studio_tui.services.people.identity import Account, sign_in

def told(share):
    if share >= 0.5:
        os.kill(os.getpid(), signal.SIGKILL)

studio = open_studio(Settings(database=Database(url=sys.argv[1])), clock_from(None))
admin = sign_in(studio, Account("els", "Els Claes"))
push = pushes.every(studio, admin)[0]
assigning.assign(studio, admin, push, Selection.matching(UserFilter()), progress=told)
"""


def test_a_program_that_is_killed_leaves_no_partial_change(
    studio: Studio, admin: Actor, push: PushFacts
) -> None:
    before = _counts(studio)
    command = [sys.executable, "-c", _KILLED, studio.settings.database.url]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert _counts(studio) == before
    assert _assign(studio, admin, push).added == _MANY
