"""The worker as a process: start, stop and output."""

import json
import signal

import pytest

from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.domain.people.access import Actor
from studio_tui.services.system.context import Studio
from tests.acting import assign
from tests.made_once import made_once
from tests.organisation import create_push
from tests.services.conftest import MovableClock
from tests.smtp_server import HANG_UP, HOLD, smtp_server
from tests.worker.processes import (
    everything,
    hurried_worker,
    service,
    stop,
    wait_until_sent,
    wait_until_signals_arrive,
)


@made_once
def due(studio: Studio, admin: Actor, clock: MovableClock) -> int:
    """Number of mails that are due."""
    assign(studio, admin, create_push(studio, admin), "ann", "ben", "cas")
    clock.move(minutes=2)
    return len(everything(studio, admin))


def _by_state(studio: Studio, admin: Actor) -> dict[NotificationState, int]:
    listed = [each.state for each in everything(studio, admin)]
    return {state: listed.count(state) for state in set(listed)}


@pytest.mark.parametrize("signals", [1, 2])
def test_a_stopped_worker_finishes_the_mail_on_the_wire_and_hands_back_the_rest(
    studio: Studio, admin: Actor, due: int, signals: int
) -> None:
    with smtp_server() as server:
        server.script("message", HOLD, times=1)
        with service(studio, server) as worker:
            server.wait_until_followed()
            for _ in range(signals):
                worker.send_signal(signal.SIGTERM)
            wait_until_signals_arrive(worker)
            server.release()
            printed, _ = worker.communicate(timeout=30)
        assert worker.returncode == 0
        assert len(server.messages) == 1
        assert "1 sent, 0 failed" in printed
        assert _by_state(studio, admin) == {
            NotificationState.SENT: 1,
            NotificationState.QUEUED: due - 1,
        }
        with service(studio, server) as worker:
            wait_until_sent(studio, admin)
            assert stop(worker)[0] == 0
    assert len(server.messages) == due


def test_a_worker_logs_the_begin_and_end_of_an_outage(
    studio: Studio, admin: Actor, due: int
) -> None:
    with smtp_server() as server:
        server.script("connect", HANG_UP)
        with hurried_worker(studio, server) as worker:
            server.wait_until_followed(3)
            server.clear_script()
            wait_until_sent(studio, admin)
            code, printed = stop(worker)
    lines = [json.loads(line) for line in printed.splitlines()]
    assert code == 0
    assert [line["event"] for line in lines] == ["started", "down", "up", "stopped"]
    assert [line["fault"] for line in lines] == [None, "unreachable", None, None]
    assert (lines[-1]["sent"], lines[-1]["failed"]) == (due, 0)
    assert lines[-1]["message"] == f"{due} sent, 0 failed, 0 waiting."


def test_a_draining_worker_exits_with_the_outcome_as_its_exit_code(
    studio: Studio, admin: Actor, due: int
) -> None:
    with smtp_server() as server:
        server.script("connect", HANG_UP)
        with service(studio, server, "--drain") as worker:
            printed, _ = worker.communicate(timeout=30)
        assert worker.returncode == 1
        assert "The mail server does not answer" in printed
        server.clear_script()
        with service(studio, server, "--drain") as worker:
            printed, _ = worker.communicate(timeout=30)
        assert worker.returncode == 0
        assert len(server.messages) == due
