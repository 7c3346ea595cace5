"""Undo of an act, as long as none of its mail has left (N5)."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from studio_tui.domain.activity.verbs import MAILING, UNDOABLE, Verb
from studio_tui.domain.conversations.conversation import NOT_BEGUN, Conversation
from studio_tui.domain.outbox.kinds import DropReason
from studio_tui.domain.people.access import Action, Actor, may, require
from studio_tui.domain.pushes.push import PushDraft, PushFacts, PushState, Reminders
from studio_tui.domain.shared.cancellation import Progress, ignore_progress
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.enum_tables import CompleteTable, DefaultTable
from studio_tui.domain.shared.errors import Forbidden, NothingToDo, Refused
from studio_tui.services.conversations.state import conversation_now, conversation_to_change
from studio_tui.services.conversations.taking_over import begin_term
from studio_tui.services.people import handing_over
from studio_tui.services.pushes.pushes import facts_of, locked_push, push_facts, restore
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import (
    ActivityLine,
    about_users,
    activity_line,
    write_activity,
)
from studio_tui.storage.conversations import conversations
from studio_tui.storage.outbox import enqueue
from studio_tui.storage.outbox.undo import (
    conversations_told_by,
    former_place,
    is_newest,
    requeue_superseded,
    restore_cancelled,
    waiting_acts,
)
from studio_tui.storage.people import review_decide
from studio_tui.storage.pushes import assignments

_CHANGED = "Too late to undo: it was changed once more since."


@dataclass(frozen=True, slots=True)
class UndoableAct:
    """An act that can be undone, because its mail still waits."""

    activity_id: int
    action: str
    """The verb of the act in the activity: one of `domain.activity.verbs.UNDOABLE`."""
    push: str
    """The name of the push; for a conversation without a push, the login of the user."""
    users: int
    """The number of users whom the act is about."""
    mails: int
    done_at: datetime
    leaves_at: datetime
    """When the mail leaves; the act can be undone until then."""


def undoable(studio: Studio, actor: Actor) -> list[UndoableAct]:
    """Return the acts that ``actor`` can still undo, newest first.

    All mail of such an act waits, nobody has changed the same data since, and no conversation that
    it planned has begun.
    """
    with studio.own_store.reading():
        waiting = waiting_acts(actor.user_id, UNDOABLE, studio.now())
        return [UndoableAct(*row) for row in waiting if _is_unchanged(studio, row[0])]


def undo(
    studio: Studio, actor: Actor, activity_id: int, *, progress: Progress = ignore_progress
) -> int:
    """Undo an act that sends mail; returns how many mails are dropped by it.

    The changed data is restored, and waiting mail that the act superseded waits again. Raises
    `Refused` if any of its mail has left, if none of it waits, if the same data was changed since,
    and if the act is not undoable.
    """
    with studio.own_store.writing():
        line, act = _undoable_act(activity_id)
        _require(actor, line, act)
        progress(0.0)
        invited = conversations_told_by(activity_id)
        dropped = enqueue.drop_caused(activity_id, DropReason.UNDONE)
        # Check only after dropping: a worker may have claimed some of the mail in the meantime.
        if gone := enqueue.count_irrevocable(activity_id):
            raise Refused(f"Too late to undo: {gone} of its mails have left already.")
        if not dropped:
            raise NothingToDo("Nothing to undo: none of its mail waits any more.")
        progress(0.5)
        _UNDO_FUNCTIONS[act](_Undoing(studio, line, invited))
        # Reopen the decisions that the act made on the desk of changes (U7).
        review_decide.reopen(activity_id)
        now = studio.now()
        hold = studio.settings.notifications.hold_time
        requeue_superseded(activity_id, now, now + hold)
        written = write_activity(
            actor,
            now,
            act,
            line.subject,
            push_id=line.push_id,
            before=line.after if act.mailing.tells_back else None,
            after={**_restored(line, act), "mail dropped": dropped},
            undoing=True,
        )
        about_users(written, assignments.users_about(activity_id))
        return dropped


@dataclass(frozen=True, slots=True)
class _Undoing:
    """An act that is being undone, inside an open unit of work."""

    studio: Studio
    line: ActivityLine
    invited: list[int]
    """The ids of the conversations for which the act sent invitations."""
    locking: bool = True
    """Whether rows are locked to be changed, and not only read."""

    @property
    def push_id(self) -> int:
        """The id of the push of the act. Raises `Refused` if it has none."""
        if self.line.push_id is None:
            raise Refused("No push asks for this conversation.")
        return self.line.push_id

    def push(self) -> PushFacts:
        """Return the current state of the push of the act."""
        return (locked_push if self.locking else push_facts)(self.studio, self.push_id)

    def conversation_numbered(self, number: int) -> Conversation:
        """Return the current state of a conversation."""
        return (conversation_to_change if self.locking else conversation_now)(number)

    def conversation(self) -> Conversation:
        """Return the single conversation of the act.

        Raises `Refused` if it has begun or changed since.
        """
        if len(self.invited) != 1:
            raise Refused(_CHANGED)
        found = self.conversation_numbered(self.invited[0])
        if not is_newest(self.line.id, found.id):
            raise Refused(_CHANGED)
        if found.state not in NOT_BEGUN and found.cancelled_at is None:
            raise Refused(_CHANGED)
        return found


# Checks of undoable acts. Each returns the data that its act changed, and raises `Refused` if the
# data was changed since.


def _edited(undoing: _Undoing) -> PushFacts:
    after, current = undoing.line.after or {}, undoing.push()
    now = facts_of(current)
    if current.state is PushState.CLOSED or any(now[name] != after[name] for name in after):
        raise Refused(_CHANGED)
    return current


def _closed(undoing: _Undoing) -> PushFacts:
    current = undoing.push()
    if current.closed_at != undoing.line.at:
        raise Refused(_CHANGED)
    return current


def _reopened(undoing: _Undoing) -> PushFacts:
    current = undoing.push()
    if current.state is PushState.CLOSED:
        raise Refused(_CHANGED)
    return current


def _handed_over(undoing: _Undoing) -> tuple[int, Conversation | None]:
    """Return the assignment, and the conversation that changed hands or None."""
    before, after = undoing.line.before or {}, undoing.line.after or {}
    assignment_id = assignments.assignment_id_of(
        undoing.push_id, naming.user_id_named(undoing.line.subject)
    )
    named = naming.user_id_named(str(after.get("conductor")))
    if assignment_id is None or assignments.named_conductor(assignment_id) != named:
        raise Refused(_CHANGED)
    conversation_id = conversations.conversation_id_of(assignment_id)
    if conversation_id is None or "conductor" not in before:
        return assignment_id, None
    found = undoing.conversation_numbered(conversation_id)
    if found.conductor_login != before["conductor"] and found.state not in NOT_BEGUN:
        raise Refused(_CHANGED)
    return assignment_id, found


def _planned(undoing: _Undoing) -> Conversation:
    conversation = undoing.conversation()
    _require_unchanged(conversation, undoing.line.after or {})
    return conversation


def _moved(undoing: _Undoing) -> tuple[Conversation, str]:
    """Return the conversation and its place before the move."""
    conversation = _planned(undoing)
    place = former_place(conversation.id)
    if place is None:
        raise Refused(_CHANGED)
    return conversation, place


def _cancelled(undoing: _Undoing) -> Conversation:
    conversation = undoing.conversation()
    assignment_id = None
    if conversation.push_id is not None:
        assignment_id = assignments.assignment_id_of(conversation.push_id, conversation.user_id)
    if conversation.cancelled_at is None or (
        assignment_id is not None and conversations.conversation_id_of(assignment_id) is not None
    ):
        raise Refused(_CHANGED)
    return conversation


def _reviewed(undoing: _Undoing) -> None:
    """Check the people who were handed over or notified about."""
    handing_over.require_unchanged(undoing.line.id)


def _only_mailed(undoing: _Undoing) -> None:
    """Check nothing: the act changed nothing but its mail."""


_CHECKS: Mapping[Verb, Callable[[_Undoing], object]] = DefaultTable(
    {
        Verb.EDIT: _edited,
        Verb.CLOSE: _closed,
        Verb.REOPEN: _reopened,
        Verb.HAND_OVER: _handed_over,
        Verb.PLAN: _planned,
        Verb.MOVE: _moved,
        Verb.CANCEL: _cancelled,
        Verb.REVIEW: _reviewed,
    },
    otherwise=_only_mailed,
)
"""The check of each act that its data was not changed since."""


def _is_unchanged(studio: Studio, activity_id: int) -> bool:
    line, act = _undoable_act(activity_id)
    undoing = _Undoing(studio, line, conversations_told_by(activity_id), locking=False)
    try:
        _CHECKS[act](undoing)
    except Refused:
        return False
    return True


# Undo functions. Each restores the data that its act changed.


def _undo_assigning(undoing: _Undoing) -> None:
    assignments.unassign_act(undoing.line.id, undoing.studio.now())


def _undo_nothing(undoing: _Undoing) -> None:
    """Do nothing: the act only sent mail."""


def _undo_edit(undoing: _Undoing) -> None:
    current = _edited(undoing)
    facts = {**facts_of(current), **(undoing.line.before or {})}
    restore(
        current,
        PushDraft(
            facts["name"],
            date.fromisoformat(facts["available_from"]),
            date.fromisoformat(facts["deadline"]),
            Reminders(_days(facts["remind_before_days"]), _days(facts["remind_after_days"])),
        ),
        closed_at=None,
    )


def _undo_closing(undoing: _Undoing) -> None:
    current = _closed(undoing)
    restore(current, None, closed_at=None)
    restore_cancelled(current.id, undoing.line.at)
    now = undoing.studio.now()
    due_at = now + undoing.studio.settings.notifications.hold_time
    enqueue.requeue_dropped(current.id, DropReason.CLOSED, due_at)


def _undo_reopening(undoing: _Undoing) -> None:
    current = _reopened(undoing)
    closed_at = (undoing.line.before or {}).get("closed_at")
    restore(current, None, closed_at=datetime.fromisoformat(str(closed_at)))
    enqueue.drop_unsent(current.id, DropReason.CLOSED)
    enqueue.change_drop_reason(undoing.line.id, DropReason.UNDONE, DropReason.CLOSED)


def _undo_handing_over(undoing: _Undoing) -> None:
    before = undoing.line.before or {}
    assignment_id, conversation = _handed_over(undoing)
    login = before.get("named")
    earlier = naming.user_id_named(str(login)) if login else None
    assignments.name_conductor(assignment_id, earlier)
    if conversation is not None:
        _hand_back(undoing, conversation, naming.user_id_named(str(before["conductor"])))


def _hand_back(undoing: _Undoing, conversation: Conversation, holder: int) -> None:
    """Return a conversation to its former holder.

    Raises `Refused` if something was written in it since (C6).
    """
    if conversation.conductor_id == holder:
        return
    if conversation.state not in NOT_BEGUN:
        raise Refused(_CHANGED)
    if begin_term(undoing.studio, undoing.line.id, conversation, holder):
        raise Refused("Too late to undo: something was written since. Hand it back instead.")


def _undo_planning(undoing: _Undoing) -> None:
    conversations.change_conversation(_planned(undoing).id, cancelled_at=undoing.studio.now())


def _undo_moving(undoing: _Undoing) -> None:
    before = undoing.line.before or {}
    conversation, place = _moved(undoing)
    planned = before.get("planned_for")
    conversations.change_conversation(
        conversation.id,
        planned_for=datetime.fromisoformat(str(planned)) if planned else None,
        minutes=int(str(before["minutes"])),
        place=place,
        former_place=None,
    )
    _hand_back(undoing, conversation, naming.user_id_named(str(before["conductor"])))


def _undo_cancelling(undoing: _Undoing) -> None:
    conversations.change_conversation(_cancelled(undoing).id, cancelled_at=None)


def _undo_review(undoing: _Undoing) -> None:
    handing_over.take_back(undoing.studio, undoing.line.id)


_UNDO_FUNCTIONS: Mapping[Verb, Callable[[_Undoing], None]] = CompleteTable(
    {
        Verb.ASSIGN: _undo_assigning,
        Verb.JOIN: _undo_assigning,
        Verb.REMIND: _undo_nothing,
        Verb.EDIT: _undo_edit,
        Verb.CLOSE: _undo_closing,
        Verb.REOPEN: _undo_reopening,
        Verb.HAND_OVER: _undo_handing_over,
        Verb.PLAN: _undo_planning,
        Verb.MOVE: _undo_moving,
        Verb.CANCEL: _undo_cancelling,
        Verb.RETRY: _undo_nothing,
        Verb.SEND_AGAIN: _undo_nothing,
        Verb.REVIEW: _undo_review,
    },
    MAILING,
)
"""The undo function of each act, apart from its mail."""


def _require(actor: Actor, line: ActivityLine, act: Verb) -> None:
    if (needed := act.mailing.needs) is not None:
        require(actor, needed)
    elif line.actor != actor.login and not may(actor, Action.FINISH_ANY):
        raise Forbidden(f"{line.by} did it: only they, or an admin, can undo it.")


def _undoable_act(activity_id: int) -> tuple[ActivityLine, Verb]:
    line = activity_line(activity_id)
    if line is None or line.action not in UNDOABLE:
        raise Refused("Only an assigning or a reminding, or another act that mails, can be undone.")
    return line, Verb(line.action)


def _require_unchanged(conversation: Conversation, after: Mapping[str, Any]) -> None:
    """Raise `Refused` if the conversation was changed after the act that is undone."""
    planned = conversation.planned_for
    now = {
        "planned_for": planned.isoformat() if planned else None,
        "minutes": conversation.minutes,
        "conductor": conversation.conductor_login,
    }
    if conversation.cancelled_at is not None or any(
        now[name] != value for name, value in after.items() if name in now
    ):
        raise Refused(_CHANGED)


def _restored(line: ActivityLine, act: Verb) -> dict[str, object]:
    return dict(line.before or {}) if act.mailing.tells_back else {}


def _days(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(",") if part.strip())
