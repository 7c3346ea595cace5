"""How far something is that takes longer than a moment, in its place on a screen."""

from textual.timer import Timer
from textual.widgets import Static

from studio_tui.tui.runtime.job import PROGRESS_DELAY, PROGRESS_INTERVAL, Job


class ProgressLine(Static):
    """The words of a `Job`; empty while nothing is under way."""

    job: Job | None = None
    """What is under way."""
    _timer: Timer | None = None

    def start(self, job: Job) -> None:
        """Show how far ``job`` is, if it takes a while."""
        self.done()
        self.job = job
        self._timer = self.set_timer(PROGRESS_DELAY, self._follow)

    def stop(self) -> None:
        """Ask what is under way to end."""
        if self.job is not None:
            self.job.stop.ask()
            self._draw()

    def done(self) -> None:
        """It has ended."""
        if self._timer is not None:
            self._timer.stop()
        self.job = self._timer = None
        self.update("")

    def _follow(self) -> None:
        self._draw()
        self._timer = self.set_interval(PROGRESS_INTERVAL, self._draw)

    def _draw(self) -> None:
        if self.job is not None:
            self.update(self.job.in_words())
