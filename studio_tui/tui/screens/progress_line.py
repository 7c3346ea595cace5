"""How far something is that takes longer than a moment."""

from textual.timer import Timer
from textual.widgets import Static

from studio_tui.tui.screens.import_reading import Job
from studio_tui.tui.text import line

_PATIENCE = 0.5
"""Seconds before it says anything."""
_EVERY = 0.25
_WIDTH = 24


class ProgressLine(Static):
    """``Reading users.csv  ██████░░░░░░  50 %  esc stops it``; empty while nothing is under way."""

    job: Job | None = None
    """What is under way."""
    _timer: Timer | None = None

    def start(self, job: Job) -> None:
        """Show how far ``job`` is, if it takes a while."""
        self.done()
        self.job = job
        self._timer = self.set_timer(_PATIENCE, self._follow)

    def stop(self) -> None:
        """Ask what is under way to end."""
        if self.job is not None:
            self.job.stopped = True
            self.update(line(f"Stopping: {self.job.what}…"))

    def done(self) -> None:
        """It has ended."""
        if self._timer is not None:
            self._timer.stop()
        self.job = self._timer = None
        self.update("")

    def _follow(self) -> None:
        self._draw()
        self._timer = self.set_interval(_EVERY, self._draw)

    def _draw(self) -> None:
        job = self.job
        if job is None or job.stopped:
            return
        cells = round(job.share * _WIDTH)
        bar = "█" * cells + "░" * (_WIDTH - cells)
        self.update(line(f"{job.what}  {bar}  {job.share:.0%}  esc stops it"))
