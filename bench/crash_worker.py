"""One worker, for the crash test: as the service runs it, but in a hurry.

    python -m bench.crash_worker [--lease SECONDS]

The settings come from the environment: ``STUDIO_DATABASE_URL``, ``STUDIO_SMTP_HOST``, ….
"""

import argparse
import sys
from datetime import timedelta

from studio_tui.config.clock import SystemClock
from studio_tui.config.settings import load
from studio_tui.services.context import open_studio
from studio_tui.worker.pace import Pace
from studio_tui.worker.service import run_worker


def hurried(lease: float) -> Pace:
    """The pace of a worker for which seconds are what hours are to another."""
    return Pace(
        lease=timedelta(seconds=lease),
        first_pause=timedelta(seconds=0.1),
        longest_pause=timedelta(seconds=1),
        first_outage=timedelta(seconds=0.1),
        longest_outage=timedelta(seconds=1),
        idle=timedelta(seconds=0.1),
    )


def main() -> int:
    """Send until stopped; returns the exit code."""
    parser = argparse.ArgumentParser(description="One worker of the crash test.")
    parser.add_argument("--lease", type=float, default=4)
    asked = parser.parse_args()
    studio = open_studio(load(), SystemClock())
    try:
        return run_worker(
            studio,
            drain=False,
            report=lambda event: print(event.as_json(), flush=True),
            pace=hurried(asked.lease),
        )
    finally:
        studio.close()


if __name__ == "__main__":
    sys.exit(main())
