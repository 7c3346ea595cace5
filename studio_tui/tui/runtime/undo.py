"""What was just done can be taken back as long as its mail waits: a line that counts down, and one
key (N5)."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.timer import Timer

from studio_tui.domain.outbox.acts import ACTS, Act
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import StudioError
from studio_tui.tui.commands import Command
from studio_tui.tui.runtime.job import Job
from studio_tui.tui.runtime.progress import WorkingApp
from studio_tui.tui.text import fit, plain

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from studio_tui.services.outbox.undo import Undoable
    from studio_tui.services.system.context import Studio

_UNDO = "undo"
_TICK = 1.0
_SOON = timedelta(days=1)
"""What leaves later than this is told by its day."""
_LEAST_NAME = 12
"""Cells that the name of a push keeps, however narrow the terminal is."""
_EDGES = 2
"""Cells beside the status line."""


class UndoingApp(WorkingApp):
    """The shell, with what its user can still take back in view.

    An act is in view for the hold after it was done and for the hold before its mail leaves: what
    one no longer sees, one does not take back by a key.
    """

    OWN_COMMANDS = (
        Command(
            _UNDO,
            "z",
            "Undo",
            "Take back the last act that mails, as its mail has not left",
            footer=False,
        ),
    )

    _acts: "tuple[Undoable, ...]" = ()
    _ticking: Timer | None = None

    @property
    def undoable(self) -> "Undoable | None":
        """The newest act in view."""
        if self._studio is None:
            return None
        now, hold = self.studio.now(), self.studio.settings.notifications.hold_time
        return next((act for act in self._acts if _in_view(act, now, hold)), None)

    def changed(self) -> None:
        """Find out what can be taken back now."""
        super().changed()
        if self._studio is not None and self.actor is not None:
            studio, actor = self._studio, self.actor
            self.bridge.read(
                self.get_default_screen(),
                _UNDO,
                lambda: _undoable(studio, actor),
                self._found,
                lambda error: None,
            )

    def may_do(self, command: Command) -> bool:
        """There is something to take back."""
        if command.id == _UNDO and self.undoable is None:
            return False
        return super().may_do(command)

    def action_undo(self) -> None:
        """Take back the newest act in view."""
        act, actor = self.undoable, self.actor
        if act is None or actor is None:
            return
        studio, job = self.studio, Job(f"Taking back: {_what(act, act.push)}")
        self._found([one for one in self._acts if one != act])
        self.work(job)
        self.bridge.write(
            self.get_default_screen(),
            lambda: job.do(studio, lambda: _take_back(studio, actor, act, job)),
            lambda dropped: self._taken_back(act, dropped),
            self._not_taken_back,
        )

    def stand(self, sentence: str) -> None:
        """Whether mail leaves at all is part of what counts down."""
        super().stand(sentence)
        self._count()

    def _taken_back(self, act: "Undoable", dropped: int) -> None:
        self.worked()
        mails = "1 mail" if dropped == 1 else f"{dropped:,} mails"
        self.say(f"Taken back: {_what(act, act.push)}; {mails} dropped.")
        self.look_for_changes()

    def _not_taken_back(self, error: StudioError) -> None:
        self.worked()
        self.complain(error.message)
        self.changed()

    def _found(self, acts: "list[Undoable]") -> None:
        self._acts = tuple(acts)
        self._count()

    def _count(self) -> None:
        if self._studio is None:
            return
        now = self.studio.now()
        self._acts = tuple(act for act in self._acts if now < act.leaves_at)
        act = self.undoable
        self.count_down("" if act is None else self._in_words(act))
        self._tick(bool(self._acts))

    def _tick(self, on: bool) -> None:
        if on and self._ticking is None:
            self._ticking = self.set_interval(_TICK, self._count)
        elif not on and self._ticking is not None:
            self._ticking.stop()
            self._ticking = None

    def _in_words(self, act: "Undoable") -> str:
        why = self.standing
        rest = _rest(act, self.studio.now(), self.studio.zone, stuck=bool(why))
        room = self.size.width - _EDGES - cell_len(_what(act, "") + rest)
        name = plain(act.push)
        if cell_len(name) > room:
            name = fit(name, max(room, _LEAST_NAME)).rstrip()
        return _what(act, name) + rest + (f" · {why}" if why else "")


def _in_view(act: "Undoable", now: datetime, hold: timedelta) -> bool:
    if now >= act.leaves_at:
        return False
    return now - act.done_at < hold or act.leaves_at - now <= hold


def _what(act: "Undoable", push: str) -> str:
    facts = ACTS[Act(act.action)]
    if not facts.many:
        return f"“{push}” {facts.one}"
    users = "1 user" if act.users == 1 else f"{act.users:,} users"
    return f"{users} {facts.many} “{push}”"


def _rest(act: "Undoable", now: datetime, zone: "ZoneInfo", *, stuck: bool) -> str:
    """``: mail leaves in 1:58 · z undo``; where no mail leaves anyway, how long one can undo."""
    left = act.leaves_at - now
    if stuck:
        return " · z undo" + (f", {_clock(left)} left" if left < _SOON else "")
    if left < _SOON:
        return f": mail leaves in {_clock(left)} · z undo"
    return f": mail leaves on {act.leaves_at.astimezone(zone):%Y-%m-%d at %H:%M} · z undo"


def _clock(left: timedelta) -> str:
    seconds = int(left.total_seconds())
    hours, minutes = seconds // 3600, seconds // 60 % 60
    ends = f"{minutes:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"
    return f"{hours}:{ends}" if hours else ends


# Imported where the answer is waited for, off the loop: the first picture waits for none of it.


def _undoable(studio: "Studio", actor: Actor) -> "list[Undoable]":
    from studio_tui.services.outbox import undo

    return undo.undoable(studio, actor)


def _take_back(studio: "Studio", actor: Actor, act: "Undoable", job: Job) -> int:
    from studio_tui.services.outbox import undo

    return undo.undo(studio, actor, act.activity_id, progress=job.tell)
