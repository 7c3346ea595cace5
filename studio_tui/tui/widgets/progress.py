"""The progress of a job at a fixed place on a screen."""

from textual.timer import Timer
from textual.widgets import Static

from studio_tui.tui.runtime.job import PROGRESS_DELAY, PROGRESS_INTERVAL, Job


class ProgressLine(Static):
    """The text of a `Job`; empty while no job is in progress."""

    job: Job | None = None
    """The job in progress; None if there is none."""
    _timer: Timer | None = None

    def start(self, job: Job) -> None:
        """Follow ``job``; show its progress if it takes long."""
        self.done()
        self.job = job
        self._timer = self.set_timer(PROGRESS_DELAY, self._follow)

    def stop(self) -> None:
        """Request the end of the job."""
        if self.job is not None:
            self.job.stop.ask()
            self._draw()

    def done(self) -> None:
        """Clear the line: the job has ended."""
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
