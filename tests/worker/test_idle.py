"""What a worker does while no mail is due, in simulated time."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

import msgspec
import pytest

from studio_tui.domain.people.access import Actor
from studio_tui.services.outbox import workers
from studio_tui.services.outbox.workers import SeenWorker, WorkerState
from studio_tui.services.system.context import Studio
from studio_tui.worker.loop import Worker
from tests.services.conftest import MovableClock
from tests.simulation.event_loop import SimulatedLoop

MINUTES = 3


@dataclass
class _LoopClock(MovableClock):
    """A clock that runs with the simulated time of a loop."""

    loop: SimulatedLoop | None = None

    def now(self) -> datetime:
        """Return the instant of the simulated time."""
        assert self.loop is not None
        return self.instant + timedelta(seconds=self.loop.time())


@pytest.mark.one_engine
def test_an_idle_worker_looks_for_mail_every_second_and_reports_every_minute(
    studio: Studio, admin: Actor
) -> None:
    loop = SimulatedLoop(Random(0))
    clock = _LoopClock(loop=loop)
    smtp = msgspec.structs.replace(
        studio.settings.smtp, host="mail.example.org", sender="studio@example.org"
    )
    here = replace(
        studio, clock=clock, settings=msgspec.structs.replace(studio.settings, smtp=smtp)
    )
    rounds: list[float] = []

    def elapsed() -> float:
        rounds.append(loop.time())
        return loop.time()

    worker = Worker(here, [], elapsed=elapsed)
    listed: list[SeenWorker] = []
    # Between two reports.
    loop.call_later(MINUTES * 60 - 10, lambda: listed.extend(workers.every(here)))
    loop.call_later(MINUTES * 60 + 0.5, worker.stop)
    loop.run_until_complete(worker.run())
    loop.close()
    assert sorted(set(rounds)) == list(range(MINUTES * 60 + 1))
    (found,) = listed
    assert (found.state, found.known.since) == (WorkerState.IDLE, None)
    assert found.known.seen_at == clock.instant + timedelta(minutes=MINUTES - 1)
