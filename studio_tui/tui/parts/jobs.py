"""Jobs in progress: their progress in the status line, and escape to stop one."""

from typing import Any

from textual.app import App
from textual.content import Content
from textual.timer import Timer

from studio_tui.tui.parts.messages import Messages
from studio_tui.tui.runtime.job import PROGRESS_DELAY, PROGRESS_INTERVAL, Job


class Jobs:
    """The writes in progress, which are displayed if they take long."""

    def __init__(self, app: App[Any], messages: Messages) -> None:
        self._app = app
        self._messages = messages
        self._jobs: tuple[Job, ...] = ()
        """The jobs that have not ended, the first one first: they run one after another."""
        self._shown = False
        self._timer: Timer | None = None

    @property
    def unsaved_summary(self) -> str:
        """The jobs that ending the app would undo, one sentence per line; empty if there are
        none."""
        return "\n".join(
            f"{job.what}: leaving now undoes it." for job in self._jobs if not job.ended
        )

    def begin(self, job: Job) -> None:
        """Follow ``job``; display its progress if it takes long."""
        if job.in_place:
            return
        self._jobs = (*self._jobs, job)
        if self._timer is None:
            self._timer = self._app.set_timer(PROGRESS_DELAY, self._start_updates)

    def ended(self) -> None:
        """Remove the jobs that have ended."""
        self._jobs = tuple(job for job in self._jobs if not job.ended)
        if self._jobs:
            return
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self._shown:
            self._shown = False
            self._messages.show_progress(Content(""))

    def stop_one(self) -> bool:
        """Stop the first job that can be stopped; return whether there was one."""
        for job in self._jobs:
            if job.can_stop and not job.ended:
                job.stop.ask()
                self._show_progress()
                return True
        return False

    def _start_updates(self) -> None:
        self._show_progress()
        if self._jobs:
            self._timer = self._app.set_interval(PROGRESS_INTERVAL, self._show_progress)

    def _show_progress(self) -> None:
        self.ended()
        if self._jobs:
            self._shown = True
            self._messages.show_progress(self._jobs[0].in_words())
