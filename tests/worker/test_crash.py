"""Kill a worker at each point of sending; another worker finishes (N3, N8).

The worker is a real process. A real mail server holds it at one point of the dialogue until it is
killed. ``python -m bench.crash`` kills at random moments.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from studio_tui.domain.people.access import Actor
from studio_tui.services.system.context import Studio
from studio_tui.storage.engine.sql import execute
from tests.acting import assign
from tests.made_once import made_once
from tests.organisation import create_push
from tests.services.conftest import MovableClock
from tests.smtp_server import STALL, Server, Step, smtp_server
from tests.worker.processes import (
    everything,
    hurried_worker,
    stop,
    wait_until_sent,
)


@made_once
def due(studio: Studio, admin: Actor, clock: MovableClock) -> int:
    """Number of mails that are due."""
    assign(studio, admin, create_push(studio, admin), "ann", "ben")
    clock.move(minutes=2)
    return len(everything(studio, admin))


def _copies(server: Server) -> list[int]:
    """Return how many times each mail reached the server."""
    return sorted(Counter(str(m.parsed["Message-ID"]) for m in server.messages).values())


def _finish(studio: Studio, admin: Actor, server: Server) -> None:
    """Let another worker send the remaining mail."""
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
        # The server has accepted the mail, but its reply does not reach the worker.
        ("accepted", 1),
    ],
)
def test_a_worker_killed_in_the_smtp_dialogue_sends_a_second_copy_only_if_the_reply_was_lost(
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


def test_a_worker_killed_before_the_commit_sends_a_second_copy_of_unrecorded_mail_only(
    studio: Studio, admin: Actor, due: int
) -> None:
    """Between the server's reply and the commit is the one window for a second copy.

    However slow the database, the window covers at most one mail for two connections.
    """
    with smtp_server() as server:
        server.script("rcpt", "250 2.1.5 recipient ok")
        with hurried_worker(studio, server, 4) as worker, _no_result_is_written(studio):
            server.wait_for(2)
            # The other connections have sent the recipient, but not the content.
            server.wait_until_followed(4)
            worker.kill()
            worker.wait()
        _finish(studio, admin, server)
    assert _copies(server) == [1] * (due - 2) + [2] * 2


@contextmanager
def _no_result_is_written(studio: Studio) -> Iterator[None]:
    """Allow claims, but make recording outcomes fail."""
    with studio.store.writing():
        execute("ALTER TABLE notification_mail RENAME TO elsewhere")
    yield
    with studio.store.writing():
        execute("ALTER TABLE elsewhere RENAME TO notification_mail")
