"""Undo of recent acts while their mail waits: a countdown in the status line and one key (N5)."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from textual.app import App
from textual.timer import Timer

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import StudioError
from studio_tui.tui.parts.jobs import Jobs
from studio_tui.tui.parts.messages import Messages
from studio_tui.tui.runtime.job import Job
from studio_tui.tui.shell import shell_of
from studio_tui.tui.text import fit, plain

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from studio_tui.services.outbox.undo import UndoableAct
    from studio_tui.services.system.context import Studio

_TICK = 1.0
_CLOCK_LIMIT = timedelta(days=1)
"""Mail that leaves later than this is announced by its day."""
_MIN_NAME = 12
"""Minimum width in cells of the name of a push, however narrow the terminal is."""
_EDGES = 2
"""Cells to the left and right of the status line."""


class UndoLine:
    """The acts that the user of ``app`` can still undo, displayed in the status line.

    An act is in view for the hold time after it was done and for the hold time before its mail
    leaves. An act that is not in view cannot be undone by the key.
    """

    def __init__(self, app: App[Any], messages: Messages, jobs: Jobs) -> None:
        self._app = app
        self._messages = messages
        self._jobs = jobs
        self._acts: tuple[UndoableAct, ...] = ()
        self._ticking: Timer | None = None

    @property
    def ticking(self) -> bool:
        """Whether the countdown is running."""
        return self._ticking is not None

    @property
    def newest(self) -> "UndoableAct | None":
        """The newest act in view; None if there is none."""
        shell = shell_of(self._app)
        if shell.actor is None:
            return None
        now, hold = shell.studio.now(), shell.studio.settings.notifications.hold_time
        return next((act for act in self._acts if _in_view(act, now, hold)), None)

    def load(self) -> None:
        """Query off the event loop which acts can be undone."""
        shell = shell_of(self._app)
        if shell.actor is not None:
            studio, actor = shell.studio, shell.actor
            shell.bridge.read(
                self._app.get_default_screen(),
                "undo",
                lambda: _undoable(studio, actor),
                self._found,
                lambda error: None,
            )

    def take_back(self) -> None:
        """Undo the newest act in view."""
        shell, act = shell_of(self._app), self.newest
        actor = shell.actor
        if act is None or actor is None:
            return
        studio, job = shell.studio, Job(f"Taking back: {_act_in_words(act, act.push)}")
        self._found([one for one in self._acts if one != act])
        self._jobs.begin(job)
        shell.bridge.write(
            self._app.get_default_screen(),
            lambda: job.do(studio, lambda: _undo(studio, actor, act, job)),
            lambda dropped: self._undone(act, dropped),
            self._undo_failed,
        )

    def count(self) -> None:
        """Update the countdown, which depends on whether mail leaves at all."""
        shell = shell_of(self._app)
        if shell.actor is None:
            return
        now = shell.studio.now()
        self._acts = tuple(act for act in self._acts if now < act.leaves_at)
        act = self.newest
        self._messages.show_countdown("" if act is None else self._in_words(act))
        self._set_ticking(bool(self._acts))

    def _undone(self, act: "UndoableAct", dropped: int) -> None:
        self._jobs.ended()
        mails = "1 mail" if dropped == 1 else f"{dropped:,} mails"
        self._messages.show_message(f"Taken back: {_act_in_words(act, act.push)}; {mails} dropped.")
        shell_of(self._app).check_for_changes()

    def _undo_failed(self, error: StudioError) -> None:
        self._jobs.ended()
        self._messages.show_error(error.message)
        self.load()

    def _found(self, acts: "list[UndoableAct]") -> None:
        self._acts = tuple(acts)
        self.count()

    def _set_ticking(self, on: bool) -> None:
        if on and self._ticking is None:
            self._ticking = self._app.set_interval(_TICK, self.count)
        elif not on and self._ticking is not None:
            self._ticking.stop()
            self._ticking = None

    def _in_words(self, act: "UndoableAct") -> str:
        studio, why = shell_of(self._app).studio, self._messages.standing
        rest = _countdown(act, studio.now(), studio.zone, stuck=bool(why))
        room = self._app.size.width - _EDGES - cell_len(_act_in_words(act, "") + rest)
        name = plain(act.push)
        if cell_len(name) > room:
            name = fit(name, max(room, _MIN_NAME)).rstrip()
        return _act_in_words(act, name) + rest + (f" · {why}" if why else "")


def _in_view(act: "UndoableAct", now: datetime, hold: timedelta) -> bool:
    if now >= act.leaves_at:
        return False
    return now - act.done_at < hold or act.leaves_at - now <= hold


def _act_in_words(act: "UndoableAct", push: str) -> str:
    facts = Verb(act.action).mailing
    if not facts.many:
        return f"“{push}” {facts.one}"
    users = "1 user" if act.users == 1 else f"{act.users:,} users"
    return f"{users} {facts.many} “{push}”"


def _countdown(act: "UndoableAct", now: datetime, zone: "ZoneInfo", *, stuck: bool) -> str:
    """Return ``: mail leaves in 1:58 · z undo``, or the time left to undo if mail is ``stuck``."""
    left = act.leaves_at - now
    if stuck:
        return " · z undo" + (f", {_clock(left)} left" if left < _CLOCK_LIMIT else "")
    if left < _CLOCK_LIMIT:
        return f": mail leaves in {_clock(left)} · z undo"
    return f": mail leaves on {act.leaves_at.astimezone(zone):%Y-%m-%d at %H:%M} · z undo"


def _clock(left: timedelta) -> str:
    seconds = int(left.total_seconds())
    hours, minutes = seconds // 3600, seconds // 60 % 60
    ends = f"{minutes:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"
    return f"{hours}:{ends}" if hours else ends


# Imported in the background thread, so that the first frame does not wait for it.


def _undoable(studio: "Studio", actor: Actor) -> "list[UndoableAct]":
    from studio_tui.services.outbox import undo

    return undo.undoable(studio, actor)


def _undo(studio: "Studio", actor: Actor, act: "UndoableAct", job: Job) -> int:
    from studio_tui.services.outbox import undo

    return undo.undo(studio, actor, act.activity_id, progress=job.report_progress)
