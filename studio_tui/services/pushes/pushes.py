"""Pushes: create, list, edit, close, reopen (P1, P2, P4, P5, P9)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.outbox.kinds import DropReason, Kind
from studio_tui.domain.outbox.notification import leaves_at
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.review import GRACE_TIME, ReviewFilter
from studio_tui.domain.pushes.push import (
    Progress,
    Push,
    PushDraft,
    PushFacts,
    PushFilter,
    PushState,
    Reminders,
    check_drafts,
    state_of,
)
from studio_tui.domain.shared.cancellation import Progress as ProgressCallback
from studio_tui.domain.shared.cancellation import ignore_progress
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Conflict, NothingToDo, Refused
from studio_tui.domain.shared.selection import Selection
from studio_tui.domain.shared.text import fold, has_words
from studio_tui.domain.templates.template import Template, require_pushable
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.services.system.listing import InMemorySource
from studio_tui.services.templates import definitions
from studio_tui.services.templates.templates import stored_template
from studio_tui.storage.activity.activity import write_activity
from studio_tui.storage.conversations import conversations
from studio_tui.storage.outbox import enqueue, invitations
from studio_tui.storage.outbox.enqueue import Cause
from studio_tui.storage.people import review_read
from studio_tui.storage.pushes import assignments, pushes
from studio_tui.storage.pushes.act_snapshot import snapshot_users
from studio_tui.storage.pushes.pushes import StoredPush


@dataclass(frozen=True, slots=True)
class PushCloseResult:
    """The result of closing a push."""

    push: PushFacts
    dropped: int
    """Number of waiting mails that were dropped."""
    activity_id: int
    """Id of the act, to find its notifications."""
    cancelled: int = 0
    """Number of planned conversations that were cancelled."""


@dataclass(frozen=True, slots=True)
class PushReopenResult:
    """The result of reopening a push."""

    push: PushFacts
    activity_id: int
    again: int
    """Number of mails that closing dropped and that wait again."""
    changes: int
    """Number of lines about people of the push on the desk of changes (U7)."""
    remembered: bool
    """Whether ``changes`` is complete, because the push was closed recently (`GRACE_TIME`)."""


@dataclass(frozen=True, slots=True)
class PushEditResult:
    """The result of editing a push."""

    push: Push
    activity_id: int | None
    """Id of the act; None if nothing changed."""
    users_told: int = 0
    managers_told: int = 0
    leaves_at: datetime | None = None
    """When the mails are released; None if there are none."""


def every(studio: Studio, actor: Actor) -> list[Push]:
    """Return all pushes with their progress; those not closed first, then by deadline."""
    require(actor, Action.READ_PUSHES)
    with studio.store.reading():
        return _with_progress(studio, pushes.pushes())


def source(
    studio: Studio,
    actor: Actor,
    filter_: PushFilter,
    known: Mapping[int, Progress] | None = None,
) -> InMemorySource[Push, PushFilter]:
    """Return the pushes that match a filter, as the source of a list.

    ``known`` holds cached progress by id; if given, no progress is computed, which is fast.
    """
    require(actor, Action.READ_PUSHES)
    with studio.store.reading():
        stored = pushes.pushes()
        found = (
            _with_progress(studio, stored)
            if known is None
            else _with_cached_progress(studio, stored, known)
        )
    return InMemorySource(tuple(found), _matches, filter_)


def show(
    studio: Studio, actor: Actor, push_id: int, known: Mapping[int, Progress] | None = None
) -> Push:
    """Return a push with its progress, which is taken from the cache ``known`` if that is given."""
    require(actor, Action.READ_PUSHES)
    with studio.store.reading():
        if known is not None:
            return _with_cached_progress(studio, [_stored(push_id)], known)[0]
        return push_with_progress(studio, push_id)


def find(studio: Studio, actor: Actor, name: str) -> Push:
    """Return the push of this name; raises `NotFound` with a similar name."""
    require(actor, Action.READ_PUSHES)
    with studio.store.reading():
        return push_with_progress(studio, naming.push_id_named(name))


def create(
    studio: Studio, actor: Actor, template_id: int, drafts: Sequence[PushDraft]
) -> list[Push]:
    """Create all these pushes of one template, or none (P1, P2).

    Raises `Refused` if the template may not be pushed (T3), and `Invalid` for wrong input.
    """
    require(actor, Action.CREATE_PUSHES)
    with studio.store.writing():
        template = stored_template(template_id)
        require_pushable(template)
        check_drafts(drafts, pushes.push_names(closed=False))
        created = [create_one(studio, actor, template, draft) for draft in drafts]
        return [push_with_progress(studio, push_id) for push_id in created]


def edit(
    studio: Studio,
    actor: Actor,
    push: PushFacts,
    draft: PushDraft,
    *,
    tell: bool = True,
) -> Push:
    """Change name, first day, deadline and reminders of ``push``, as the caller read it (P9).

    If the deadline moves, users who know of the push and are not done are notified, and their
    managers, unless ``tell`` is false. Raises `Invalid` for wrong input, and `Conflict` if another
    user changed the push since (A4).
    """
    return edit_with_result(studio, actor, push, draft, tell=tell).push


def edit_with_result(
    studio: Studio,
    actor: Actor,
    push: PushFacts,
    draft: PushDraft,
    *,
    tell: bool = True,
    progress: ProgressCallback = ignore_progress,
) -> PushEditResult:
    """Do what `edit` does, and also return the numbers of notified users and managers."""
    require(actor, Action.EDIT_PUSHES)
    with studio.store.writing():
        current = locked_unchanged_push(studio, push)
        progress(0.0)
        line, users, managers = _edit(studio, actor, current, draft, tell=tell)
        leaves = cause_of(studio, line or 0).due_at if users or managers else None
    with studio.store.reading():
        return PushEditResult(push_with_progress(studio, push.id), line, users, managers, leaves)


def planned(studio: Studio, actor: Actor, push: PushFacts) -> int:
    """Return the number of planned conversations of a push that have not begun (P9)."""
    require(actor, Action.READ_PUSHES)
    with studio.store.reading():
        return conversations.count_planned(push.id)


def close(
    studio: Studio,
    actor: Actor,
    push: PushFacts,
    *,
    tell: bool = False,
    cancel_planned: bool = False,
    progress: ProgressCallback = ignore_progress,
) -> PushCloseResult:
    """Close a push: remove it from all overviews and drop its unsent mail (P4, P9).

    Conversations in progress can be finished, and planned ones can be held, unless
    ``cancel_planned`` cancels them and withdraws their invitations. With ``tell``, users who know
    of the push and are not done are notified, and their managers.
    """
    require(actor, Action.EDIT_PUSHES)
    with studio.store.writing():
        current = locked_unchanged_push(studio, push)
        if current.state is PushState.CLOSED:
            raise NothingToDo(f"“{current.name}” is closed already.")
        progress(0.0)
        now = studio.now()
        _update(current, _draft(current), closed_at=now)
        dropped = enqueue.drop_unsent(push.id, DropReason.CLOSED)
        line = write_activity(
            actor, now, Verb.CLOSE, push.name, push_id=push.id, after={"mail dropped": dropped}
        )
        progress(0.3)
        cancelled = _cancel_planned(studio, push.id, line, now) if cancel_planned else 0
        progress(0.4)
        if tell:
            _notify_of(studio, Kind.CLOSED, push.id, line)
        return PushCloseResult(push_facts(studio, push.id), dropped, line, cancelled)


def reopen(studio: Studio, actor: Actor, push: PushFacts) -> PushFacts:
    """Reopen a closed push (P5); mail that closing dropped waits again."""
    return reopen_with_result(studio, actor, push).push


def reopen_with_result(studio: Studio, actor: Actor, push: PushFacts) -> PushReopenResult:
    """Do what `reopen` does, and also return its effects."""
    require(actor, Action.EDIT_PUSHES)
    with studio.store.writing():
        current = locked_unchanged_push(studio, push)
        if current.state is not PushState.CLOSED:
            raise NothingToDo(f"“{current.name}” is not closed.")
        check_drafts([_draft(current)], pushes.push_names(closed=False))
        _update(current, _draft(current), closed_at=None)
        leaves = release_time(studio, current.available_from)
        again = enqueue.count_dropped(push.id, DropReason.CLOSED)
        line = write_activity(
            actor,
            studio.now(),
            Verb.REOPEN,
            push.name,
            push_id=push.id,
            before={"closed_at": current.closed_at.isoformat() if current.closed_at else None},
            after={"mail waiting again": again},
        )
        enqueue.requeue_dropped(push.id, DropReason.CLOSED, leaves, line)
        waiting = Selection.matching(ReviewFilter(push_id=push.id))
        return PushReopenResult(
            push_facts(studio, push.id),
            line,
            again,
            review_read.count_selected(waiting),
            current.closed_at is None or current.closed_at > studio.now() - GRACE_TIME,
        )


def restore(current: PushFacts, draft: PushDraft | None, *, closed_at: datetime | None) -> None:
    """Restore an earlier state of a push, inside an open unit of work.

    If ``draft`` is None, only ``closed_at`` is restored.
    """
    names = [n for n in pushes.push_names(closed=False) if fold(n) != fold(current.name)]
    if closed_at is None:
        check_drafts([draft or _draft(current)], names)
    _update(current, draft or _draft(current), closed_at=closed_at)


def facts_of(push: PushFacts) -> dict[str, str]:
    """Return the facts of a push that can be edited, by their names in the activity."""
    return _facts(push)


def push_with_progress(studio: Studio, push_id: int) -> Push:
    """Return a push with its progress, inside an open unit of work."""
    return _with_progress(studio, [_stored(push_id)])[0]


def push_facts(studio: Studio, push_id: int) -> PushFacts:
    """Return a push without its progress, inside an open unit of work.

    The cost does not depend on the number of assignments.
    """
    return _facts_of(_stored(push_id), pushes.any_assigned(push_id), studio.today())


def locked_push(studio: Studio, push_id: int) -> PushFacts:
    """Lock a push until the open unit of work ends, and return it (A4)."""
    pushes.lock_push(push_id)
    return push_facts(studio, push_id)


def locked_unchanged_push(studio: Studio, push: PushFacts) -> PushFacts:
    """Lock a push until the open unit of work ends, and return it unchanged.

    Raises `Conflict` if another user changed it since the caller read ``push`` (A4).
    """
    current = locked_push(studio, push.id)
    if current.version != push.version:
        raise Conflict(
            f"Somebody else changed “{current.name}” in the meantime: it now runs from "
            f"{current.available_from} to {current.deadline} and is {current.state}. "
            "Look at it again before you change it."
        )
    return current


def release_time(studio: Studio, available_from: date) -> datetime:
    """Return when mail about an assignment made now is released (N5, P7)."""
    settings = studio.settings.notifications
    return leaves_at(
        now=studio.now(),
        hold=settings.hold_time,
        available_from=available_from,
        send_time=settings.send_time,
        zone=studio.zone,
    )


def cause_of(studio: Studio, activity_id: int, push_id: int | None = None) -> Cause:
    """Return the cause for mail about an act done now, which is released after the hold (N5)."""
    now = studio.now()
    return Cause(activity_id, push_id, now, now + studio.settings.notifications.hold_time)


def cause_at_once(studio: Studio, activity_id: int, push_id: int | None = None) -> Cause:
    """Return the cause for mail about an act done now that is released without a hold."""
    now = studio.now()
    return Cause(activity_id, push_id, now, now)


def _cancel_planned(studio: Studio, push_id: int, line: int, now: datetime) -> int:
    cancelled = conversations.cancel_planned(push_id, now)
    invitations.withdraw(cause_of(studio, line), cancelled)
    return len(cancelled)


def _notify_of(studio: Studio, kind: Kind, push_id: int, line: int) -> tuple[int, int]:
    """Notify users who know of a push and are not done, and their managers; return both numbers.

    All managers are notified of a closing, but of a new deadline only those whom the push still
    asks for a conversation (P10).
    """
    cause = cause_of(studio, line, push_id)
    users, _ = snapshot_users(assignments.notified_and_not_done(push_id))
    alone = enqueue.without_notified_by(line, users)
    enqueue.drop_superseded(push_id, kind, users, DropReason.SUPERSEDED)
    users_told = enqueue.notify_users(cause, kind, alone, str(line))
    asked = kind is Kind.DEADLINE_MOVED
    notify_managers = enqueue.notify_asked_managers if asked else enqueue.notify_managers
    return users_told, notify_managers(cause, kind, users, str(line))


def _edit(
    studio: Studio, actor: Actor, current: PushFacts, draft: PushDraft, *, tell: bool
) -> tuple[int | None, int, int]:
    """Edit a push; return the line of activity and the numbers of notified users and managers."""
    if current.state is PushState.CLOSED:
        raise Refused(f"“{current.name}” is closed: reopen it first.")
    names = [n for n in pushes.push_names(closed=False) if fold(n) != fold(current.name)]
    check_drafts([draft], names)
    before, after = _facts(current), _facts(draft, current.reminders)
    if before == after:
        return None, 0, 0
    _update(current, draft, closed_at=None)
    line = write_activity(
        actor,
        studio.now(),
        Verb.EDIT,
        draft.name,
        push_id=current.id,
        before={key: value for key, value in before.items() if value != after[key]},
        after={key: value for key, value in after.items() if value != before[key]},
    )
    if draft.available_from != current.available_from:
        enqueue.postpone_untried(current.id, release_time(studio, draft.available_from))
    if tell and draft.deadline != current.deadline:
        return line, *_notify_of(studio, Kind.DEADLINE_MOVED, current.id, line)
    return line, 0, 0


def default_reminders(studio: Studio) -> Reminders:
    """Return the default reminders of a new push, from the settings of the organisation (P15)."""
    settings = studio.settings.notifications
    return Reminders(settings.remind_before_days, settings.remind_after_days)


def create_one(
    studio: Studio,
    actor: Actor | None,
    template: Template,
    draft: PushDraft,
    after: Mapping[str, str] | None = None,
) -> int:
    """Create a push from a checked draft inside an open unit of work; return its id.

    ``actor`` is None for the schedule. ``after`` holds further facts for the line of activity.
    """
    now, usual, definition = studio.now(), default_reminders(studio), template.definition
    push_id = pushes.insert_push(
        draft.name,
        template.id,
        definitions.dump(definition),
        draft.available_from,
        draft.deadline,
        draft.reminders or usual,
        now,
    )
    write_activity(
        actor,
        now,
        Verb.CREATE,
        draft.name,
        push_id=push_id,
        after={"template": definition.name, **_facts(draft, usual), **(after or {})},
    )
    return push_id


def _with_progress(studio: Studio, stored: Sequence[StoredPush]) -> list[Push]:
    today = studio.today()
    progress = pushes.progress_of([push.id for push in stored], today)
    return [_push(each, progress.get(each.id, Progress()), today) for each in stored]


def _with_cached_progress(
    studio: Studio, stored: Sequence[StoredPush], known: Mapping[int, Progress]
) -> list[Push]:
    today = studio.today()
    return [
        Push.of(
            _facts_of(each, int(pushes.any_assigned(each.id)), today), known.get(each.id), today
        )
        for each in stored
    ]


def _stored(push_id: int) -> StoredPush:
    found = pushes.pushes(push_id)
    if not found:
        raise Refused("This push is no longer there.")
    return found[0]


def _push(stored: StoredPush, progress: Progress, today: date) -> Push:
    return Push.of(_facts_of(stored, progress.assigned, today), progress, today)


def _facts_of(stored: StoredPush, assigned: int, today: date) -> PushFacts:
    """Return the facts of a push.

    ``assigned`` is only compared with 0 and may be a flag instead of the exact number.
    """
    return PushFacts(
        id=stored.id,
        name=stored.name,
        template_id=stored.template_id,
        template=definitions.load(stored.definition),
        available_from=stored.available_from,
        deadline=stored.deadline,
        reminders=stored.reminders,
        state=state_of(
            assigned=assigned,
            available_from=stored.available_from,
            closed_at=stored.closed_at,
            today=today,
        ),
        created_at=stored.created_at,
        closed_at=stored.closed_at,
        version=stored.version,
    )


def _update(current: PushFacts, draft: PushDraft, *, closed_at: datetime | None) -> None:
    pushes.update_push(
        current.id,
        name=draft.name,
        available_from=draft.available_from,
        deadline=draft.deadline,
        reminders=draft.reminders or current.reminders,
        closed_at=closed_at,
    )


def _draft(push: PushFacts) -> PushDraft:
    return PushDraft(push.name, push.available_from, push.deadline, push.reminders)


def _facts(push: PushFacts | PushDraft, usual: Reminders | None = None) -> dict[str, str]:
    reminders = push.reminders or usual or Reminders()
    return {
        "name": push.name,
        "available_from": push.available_from.isoformat(),
        "deadline": push.deadline.isoformat(),
        "remind_before_days": ", ".join(map(str, reminders.before)),
        "remind_after_days": ", ".join(map(str, reminders.after)),
    }


def _matches(filter_: PushFilter, push: Push) -> bool:
    if filter_.state is not None and push.state is not filter_.state:
        return False
    return has_words(f"{push.name} {push.template.name} {push.state}", filter_.text)
