"""The Studio's daily jobs other than mail, shared by every process that runs them.

A worker runs them every minute, and so does an open Studio without a worker of its own. Each job
checks cheaply whether anything is due and does it once, however many hosts run it at a time: its
writes mark the work as done. A job that no host ran on its day is done by the first that comes
after it.
"""

from collections.abc import Callable

from studio_tui.config.log import log_error
from studio_tui.domain.shared.errors import StudioError, Unavailable
from studio_tui.services.people.retention import erase_by_schedule
from studio_tui.services.pushes.audiences import join_by_schedule
from studio_tui.services.pushes.repeating import repeat_by_schedule
from studio_tui.services.system.context import Studio

JOBS: tuple[Callable[[Studio], object], ...] = (
    repeat_by_schedule,
    join_by_schedule,
    erase_by_schedule,
)
"""The jobs in the order in which they run."""


def run_daily_jobs(studio: Studio) -> None:
    """Run the jobs that have something due.

    A job that fails does not keep the others from running, and is retried with the next call.
    Raises `Unavailable` if the database is unreachable.
    """
    for job in JOBS:
        try:
            job(studio)
        except Unavailable:
            raise
        except StudioError as error:
            log_error(error)
