"""What the Studio does by itself from day to day, beside mail: one list for all who look.

A worker looks every minute, and so does an open Studio where no worker of its own runs. Each job
finds out cheaply whether anything is due, and does it once, however many hosts look at a time: what
it writes into the database says that it was done. So what no host did on its day is done by the
first that looks after it.
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
"""In the order in which they are done."""


def do_what_is_due(studio: Studio) -> None:
    """Do the jobs of which something is due; one that fails does not keep the others from it, and
    is tried again by whoever looks next. Raises `Unavailable` where the database is away."""
    for job in JOBS:
        try:
            job(studio)
        except Unavailable:
            raise
        except StudioError as error:
            log_error(error)
