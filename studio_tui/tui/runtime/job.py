"""A cancellable operation that takes long, with its progress."""

from collections.abc import Callable
from dataclasses import field
from typing import TYPE_CHECKING, TypeVar

from textual.content import Content

from studio_tui.domain.shared.cancellation import CancelToken
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.tui.text import line

if TYPE_CHECKING:
    from studio_tui.services.system.context import Studio

T = TypeVar("T")

PROGRESS_DELAY = 0.5
"""Seconds before progress is displayed."""
PROGRESS_INTERVAL = 0.25
"""Seconds between two updates of the displayed progress."""
_WIDTH = 24


@dataclass(slots=True, eq=False)
class Job:
    """An operation in a thread. The thread reports progress; the event loop may request its end."""

    what: str
    """The description, such as ``Reading users.csv``."""
    share: float | None = None
    """The completed share from 0 to 1; None until the operation has begun, as other writes go
    first."""
    can_stop: bool = True
    in_place: bool = False
    """Whether the screen itself displays the progress and the way to stop."""
    stop: CancelToken = field(default_factory=CancelToken)
    ended: bool = False

    def report_progress(self, share: float) -> None:
        """Report progress. Raises `Stopped` if the end of the job was requested."""
        self.share = share
        self.stop.check()

    def do(self, studio: "Studio", call: Callable[[], T]) -> T:
        """Run ``call`` as part of this job.

        If the job is stopped, the call is rolled back as a whole.
        """
        try:
            with studio.until(self.stop):
                return call()
        finally:
            self.ended = True

    def in_words(self) -> Content:
        """Return ``Reading users.csv  ██████░░░░░░  50 %  esc stops it``."""
        if self.stop.asked:
            return line(f"Stopping: {self.what}…")
        if not self.can_stop:
            return line(f"{self.what}…")
        if self.share is None:
            return line(f"{self.what}: waiting until others have written  esc stops it")
        cells = round(self.share * _WIDTH)
        bar = "█" * cells + "░" * (_WIDTH - cells)
        return line(f"{self.what}  {bar}  {self.share:.0%}  esc stops it")
