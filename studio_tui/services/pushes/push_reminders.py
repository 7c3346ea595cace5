"""Reminders in one push, inside an open unit of work (P15).

`remind` and `remind_everywhere` use this module and check the rights of the actor.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.outbox.kinds import Kind
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import Assignment, AssignmentFilter, SkippedPerson
from studio_tui.domain.shared.cancellation import Progress, ignore_progress
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import about_users, write_activity
from studio_tui.storage.outbox import enqueue
from studio_tui.storage.outbox.enqueue import Cause
from studio_tui.storage.people.users import People
from studio_tui.storage.pushes import assignments, reminders
from studio_tui.storage.pushes.act_snapshot import snapshot_users

SHOWN = 1_000
"""Maximum number of people listed by name in a preview."""
_FEW = 20
"""Number of managers up to which their people are looked up; above it, all people are searched."""


@dataclass(frozen=True, slots=True)
class RemindPreview:
    """What reminding would do, computed before anything is sent (P14)."""

    reminding: int
    done: int
    """Number of chosen people who are done and not reminded."""
    left: int
    """Number of chosen people who have left and are not reminded."""
    recently: tuple[Assignment, ...]
    """People who were reminded recently, at most `SHOWN` of them; skipped unless asked for."""
    recently_count: int
    excused: int = 0
    """Number of chosen people who are excused and not reminded (P18)."""


@dataclass(frozen=True, slots=True)
class RemindResult:
    """The result of reminding."""

    activity_id: int
    """Id of the act, to be taken back by `services.outbox.undo`."""
    users_told: int
    managers_told: int
    leaves_at: datetime
    pushes: int = 1
    """Number of pushes. Of several, each act is taken back separately and ``activity_id`` is the
    last one. A manager is counted once per push."""


@dataclass(frozen=True, slots=True)
class ManagersPreview:
    """What reminding managers alone would do (P14)."""

    reminding: int
    recently: int
    """Number of chosen managers who were reminded recently; skipped unless asked for."""
    nothing: int
    """Number of chosen managers whom no push asks for a conversation; not reminded."""


@dataclass(frozen=True, slots=True)
class AskedManagers:
    """The ids of managers whom a push asks for conversations."""

    asked: frozenset[int]
    recently: frozenset[int]
    """Those of them who were reminded recently."""

    def to_remind(self, *, again: bool) -> frozenset[int]:
        """Return the managers who would be reminded."""
        return self.asked if again else self.asked - self.recently


@dataclass(frozen=True, slots=True)
class PushReminders:
    """The reminders of the push ``push_id``."""

    studio: Studio
    push_id: int

    @property
    def since(self) -> datetime:
        """The instant after which a reminder counts as recent."""
        return self.studio.now() - self.studio.settings.notifications.remind_again_after

    def chosen(self, selection: Selection[AssignmentFilter]) -> reminders.ChosenToRemind:
        """Return the people of the push in ``selection``, by whether to remind them."""
        today = self.studio.today()
        return reminders.ChosenToRemind(self.push_id, selection, today, self.since)

    def preview(self, selection: Selection[AssignmentFilter], *, again: bool) -> RemindPreview:
        """Return what `remind` would do."""
        chosen = self.chosen(selection)
        ids = assignments.ids_of(chosen.recently, SHOWN)
        return RemindPreview(
            reminding=assignments.count_assignments(chosen.to_remind(again=again)),
            done=assignments.count_assignments(chosen.done),
            left=assignments.count_assignments(chosen.left),
            recently=tuple(assignments.assignments_by_id(ids, self.studio.today())),
            recently_count=assignments.count_assignments(chosen.recently),
            excused=assignments.count_assignments(chosen.excused),
        )

    def skipped(
        self, selection: Selection[AssignmentFilter], *, again: bool
    ) -> list[SkippedPerson]:
        """Return the people in ``selection`` who would not be reminded, and why, by name (P14)."""
        chosen = self.chosen(selection)
        reasons = [
            ("has held it", chosen.done),
            ("has left", chosen.left),
            ("is excused", chosen.excused),
        ]
        if not again:
            reasons.append(("was reminded a short while ago", chosen.recently))
        return [
            SkippedPerson(login, name, why)
            for why, those in reasons
            for login, name in assignments.names_of(those)
        ]

    def managers_asked(
        self, managers: Collection[int], selection: Selection[AssignmentFilter]
    ) -> AskedManagers:
        """Return those of ``managers`` whom the push asks to talk to people in ``selection``."""
        users, these = self._still_asked(managers, selection), reminders.these_managers(managers)
        recently = reminders.managers_reminded(managers, self.push_id, self.since)
        return AskedManagers(
            enqueue.asked_managers(self.push_id, users, these),
            enqueue.asked_managers(self.push_id, users, recently),
        )

    def remind(
        self,
        actor: Actor,
        name: str,
        selection: Selection[AssignmentFilter],
        *,
        again: bool,
        progress: Progress = ignore_progress,
    ) -> RemindResult | None:
        """Remind the people in ``selection``; return None if nobody would be reminded.

        ``name`` is the name of the push, for the line of activity.
        """
        those = self.chosen(selection).to_remind(again=again)
        users, count = snapshot_users(assignments.users_of(those))
        if not count:
            return None
        leaves = self.studio.now() + self.studio.settings.notifications.hold_time
        return self.send(actor, name, users, None, leaves, progress)

    def send(
        self,
        actor: Actor | None,
        name: str,
        users: People,
        round_: str | None,
        leaves_at: datetime,
        progress: Progress = ignore_progress,
    ) -> RemindResult:
        """Remind ``users``, a fixed list: the writes below would change the result of a query."""
        now = self.studio.now()
        after = {"round": round_} if round_ else None
        line = write_activity(actor, now, Verb.REMIND, name, push_id=self.push_id, after=after)
        progress(0.1)
        about_users(line, users)
        cause, number = Cause(line, self.push_id, now, leaves_at), round_ or str(line)
        progress(0.2)
        users_told = enqueue.notify_users(cause, Kind.REMINDER, users, number)
        progress(0.5)
        return RemindResult(
            activity_id=line,
            users_told=users_told,
            managers_told=enqueue.notify_asked_managers(cause, Kind.REMINDER, users, number),
            leaves_at=leaves_at,
        )

    def remind_managers(
        self,
        actor: Actor,
        name: str,
        managers: Collection[int],
        selection: Selection[AssignmentFilter],
        *,
        again: bool,
    ) -> RemindResult:
        """Remind ``managers`` of their people in ``selection``; possibly notifies nobody."""
        now = self.studio.now()
        leaves = now + self.studio.settings.notifications.hold_time
        line = write_activity(actor, now, Verb.REMIND, name, push_id=self.push_id)
        cause = Cause(line, self.push_id, now, leaves)
        users, _ = snapshot_users(self._still_asked(managers, selection))
        only = reminders.these_managers(managers)
        if not again:
            only = reminders.managers_not_reminded(managers, self.push_id, self.since)
        told = enqueue.notify_asked_managers(cause, Kind.REMINDER, users, str(line), only)
        about_users(line, enqueue.people_in_mails_of(line))
        return RemindResult(line, 0, told, leaves)

    def _still_asked(
        self, managers: Collection[int], selection: Selection[AssignmentFilter]
    ) -> People:
        """Return the people who still have to talk.

        For a few managers, only their people are searched, which is faster.
        """
        asked = self.chosen(selection)
        if len(managers) > _FEW:
            return assignments.users_of(asked.waiting)
        return assignments.users_of(asked.waiting_of(managers))


def preview_of_managers(
    managers: Collection[int], found: Sequence[AskedManagers], *, again: bool
) -> ManagersPreview:
    """Return what reminding ``managers`` in several pushes would do."""
    reminding = frozenset[int]().union(*(each.to_remind(again=again) for each in found))
    asked = frozenset[int]().union(*(each.asked for each in found))
    recently = frozenset[int]().union(*(each.recently for each in found))
    return ManagersPreview(
        reminding=len(reminding),
        recently=len(recently if again else recently - reminding),
        nothing=len(frozenset(managers) - asked),
    )
