"""Something that takes longer than a moment: how far it is, and an end to it on demand."""

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

PATIENCE = 0.5
"""Seconds before anything is said of it."""
EVERY = 0.25
"""Seconds between two looks how far it is."""
_WIDTH = 24


@dataclass(slots=True, eq=False)
class Job:
    """Told by the thread that does it how far it is; asked by the loop to end."""

    what: str
    """In words, as ``Reading users.csv``."""
    share: float | None = None
    """From 0 to 1; None until it has begun, because others have to end first."""
    can_stop: bool = True
    in_place: bool = False
    """Whether the screen itself shows how far it is, and stops it."""
    stop: CancelToken = field(default_factory=CancelToken)
    ended: bool = False

    def tell(self, share: float) -> None:
        """So much is done; raises `Stopped` to end it."""
        self.share = share
        self.stop.check()

    def do(self, studio: "Studio", call: Callable[[], T]) -> T:
        """Make ``call``, which ends all of it or nothing once this is stopped."""
        try:
            with studio.until(self.stop):
                return call()
        finally:
            self.ended = True

    def in_words(self) -> Content:
        """``Reading users.csv  ██████░░░░░░  50 %  esc stops it``."""
        if self.stop.asked:
            return line(f"Stopping: {self.what}…")
        if not self.can_stop:
            return line(f"{self.what}…")
        if self.share is None:
            return line(f"{self.what}: waiting until others have written  esc stops it")
        cells = round(self.share * _WIDTH)
        bar = "█" * cells + "░" * (_WIDTH - cells)
        return line(f"{self.what}  {bar}  {self.share:.0%}  esc stops it")
