"""A worker is killed at each point of the send, and another finishes (N3, N8).

The worker is a real process, the server a real server, which holds the worker at one point of the
dialogue until it is killed. ``python -m bench.crash`` does the same at random moments.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from studio_tui.domain.people.access import Actor
from studio_tui.services.system.context import Studio
from studio_tui.storage.engine.sql import execute
from tests.acting import assign
from tests.organisation import create_push
from tests.services.conftest import MovableClock
from tests.smtp_server import STALL, Server, Step, smtp_server
from tests.worker.processes import (
    everything,
    hurried_worker,
    stop,
    wait_until_sent,
)


@pytest.fixture
def due(studio: Studio, admin: Actor, clock: MovableClock) -> int:
    """How many mails are due."""
    assign(studio, admin, create_push(studio, admin), "ann", "ben")
    clock.move(minutes=2)
    return len(everything(studio, admin))


def _copies(server: Server) -> list[int]:
    """How many times each mail reached the server."""
    return sorted(Counter(str(m.parsed["Message-ID"]) for m in server.messages).values())


def _finish(studio: Studio, admin: Actor, server: Server) -> None:
    """Let another worker send what is left."""
    with hurried_worker(studio, server) as worker:
        wait_until_sent(studio, admin)
        code, _ = stop(worker)
    assert code == 0


@pytest.mark.parametrize(
    ("step", "twice"),
    [
        ("connect", 0),
        ("data", 0),
        ("message", 0),
        # The server has taken it, and the worker never hears of it.
        ("accepted", 1),
    ],
)
def test_killed_in_the_dialogue(
    studio: Studio, admin: Actor, due: int, step: Step, twice: int
) -> None:
    with smtp_server() as server:
        server.script(step, STALL, times=1)
        with hurried_worker(studio, server) as worker:
            server.wait_until_followed()
            worker.kill()
            worker.wait()
        _finish(studio, admin, server)
    assert _copies(server) == [1] * (due - twice) + [2] * twice


def test_killed_before_the_commit(studio: Studio, admin: Actor, due: int) -> None:
    """The server has answered, the database has not: the one window in which a mail goes twice.

    However long the database takes, it stays as narrow as one mail for two connections.
    """
    with smtp_server() as server:
        server.script("rcpt", "250 2.1.5 recipient ok")
        with hurried_worker(studio, server, 4) as worker, _no_result_is_written(studio):
            server.wait_for(2)
            # The others have said who their mail is for, and keep it.
            server.wait_until_followed(4)
            worker.kill()
            worker.wait()
        _finish(studio, admin, server)
    assert _copies(server) == [1] * (due - 2) + [2] * 2


@contextmanager
def _no_result_is_written(studio: Studio) -> Iterator[None]:
    """Mails can be claimed, and what became of them cannot be written."""
    with studio.store.writing():
        execute("ALTER TABLE notification_mail RENAME TO elsewhere")
    yield
    with studio.store.writing():
        execute("ALTER TABLE elsewhere RENAME TO notification_mail")
