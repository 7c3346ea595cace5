"""The shapes of the JSON that commands print: the contract in ``docs/commands.md``.

Names are those of ``docs/glossary.md`` in snake_case, days ``YYYY-MM-DD``, instants ISO 8601 with
the offset of the organisation's zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from datetime import date
from typing import TYPE_CHECKING, Any

from studio_tui.cli.shared.times import iso
from studio_tui.domain.conversations.conversation import (
    Conversation,
    Entry,
    MyConversation,
    Reading,
    Written,
)
from studio_tui.domain.outbox.bounces import BouncesRead, ReturnKind
from studio_tui.domain.outbox.notification import Notification, NotificationState
from studio_tui.domain.people.facts import fact_called
from studio_tui.domain.people.person_acts import Erased, Merged
from studio_tui.domain.people.retention import ToErase
from studio_tui.domain.people.review import Review
from studio_tui.domain.people.scope import Scope
from studio_tui.domain.people.ssh_keys import UserKey
from studio_tui.domain.people.stand_ins import StandIn
from studio_tui.domain.people.teams import Team
from studio_tui.domain.people.users import Manager, User
from studio_tui.domain.pushes.calendar import CalendarEntry
from studio_tui.domain.pushes.groups import By, PeopleGroup
from studio_tui.domain.pushes.push import Assignment, Flag, Progress, Push, Skipped, Status
from studio_tui.domain.shared.clock import local_day
from studio_tui.domain.templates.changes import Change
from studio_tui.domain.templates.library import LibraryTopic
from studio_tui.domain.templates.template import Template, TemplateVersion
from studio_tui.domain.today.today import Case

if TYPE_CHECKING:
    # A command that shows no mail does not wait for what writes it.
    from studio_tui.domain.audiences.audience import Audience
    from studio_tui.mail.compose.rendering import RenderedMail
    from studio_tui.services.activity.activity import ActivityLine
    from studio_tui.services.activity.verify import Verified
    from studio_tui.services.conversations import Usable
    from studio_tui.services.outbox.dry_run import DryRun
    from studio_tui.services.outbox.outbox import Health, ReadMail
    from studio_tui.services.outbox.restored import Restored
    from studio_tui.services.outbox.undo import Undoable
    from studio_tui.services.outbox.workers import SeenWorker
    from studio_tui.services.people.by_hand import ActiveChanged, PersonEdited
    from studio_tui.services.people.retention import Retention
    from studio_tui.services.people.reviews import Decided
    from studio_tui.services.people.teams import TeamChanged, TeamShown
    from studio_tui.services.people.unattended import Result, WaitingImport
    from studio_tui.services.people.users import Involvement
    from studio_tui.services.pushes.assign import Assigned, AssignPreview
    from studio_tui.services.pushes.excuse import Excepted
    from studio_tui.services.pushes.pushes import Closed
    from studio_tui.services.pushes.reminding import Reminded, RemindPreview
    from studio_tui.services.pushes.repeats import Repeating
    from studio_tui.services.system.context import Studio
    from studio_tui.services.system.copy_database import Moved

CONTRACT = 2
"""The version of the contract: raised when a key goes, is renamed or means something else."""

Shape = dict[str, Any]


def case(studio: Studio, of: Case) -> Shape:
    """One line of Today (S1)."""
    return {
        "kind": of.kind,
        "count": of.count,
        "push": of.push or None,
        "user": of.user or None,
        "text": of.text,
        "since": iso(studio, of.since),
    }


def user(of: User) -> Shape:
    """A user."""
    return {
        "login": of.login,
        "email": of.email,
        "name": of.name,
        **{each.name: _known(of, each.name) for each in fields(of) if each.name != "id"},
    }


def person_edited(studio: Studio, of: PersonEdited) -> Shape:
    """Somebody who was added or changed by hand, as they are, and what changed (U8)."""
    return {
        **user(of.user),
        "changes": {
            change.field: {"before": change.before, "after": change.after} for change in of.changes
        },
        "becomes_admin": of.becomes_admin,
        "assigned": [assigned(studio, each) for each in of.assigned],
        "noticed": of.noticed,
    }


def active_changed(of: ActiveChanged) -> Shape:
    """Who was marked as left, or taken back, and what hangs on them (U8)."""
    return {
        "users": [
            {
                "login": each.user.login,
                "name": each.user.name,
                "active": each.user.active,
                "pushes": list(each.pushes),
                "managed": each.managed,
            }
            for each in of.people
        ],
        "without_manager": of.alone,
        "noticed": of.noticed,
    }


def team(of: Team) -> Shape:
    """A team, with how many are in it (U2)."""
    return {
        "name": of.name,
        "path": of.path,
        "parent": of.parent or None,
        "leaders": [leader.login for leader in of.leaders],
        "members": of.members,
        "people": of.people,
        "teams": of.below,
    }


def team_shown(of: TeamShown) -> Shape:
    """A team with who is in it, and which teams are right below it."""
    return {
        **team(of.team),
        "users": [
            {"login": each.login, "name": each.name, "active": each.active} for each in of.members
        ],
        "below": [each.path for each in of.below],
    }


def team_changed(of: TeamChanged) -> Shape:
    """A team as it is now, or was where it was removed; what it was called before; how many people
    have other managers by the change (U8)."""
    known = of.after or of.before
    return {
        **(team(known) if known else {}),
        "before": of.before.path if of.before else None,
        "other_managers": of.other_managers,
        "noticed": of.noticed,
    }


def _known(of: User, name: str) -> Any:
    value = getattr(of, name)
    if name == "mail_bounced":
        return value
    return managers(value) if name == "managers" else fact_called(name).as_json(value)


def involvement(
    studio: Studio, of: Involvement, message_ids: dict[int, str], sight: Scope | None = None
) -> Shape:
    """A user, the pushes they are in and the mail they were sent (P16); ``scope`` is the audience
    that they see no more than (U12)."""
    return {
        **user(of.user),
        "scope": (sight.audience or None) if sight else None,
        "pushes": [conversation(studio, push, assignment) for push, assignment in of.pushes],
        "notifications": [notification(studio, n, message_ids[n.id]) for n in of.notifications],
    }


def scope(of: Scope) -> Shape:
    """Whom somebody sees (U12); ``scope`` is null for who sees the whole organisation."""
    return {
        "login": of.login,
        "name": of.name,
        "scope": of.audience or None,
        "seen": of.seen,
        "of": of.of,
    }


def stand_in(of: StandIn) -> Shape:
    """Somebody who stands in for another (U14)."""
    return {
        "leader": of.leader_login,
        "by": of.login,
        "name": of.name,
        "from": of.first_day.isoformat(),
        "until": of.last_day.isoformat(),
        "for": list(of.users),
    }


def push_groups(push: Push | None, by: By, groups: Iterable[PeopleGroup]) -> Shape:
    """The people of a push, or where there is none of all open pushes, in groups, late first
    (S2)."""
    return {
        "push": push.name if push else None,
        "by": by,
        "groups": [
            {
                "name": each.name,
                "login": each.login,
                "assigned": each.assigned,
                **{str(s): getattr(each, s) for s in Status if s is not Status.EXCUSED},
                "overdue": each.overdue,
                "excused": each.excused,
            }
            for each in groups
        ],
    }


def managers(of: Iterable[Manager]) -> list[Shape]:
    """The managers of a user, each with the reason (U4)."""
    return [{"login": manager.login, "reason": manager.reason} for manager in of]


def template(of: Template) -> Shape:
    """A template, without its steps."""
    definition = of.definition
    return {
        "name": of.name,
        "description": definition.description,
        "planning": definition.planning,
        "questions": definition.questions,
        "question_count": definition.question_count(),
        "permissions": asdict(definition.permissions),
        "viewing": asdict(definition.viewing),
        "archived": of.archived,
        "pushes": of.pushes,
    }


def whole_template(of: Template) -> Shape:
    """A template with its steps."""
    return {**template(of), "steps": [asdict(step) for step in of.definition.steps]}


def version(studio: Studio, of: TemplateVersion, since: Iterable[Change]) -> Shape:
    """A version of a template, with what changed since the one before (T5)."""
    return {
        "version": of.id,
        "saved_at": iso(studio, of.saved_at),
        "saved_by": of.saved_by,
        "open_pushes": of.open_pushes,
        "changes": [asdict(change) for change in since],
    }


def review(studio: Studio, of: Review, *, is_tried: bool = False) -> Shape:
    """A change of somebody in a push, for somebody to decide on (U7); one that is only tried has no
    number."""
    return {
        "id": None if is_tried else of.id,
        "kind": of.kind,
        "user": of.login,
        "push": of.push,
        "status": of.status,
        "planned_for": iso(studio, of.planned_for),
        "conductor": of.conductor or None,
        "before": of.before or None,
        "after": of.after or None,
        "proposal": of.proposal or None,
    }


def decided(studio: Studio, of: Decided) -> Shape:
    """What a decision on changes of people did (U7)."""
    return {
        "decision": of.decision,
        "decided": list(of.ids),
        "already": sorted(of.before),
        "waiting": [each.id for each in of.left],
        "mails": of.mails,
        "mail_leaves_at": iso(studio, of.leaves_at),
    }


def nothing_decided() -> Shape:
    """The same, where there was nothing to decide."""
    return {
        "decision": None,
        "decided": [],
        "already": [],
        "waiting": [],
        "mails": 0,
        "mail_leaves_at": None,
    }


def library_topic(of: LibraryTopic) -> Shape:
    """A topic of the question library (T2)."""
    return asdict(of.topic)


def push(of: Push) -> Shape:
    """A push with its progress."""
    return {
        "name": of.name,
        "template": of.template.name,
        "state": of.state,
        "overdue": of.overdue,
        "available_from": of.available_from.isoformat(),
        "deadline": of.deadline.isoformat(),
        "progress": progress(of.progress),
    }


def whole_push(
    studio: Studio,
    of: Push,
    assignments: Iterable[Assignment],
    comes_again: Repeating | None,
    audience: Audience | None,
) -> Shape:
    """A push with its reminders, whom it is for, how it comes again, and everyone who is in it."""
    return {
        **push(of),
        "remind_before_days": of.reminders.before,
        "remind_after_days": of.reminders.after,
        "audience": str(audience) if audience else None,
        "repeats": repeating(comes_again, studio.today()),
        "users": [assigned_user(studio, assignment) for assignment in assignments],
    }


def repeating(of: Repeating | None, today: date) -> Shape | None:
    """How a push comes again, and when within a year (P17); None where it does not."""
    if of is None:
        return None
    repeat, coming = of.repeat, of.repeat.next(today)
    return {
        "every": str(repeat.every) if repeat.every else None,
        "after_hire_days": repeat.after_days,
        "until": repeat.until.isoformat() if repeat.until else None,
        "latest": of.latest,
        "next": coming.first.isoformat() if coming else None,
        "coming": [
            {
                "day": each.first.isoformat(),
                "deadline": each.deadline.isoformat(),
                "skipped": each.number in repeat.skipped,
            }
            for each in of.coming
        ],
    }


def calendar_entry(of: CalendarEntry) -> Shape:
    """What happens on a day in a push (P17)."""
    return {
        "day": of.day.isoformat(),
        "kind": of.kind,
        "push": of.push or None,
        "count": of.count,
    }


def progress(of: Progress) -> Shape:
    """How far a push is: a number of users each."""
    counts = asdict(of)
    # Those done who have left are for the screen's second bar; `done` holds them too.
    del counts["done_left"]
    return counts


def assigned_user(studio: Studio, of: Assignment) -> Shape:
    """One user in a push (P8): all that its table shows, and the day for programs."""
    on = local_day(of.status_at, studio.zone).isoformat() if of.status_at else None
    return {
        "login": of.login,
        "name": of.name,
        "email": of.email,
        "status": of.status,
        "status_at": iso(studio, of.status_at),
        "planned_on": on if of.status is Status.PLANNED else None,
        "held_on": on if of.status is Status.DONE else None,
        "conductor": of.conductor or None,
        "conversation": of.conversation_id,
        "flags": flags(of),
        "overdue": Flag.OVERDUE in of.flags,
        "mail_failed": Flag.MAIL_FAILED in of.flags,
        "mail_bounced": Flag.MAIL_BOUNCED in of.flags,
        "managers": managers(of.managers),
        "reminders": of.reminders,
        "reminded_at": iso(studio, of.reminded_at),
        **_exceptions(of),
    }


def _exceptions(of: Assignment) -> Shape:
    """Why somebody is excused, and until when they have (P18)."""
    return {
        "excuse": of.excuse or None,
        "deadline": of.deadline.isoformat() if of.deadline else None,
    }


def conversation(studio: Studio, push_name: str, of: Assignment) -> Shape:
    """One user's conversation in a push."""
    return {
        "push": push_name,
        "login": of.login,
        "name": of.name,
        "status": of.status,
        "status_at": iso(studio, of.status_at),
        "flags": flags(of),
        "conductor": of.conductor or None,
        "managers": managers(of.managers),
        "reminders": of.reminders,
        "reminded_at": iso(studio, of.reminded_at),
        **_exceptions(of),
    }


def unasked(studio: Studio, of: Conversation) -> Shape:
    """A conversation that no push asks for, in the names of one that a push does."""
    at = of.finished_at or of.started_at or of.planned_for
    return {
        "push": None,
        "login": of.login,
        "name": of.name,
        "status": None if of.cancelled_at else str(of.state),
        "status_at": None if of.cancelled_at else iso(studio, at),
        "flags": [],
        "conductor": of.conductor,
        "managers": [],
        "reminders": 0,
        "reminded_at": None,
        "excuse": None,
        "deadline": None,
    }


def my_conversation(studio: Studio, of: MyConversation) -> Shape:
    """One line of My conversations (C1)."""
    return {
        "id": of.conversation_id,
        "push": of.push or None,
        "template": of.template or None,
        "login": of.login,
        "name": of.name,
        "mine": of.mine,
        "status": of.status,
        "at": iso(studio, of.at),
        "available_from": of.available_from.isoformat() if of.available_from else None,
        "deadline": of.deadline.isoformat() if of.deadline else None,
        "overdue": of.overdue,
        "conductor": of.conductor or None,
        "asked": of.asked,
        "why_not": of.why_not or None,
        "stands_in": of.for_whom or None,
        "last_held": iso(studio, of.last_held),
    }


def usable(of: Usable) -> Shape:
    """Something that a conversation can be about (C2)."""
    return {
        "push": of.name if of.ask.push_id is not None else None,
        "template": of.template.name,
        "planning": of.template.planning,
        "deadline": of.deadline.isoformat() if of.deadline else None,
    }


def held(studio: Studio, of: Conversation) -> Shape:
    """One conversation, and nothing of what was said."""
    return {
        "id": of.id,
        "push": of.push or None,
        "template": of.template.name,
        "login": of.login,
        "name": of.name,
        "conductor_login": of.conductor_login,
        "conductor": of.conductor,
        "state": of.state,
        "planned_for": iso(studio, of.planned_for),
        "minutes": of.minutes,
        "place": of.place,
        "user_prepared_at": iso(studio, of.user_prepared_at),
        "conductor_prepared_at": iso(studio, of.conductor_prepared_at),
        "started_at": iso(studio, of.started_at),
        "held_at": iso(studio, of.finished_at),
        "cancelled_at": iso(studio, of.cancelled_at),
    }


def reading(studio: Studio, of: Reading) -> Shape:
    """One conversation with what one reader may read of it (C2, C6, T4)."""
    return {
        **held(studio, of.conversation),
        "readable": sorted(of.parts),
        "writable": sorted(of.writes),
        "may_ask": of.may_ask,
        "closed_to_you": of.closed_to_reader,
        "closed_to_conductor": of.closed_to_conductor,
        "entries": [_entry(studio, n, entry) for n, entry in enumerate(of.entries, 1)],
    }


def _entry(studio: Studio, number: int, of: Entry) -> Shape:
    asked = of.asked
    return {
        "id": asked.id,
        "number": number,
        "step": asked.step,
        "topic": asked.topic,
        "question": asked.question.text,
        "kind": asked.question.kind,
        "options": asked.question.options,
        "added": asked.added_by is not None,
        "removed": asked.removed,
        "user": _written(studio, of.user),
        "conductor": _written(studio, of.conductor),
        "answer": _written(studio, of.answer),
        "answer_by": of.answer_by or None,
        "others": [
            {"part": piece.part, "by": piece.author, **(_written(studio, piece.written) or {})}
            for piece in of.others
        ],
    }


def _written(studio: Studio, of: Written | None) -> Shape | None:
    if of is None:
        return None
    return {"text": of.text, "version": of.version, "written_at": iso(studio, of.written_at)}


def flags(of: Assignment) -> list[str]:
    """What needs attention, always in the same order; and whether somebody is excused, for who
    reads the flags alone."""
    excused = [str(Status.EXCUSED)] if of.status is Status.EXCUSED else []
    return [str(flag) for flag in Flag if flag in of.flags] + excused


def assign_preview(
    studio: Studio, to: Push, of: AssignPreview, run: DryRun, skipped: Iterable[Skipped]
) -> Shape:
    """What assigning would do (P14)."""
    return {
        "push": to.name,
        "adding": of.adding,
        "already": of.already,
        "left": of.left,
        "without_manager": [{"login": u.login, "name": u.name} for u in of.without_manager],
        "managers": of.managers,
        "leaves_at": iso(studio, of.leaves_at),
        **tried(studio, run, skipped),
    }


def remind_preview(
    studio: Studio, of: Push, preview: RemindPreview, run: DryRun, skipped: Iterable[Skipped]
) -> Shape:
    """What reminding would do (P14)."""
    return {
        "push": of.name,
        "reminding": preview.reminding,
        "done": preview.done,
        "left": preview.left,
        "recently": preview.recently_count,
        "excused": preview.excused,
        "managers": run.managers_told,
        **tried(studio, run, skipped),
    }


def close_preview(
    studio: Studio,
    of: Push,
    dropped: Iterable[Notification],
    run: DryRun,
    skipped: Iterable[Skipped],
) -> Shape:
    """What closing would do (P14)."""
    return {
        "push": of.name,
        "assigned": of.progress.assigned,
        "done": of.progress.done,
        "dropped": [{"id": each.id, **_told(studio, each)} for each in dropped],
        **tried(studio, run, skipped),
    }


def tried(studio: Studio, run: DryRun, skipped: Iterable[Skipped]) -> Shape:
    """What every dry run tells: who gets what and why, who does not, and the mails (P14)."""
    return {
        "notifications": [
            {
                **_told(studio, each),
                "about": [{"login": u, "reason": run.reason(each, u)} for u in each.about],
            }
            for each in run.notifications
        ],
        "skipped": [asdict(each) for each in skipped],
        "mails": [
            {
                "kind": sample.kind,
                "capacity": sample.capacity,
                "recipient": sample.recipient,
                **rendered(sample.rendered),
            }
            for sample in run.samples
        ],
    }


def _told(studio: Studio, of: Notification) -> Shape:
    return {
        "kind": of.kind,
        "capacity": of.capacity,
        "to": of.to,
        "recipient": of.recipient,
        "due_at": iso(studio, of.due_at),
    }


def resumed(studio: Studio, of: Restored | None, message_ids: dict[int, str]) -> Shape:
    """Why mail had stopped, and what may go twice."""
    return {
        "stopped_at": iso(studio, of.at) if of else None,
        "why": of.why if of else None,
        "last_sent_at": iso(studio, of.since) if of else None,
        "may_go_twice": of.number if of else 0,
        "notifications": (
            [notification(studio, each, message_ids[each.id]) for each in of.mails] if of else []
        ),
    }


def worker(studio: Studio, of: SeenWorker) -> Shape:
    """A worker, what it holds and since when."""
    known = of.known
    return {
        "id": known.lease,
        "state": of.state,
        "host": known.host or None,
        "version": known.version or None,
        "pid": known.pid,
        "started_at": iso(studio, known.started_at),
        "seen_at": iso(studio, known.seen_at),
        "mails": known.mails,
        "since": iso(studio, known.since),
        "until": iso(studio, known.until),
    }


def bounces_read(of: BouncesRead) -> Shape:
    """What reading mail that came back came to: of how many mails each (N15)."""
    return {
        "read": of.read,
        "bounced": of.kinds.get(ReturnKind.BOUNCED, 0),
        "new": of.marked,
        "known": of.known,
        "foreign": of.foreign,
        "delayed": of.kinds.get(ReturnKind.DELAYED, 0),
        "delivered": of.kinds.get(ReturnKind.DELIVERED, 0),
        "automatic": of.kinds.get(ReturnKind.AUTOMATIC, 0),
        "replies": of.kinds.get(ReturnKind.REPLY, 0),
        "other": of.kinds.get(ReturnKind.OTHER, 0),
        "unread": of.unread,
    }


def rendered(of: RenderedMail) -> Shape:
    """What a recipient reads."""
    return {
        "language": of.language,
        "subject": of.subject,
        "plain": of.plain,
        "html": of.html,
    }


def reminded(studio: Studio, push: Push, of: Reminded) -> Shape:
    """What reminding did."""
    return {
        "push": push.name,
        "users_told": of.users_told,
        "managers_told": of.managers_told,
        "leaves_at": iso(studio, of.leaves_at),
    }


def excepted(studio: Studio, of: Excepted) -> Shape:
    """What excusing or another deadline did (P18)."""
    return {
        "push": of.push.name,
        "changed": of.changed,
        "users_told": of.users_told,
        "managers_told": of.managers_told,
        "leaves_at": iso(studio, of.leaves_at),
    }


def excepted_preview(
    studio: Studio, of: Excepted, run: DryRun, skipped: Iterable[Skipped]
) -> Shape:
    """What excusing or another deadline would do (P14)."""
    told = tried(studio, run, skipped)
    return {"push": of.push.name, "changed": of.changed, **told}


def nobody_told(push: Push, *counts: str) -> Shape:
    """What `assigned` and `reminded` tell where there was nobody to tell; ``counts`` are the
    other names that count."""
    return {
        "push": push.name,
        **dict.fromkeys(counts, 0),
        "users_told": 0,
        "managers_told": 0,
        "leaves_at": None,
    }


def closed(of: Closed, push: Push) -> Shape:
    """What closing did to ``push``, as it is now."""
    return {
        "push": push.name,
        "assigned": push.progress.assigned,
        "done": push.progress.done,
        "dropped": of.dropped,
        "cancelled": of.cancelled,
    }


def undoable(studio: Studio, of: Undoable) -> Shape:
    """An act that can be taken back (N5)."""
    return {
        "action": of.action,
        "push": of.push,
        "mails": of.mails,
        "leaves_at": iso(studio, of.leaves_at),
    }


def health(studio: Studio, of: Health) -> Shape:
    """Whether mail leaves."""
    address, words = of.last_error or (None, None)
    return {
        "counts": {state: of.counts.get(state, 0) for state in NotificationState},
        "waiting_since": iso(studio, of.waiting_since),
        "sending": [
            {"worker": each.lease, "mails": each.mails, "until": iso(studio, each.until)}
            for each in of.sending
        ],
        "last_sent_at": iso(studio, of.last_sent_at),
        "last_error": {"to": address, "words": words} if of.last_error else None,
        "stopped": _stopped(studio, of),
        "limited": _limited(studio, of),
    }


def _limited(studio: Studio, of: Health) -> Shape | None:
    found = of.limited
    if found is None:
        return None
    return {
        "waiting": found.waiting,
        "beyond_today": found.beyond_today,
        "done_at": iso(studio, found.done_at),
    }


def _stopped(studio: Studio, of: Health) -> Shape | None:
    if of.stopped is None:
        return None
    fault, code, words, since = of.stopped
    return {"fault": fault, "code": code, "words": words, "since": iso(studio, since)}


def assigned(studio: Studio, of: Assigned) -> Shape:
    """What assigning did."""
    return {
        "push": of.push.name,
        "added": of.added,
        "users_told": of.users_told,
        "managers_told": of.managers_told,
        "leaves_at": iso(studio, of.leaves_at),
    }


def notification(studio: Studio, of: Notification, message_id: str) -> Shape:
    """One row of the outbox (N10)."""
    return {
        "id": of.id,
        "kind": of.kind,
        "state": of.state,
        "to": of.to,
        "recipient": of.recipient,
        "push": of.push or None,
        "about": of.about,
        "message_id": message_id,
        "due_at": iso(studio, of.due_at),
        "attempts": of.attempts,
        "sent_at": iso(studio, of.sent_at),
        "error": of.error,
        "bounced_at": iso(studio, of.bounced_at),
        "bounce": {"code": of.bounce.code or None, "words": of.bounce.words} if of.bounce else None,
    }


def mail(studio: Studio, of: ReadMail) -> Shape:
    """A mail as the recipient got it, or as it would go now."""
    return {
        **notification(studio, of.notification, of.message_id),
        "from": of.sender,
        "date": of.date or None,
        "subject": of.subject,
        "plain": of.plain,
        "html": of.html,
    }


def user_key(studio: Studio, of: UserKey) -> Shape:
    """A key with which somebody comes in (A1)."""
    return {
        "login": of.login,
        "name": of.name,
        "active": of.active,
        "fingerprint": of.fingerprint,
        "kind": of.kind,
        "comment": of.comment,
        "added_at": iso(studio, of.added_at),
    }


def activity(studio: Studio, of: ActivityLine) -> Shape:
    """One line of activity (A3)."""
    return {
        "id": of.id,
        "at": iso(studio, of.at),
        "actor": of.actor,
        "actor_name": of.actor_name,
        "origin": of.origin or None,
        "action": of.action,
        "subject": of.subject,
        "users": of.users,
        "before": of.before,
        "after": of.after,
        "emptied": {"at": iso(studio, of.emptied[0]), "by": of.emptied[1]} if of.emptied else None,
    }


def verified(of: Verified, against: str | None) -> Shape:
    """What looking at the chain of seals found (A3)."""
    return {
        "intact": of.intact and (against is None or of.kept_at is not None),
        "sealed": of.of,
        "as_written": of.lines,
        "not_sealed": of.unsealed,
        "newest_seal": of.head,
        "breaks_at": of.broken.activity_id if of.broken else None,
        "against_at": of.kept_at,
        "anchor": of.anchor,
        "flaw": of.flaw.value if of.flaw else None,
        "flaw_at": of.flaw_at,
        "missing": of.missing,
    }


def moved(of: Moved) -> Shape:
    """A database that was copied, backed up or restored."""
    return {
        "database": of.name,
        "tables": [
            {"table": each.table, "rows": each.rows, "checksum": each.checksum}
            for each in of.contents
        ],
        "rows": of.rows,
        "activity": {
            "lines": of.activity.lines,
            "sealed": of.activity.of,
            "seal": of.activity.head,
        },
        "waiting_mail": of.waiting,
        "mail_stopped": of.mail_stopped,
    }


def unattended(of: Result) -> Shape:
    """How an unattended import ended; with its plan, unless the file was given before (U10)."""
    plan = of.plan.as_json() if of.plan else {}
    return {"outcome": of.outcome, "why": of.why or None, **plan}


def waiting_import(studio: Studio, of: WaitingImport) -> Shape:
    """The import that waits, and what it would do (U10)."""
    waiting = {
        "file": of.last.name,
        "since": iso(studio, of.last.at),
        "by": of.last.by,
        "why": of.last.why,
        "changed_since": of.more,
    }
    return {"waiting": waiting, **of.plan.as_json()}


def nothing_waits() -> Shape:
    """That no import waits."""
    return {"waiting": None}


def merged(of: Merged) -> Shape:
    """Two records of one person that became one (U11)."""
    return {
        "kept": of.kept.login,
        "merged": of.other.login,
        "moved": {
            "pushes": of.moved.pushes,
            "conversations": of.moved.conversations,
            "mails": of.moved.mails,
            "keys": of.moved.keys,
            "teams": of.moved.teams,
            "coachings": of.moved.people,
        },
        "taken": list(of.taken),
        "notes": list(of.notes),
        "mails_dropped": of.dropped,
    }


def retention(of: Retention, erased: Sequence[Erased]) -> Shape:
    """Who is kept no longer, who soon, and who was erased (U13)."""
    return {
        "retention_months": of.months or None,
        "over": [_to_erase(each) for each in of.over],
        "soon": [_to_erase(each) for each in of.soon],
        "erased": [each.placeholder_login for each in erased],
    }


def _to_erase(of: ToErase) -> Shape:
    return {
        "login": of.login,
        "name": of.name,
        "left_on": of.left_on.isoformat(),
        "erase_on": of.erase_on.isoformat(),
    }
