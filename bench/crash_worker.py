"""A worker of the crash test: the worker of the service, with much shorter timeouts.

    python -m bench.crash_worker [--lease SECONDS] [--jumps SECONDS]

The settings come from the environment: ``STUDIO_DATABASE_URL``, ``STUDIO_SMTP_HOST``, ….
"""

import argparse
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from studio_tui.config.clock import SystemClock, seconds_since_boot
from studio_tui.config.settings import load
from studio_tui.services.system.context import open_studio
from studio_tui.worker.service import run_worker
from studio_tui.worker.timing import Pace


@dataclass(frozen=True, slots=True)
class JumpingClock:
    """The clock of a host that is set forward and back every second.

    It is the same for all processes of the host.
    """

    jumps: float
    """Seconds by which the clock is off, in either direction."""

    def now(self) -> datetime:
        """Return an instant that is wrong two times out of three."""
        jump = (int(seconds_since_boot()) % 3 - 1) * self.jumps
        return datetime.now(UTC) + timedelta(seconds=jump)


def short_pace(lease: float) -> Pace:
    """Return the pace of a worker whose timeouts are seconds instead of hours."""
    return Pace(
        lease=timedelta(seconds=lease),
        first_pause=timedelta(seconds=0.1),
        longest_pause=timedelta(seconds=1),
        first_outage=timedelta(seconds=0.1),
        longest_outage=timedelta(seconds=1),
        idle=timedelta(seconds=0.1),
    )


def main() -> int:
    """Send mail until stopped, and return the exit code."""
    parser = argparse.ArgumentParser(description="One worker of the crash test.")
    parser.add_argument("--lease", type=float, default=4)
    parser.add_argument("--jumps", type=float, default=0, help="seconds the clock is set by")
    asked = parser.parse_args()
    studio = open_studio(load(), JumpingClock(asked.jumps) if asked.jumps else SystemClock())
    try:
        return run_worker(
            studio,
            drain=False,
            report=lambda event: print(event.as_json(), flush=True),
            pace=short_pace(asked.lease),
        )
    finally:
        studio.close()


if __name__ == "__main__":
    sys.exit(main())
