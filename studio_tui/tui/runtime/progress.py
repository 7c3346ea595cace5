"""What is under way and takes longer than a moment: how far it is in the status line, and escape to
stop it."""

from textual import events
from textual.content import Content
from textual.timer import Timer

from studio_tui.tui.app import StudioApp
from studio_tui.tui.runtime.job import EVERY, PATIENCE, Job
from studio_tui.tui.runtime.key_queue import Typed
from studio_tui.tui.screen import StudioScreen


class WorkingApp(StudioApp):
    """The shell, with what is being written in view."""

    _jobs: tuple[Job, ...] = ()
    """Those that have not ended, the first one first: they are done one after another."""
    _shown_job: Job | None = None
    _working: Timer | None = None

    @property
    def status(self) -> Content:
        """What is under way comes before all else."""
        return self._shown_job.in_words() if self._shown_job else super().status

    def work(self, job: Job) -> None:
        """Follow ``job``; say how far it is if it takes a while."""
        if job.in_place:
            return
        self._jobs = (*self._jobs, job)
        if self._working is None:
            self._working = self.set_timer(PATIENCE, self._look_longer)

    def worked(self) -> None:
        """A job has ended: say no more of it."""
        self._jobs = tuple(job for job in self._jobs if not job.ended)
        if self._jobs:
            return
        if self._working is not None:
            self._working.stop()
            self._working = None
        if self._shown_job is not None:
            self._shown_job = None
            self._refresh_status()

    def takes(self, typed: Typed) -> bool:
        """Escape stops what is under way, rather than leave it."""
        escape = isinstance(typed, events.Key) and typed.key == "escape"
        if escape and isinstance(self.screen, StudioScreen):
            for job in self._jobs:
                if job.can_stop and not job.ended:
                    job.stop.ask()
                    self._tell_how_far()
                    return False
        return super().takes(typed)

    def _unkept(self) -> str:
        under_way = (f"{job.what}: leaving now undoes it." for job in self._jobs if not job.ended)
        return "\n".join(filter(None, (*under_way, super()._unkept())))

    def _look_longer(self) -> None:
        self._tell_how_far()
        if self._jobs:
            self._working = self.set_interval(EVERY, self._tell_how_far)

    def _tell_how_far(self) -> None:
        self.worked()
        if self._jobs:
            self._shown_job = self._jobs[0]
            self._refresh_status()
