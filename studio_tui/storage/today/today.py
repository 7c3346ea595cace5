"""The queries behind Today (S1): counts, examples and times, over all open pushes at once.

Each kind of case takes one statement, grouped by push. A group has its count, its first and last
user and a sum of its ids: together they show whether it has changed.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

from peewee import JOIN, SQL, fn

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.outbox.kinds import INVITATIONS, KINDS_BY_DETAIL, Kind
from studio_tui.domain.outbox.notification import ON_THEIR_WAY, NotificationState
from studio_tui.domain.people.users import full_name
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.today.today import Snooze
from studio_tui.storage.engine.expressions import among
from studio_tui.storage.engine.fields import instant_of
from studio_tui.storage.engine.tables import (
    Activity,
    AssignmentTable,
    ConversationTable,
    NotificationTable,
    NotificationUser,
    PushTable,
    SnoozeTable,
    UserTable,
)
from studio_tui.storage.people.managers import unmanaged

_A: Any = AssignmentTable
_C: Any = ConversationTable
_N: Any = NotificationTable
_P: Any = PushTable
_U: Any = UserTable
"""Untyped: the declared models have no ``id`` for the type checker."""


Ends = Mapping[tuple[int, date | None], datetime]
"""When the last day of people ends, by push and own deadline, None for those without one."""


@dataclass(frozen=True, slots=True)
class Group:
    """The cases of one kind in one push; ``push_id`` is None for mail that concerns no push."""

    push_id: int | None
    count: int
    user_id: int | None
    """The user of the group, if it is a single person."""
    mark: str
    """A text that changes when the group changes."""
    first_at: datetime | None
    """The earliest instant in the group."""


@dataclass(frozen=True, slots=True)
class Example:
    """One member of a group."""

    id: int
    """The id of the assignment or of the mail."""
    user_id: int
    login: str
    name: str
    at: datetime | None = None
    """The planned time of the conversation, or the next try of the mail."""
    words: str = ""
    """Why a mail failed or bounced."""


def still_to_talk(push_ids: Sequence[int]) -> list[Group]:
    """Return the active people with a conversation still to be held, by push."""
    return _people(_A.push.in_(push_ids))


def still_to_talk_by(push_id: int, deadline: date, day: date) -> list[Group]:
    """Return those of `still_to_talk` in a push whose last day is ``day`` (P18)."""
    return _people(_until(push_id, deadline, day))


def late(push_ids: Sequence[int], today: date) -> list[Group]:
    """Return those of `still_to_talk` without an own deadline that is yet to pass (P18).

    ``push_ids`` are pushes whose deadline has passed.
    """
    return _people(_A.push.in_(push_ids) & _is_past(today))


def own_deadlines(push_ids: Sequence[int]) -> list[tuple[int, date]]:
    """Return the own deadlines of those still to talk, each once with its push id (P18)."""
    found = _to_talk(_A.push, _A.own_deadline).where(
        _A.push.in_(push_ids), _A.own_deadline.is_null(False)
    )
    return list(found.distinct().order_by(_A.push, _A.own_deadline).tuples())


def joined_by_audience(since: datetime) -> list[Group]:
    """Return the people who joined a push automatically by its audience since then (P13).

    Only people still to talk are counted, by push.
    """
    return _people(_joined_by_audience(since))


def people_who_joined(push_id: int, since: datetime, limit: int) -> list[Example]:
    """Return the first people, by name, of a group of `joined_by_audience`."""
    return _examples((_A.push == push_id) & _joined_by_audience(since), limit)


def without_manager(push_ids: Sequence[int]) -> list[Group]:
    """Return those still to talk who have no manager (U4), by push."""
    return _people(_A.push.in_(push_ids) & _unmanaged(push_ids))


def planned_before(push_ids: Sequence[int], start: datetime) -> list[Group]:
    """Return those whose conversation was planned for before ``start`` and has not begun."""
    return _people(_A.push.in_(push_ids) & _planned_before(start))


def planned_after(ends: Ends, start: datetime) -> list[Group]:
    """Return those whose conversation is planned for after their last day and from ``start`` on."""
    return _people(_planned_after(ends, start)) if ends else []


def people_to_talk_by(push_id: int, deadline: date, day: date, limit: int) -> list[Example]:
    """Return the first people, by name, of a group of `still_to_talk_by`."""
    return _examples(_until(push_id, deadline, day), limit)


def people_late(push_id: int, today: date, limit: int) -> list[Example]:
    """Return the first people, by name, of a group of `late`."""
    return _examples((_A.push == push_id) & _is_past(today), limit)


def people_without_manager(push_id: int, limit: int) -> list[Example]:
    """Return the first people, by name, of a group of `without_manager`."""
    return _examples((_A.push == push_id) & _unmanaged([push_id]), limit)


def people_planned_before(push_id: int, start: datetime, limit: int) -> list[Example]:
    """Return the first people, by name, of a group of `planned_before`."""
    return _examples((_A.push == push_id) & _planned_before(start), limit)


def people_planned_after(ends: Ends, start: datetime, limit: int) -> list[Example]:
    """Return the first people, by name, of a group of `planned_after`; ``ends`` is of one push."""
    return _examples(_planned_after(ends, start), limit)


def failed_mail(now: datetime) -> list[Group]:
    """Return the failed mail that a retry would still send, by push (N10)."""
    return _mails(_failed(now), fn.MIN(fn.COALESCE(_N.dated_at, _N.due_at)))


def examples_failed(push_id: int | None, now: datetime, limit: int) -> list[Example]:
    """Return the newest mails of a group of `failed_mail`."""
    return _mail_examples(_failed(now) & (_about_push(push_id)), limit)


def bounced_mail(now: datetime) -> list[Group]:
    """Return the bounced mail that a retry would still send, by push (N15)."""
    return _mails(_came_back(now), fn.MIN(_N.bounced_at))


def examples_bounced(push_id: int | None, now: datetime, limit: int) -> list[Example]:
    """Return the newest mails of a group of `bounced_mail`."""
    return _mail_examples(_came_back(now) & _about_push(push_id), limit, _N.bounce_words)


def mail_ahead(now: datetime, until: datetime) -> list[Group]:
    """Return the queued mail that is due after ``now`` and up to ``until``, by push."""
    return _mails(_waiting(now, until), fn.MIN(_N.due_at))


def examples_ahead(
    push_id: int | None, now: datetime, until: datetime, limit: int
) -> list[Example]:
    """Return the newest mails of a group of `mail_ahead`."""
    return _mail_examples(_waiting(now, until) & _about_push(push_id), limit)


def count_due(now: datetime) -> int:
    """Return the number of waiting mails that are due by ``now`` or were tried before."""
    due = (_N.state == NotificationState.QUEUED) & ((_N.due_at <= now) | _N.error.is_null(False))
    return int(_N.select(fn.COUNT(_N.id)).where(due).scalar())


def is_any_other_user() -> bool:
    """Return whether there is any user besides the one who created the Studio."""
    return len(_U.select(_U.id).limit(2).tuples()) > 1


def is_any_assigned() -> bool:
    """Return whether anybody was ever assigned to a push."""
    return len(_A.select(_A.id).limit(1).tuples()) > 0


def count_assigned(push_ids: Sequence[int]) -> dict[int, int]:
    """Return the number of active users assigned to each of these pushes."""
    found = (
        _A.select(_A.push, fn.COUNT(_A.id))
        .join(_U, on=(_U.id == _A.user) & _U.active)
        .where(_A.push.in_(push_ids), _A.unassigned_at.is_null())
        .group_by(_A.push)
    )
    return dict(found.tuples())


def snoozes(user_id: int) -> dict[str, Snooze]:
    """Return what a user put off, by the key of the case."""
    return {
        row.subject: Snooze(row.subject, row.until, row.mark)
        for row in SnoozeTable.select().where(SnoozeTable.user == user_id)
    }


def put_off(user_id: int, snoozes: Sequence[Snooze]) -> None:
    """Store snoozes, replacing earlier ones of the same cases."""
    take_back(user_id, [each.key for each in snoozes])
    for each in snoozes:
        SnoozeTable.insert(
            user=user_id, subject=each.key, until=each.until, mark=each.mark
        ).execute()


def take_back(user_id: int, keys: Sequence[str]) -> int:
    """Delete snoozes; return how many there were."""
    gone = SnoozeTable.delete().where(SnoozeTable.user == user_id, SnoozeTable.subject.in_(keys))
    return int(gone.execute())


def _to_talk(*columns: Any) -> Any:
    """Select the assignments of active users whose conversation is still to be held."""
    asked_for = (_C.assignment == _A.id) & _C.cancelled_at.is_null()
    return (
        _A.select(*columns)
        .join(_U, on=(_U.id == _A.user))
        .join(_C, JOIN.LEFT_OUTER, on=asked_for)
        .where(
            _A.unassigned_at.is_null(),
            _A.excused_in.is_null(),
            _U.active,
            _C.finished_at.is_null(),
        )
    )


def _until(push_id: int, deadline: date, day: date) -> Any:
    own = _A.own_deadline
    last = own.is_null() | (own <= day) if day == deadline else own == day
    return (_A.push == push_id) & last


def _joined_by_audience(since: datetime) -> Any:
    by_itself = Activity.select(Activity.id).where(  # type: ignore[attr-defined]
        Activity.action == Verb.JOIN, Activity.actor.is_null(), Activity.at >= since
    )
    return _A.assigned_in.in_(by_itself)


def _is_past(today: date) -> Any:
    return _A.own_deadline.is_null() | (_A.own_deadline < today)


def _people(which: Any) -> list[Group]:
    found = (
        _to_talk(
            _A.push,
            fn.COUNT(_A.id),
            fn.MIN(_A.user),
            fn.MAX(_A.user),
            fn.SUM(_A.id),
            fn.MIN(_C.planned_for),
        )
        .where(which)
        .group_by(_A.push)
    )
    return [_group(*row) for row in found.tuples()]


def _examples(which: Any, limit: int) -> list[Example]:
    found = (
        _to_talk(_A.id, _U.id, _U.login, _U.given_name, _U.family_name, _C.planned_for)
        .where(which)
        .order_by(_U.sort_name, _U.id)
        .limit(limit)
    )
    return [_example(*row) for row in found.tuples()]


def _unmanaged(push_ids: Sequence[int]) -> Any:
    people = _A.select(_A.user).where(_A.unassigned_at.is_null(), among(_A.push, push_ids))
    return _A.user.in_(unmanaged(people))


def _planned_before(start: datetime) -> Any:
    return (_C.planned_for < start) & _C.started_at.is_null()


def _planned_after(ends: Ends, start: datetime) -> Any:
    of_end: defaultdict[tuple[datetime, date | None], list[int]] = defaultdict(list)
    for (push_id, own), end in ends.items():
        of_end[max(end, start), own].append(push_id)
    late = (
        _A.push.in_(ids)
        & (_A.own_deadline.is_null() if own is None else _A.own_deadline == own)
        & (_C.planned_for >= end)
        for (end, own), ids in of_end.items()
    )
    return reduce(or_, late) & _C.started_at.is_null()


def _mails(which: Any, first_at: Any) -> list[Group]:
    push_id = fn.COALESCE(_N.push, _A.push)
    found = (
        _mail_query(
            push_id, fn.COUNT(_N.id), fn.MIN(_N.recipient), fn.MAX(_N.recipient), fn.SUM(_N.id),
            first_at,
        )
        .where(which)
        .group_by(push_id)
    )  # fmt: skip
    return [_group(*row) for row in found.tuples()]


def _mail_examples(which: Any, limit: int, words: Any = _N.error) -> list[Example]:
    found = (
        _mail_query(_N.id, _U.id, _U.login, _U.given_name, _U.family_name, _N.due_at, words)
        .where(which)
        .order_by(_N.id.desc())
        .limit(limit)
    )
    return [_example(*row) for row in found.tuples()]


def _mail_query(*columns: Any) -> Any:
    """Select mail with its recipient, its push, and the conversation it invites to."""
    return (
        _N.select(*columns)
        .join(_U, on=(_U.id == _N.recipient))
        .join(_C, JOIN.LEFT_OUTER, on=(_C.id == _N.conversation))
        .join(_A, JOIN.LEFT_OUTER, on=(_A.id == _C.assignment))
        .join(_P, JOIN.LEFT_OUTER, on=(_P.id == _N.push))
    )


def _about_push(push_id: int | None) -> Any:
    about = fn.COALESCE(_N.push, _A.push)
    return about.is_null() if push_id is None else about == push_id


def _waiting(now: datetime, until: datetime) -> Any:
    return (_N.state == NotificationState.QUEUED) & (_N.due_at > now) & (_N.due_at <= until)


def _failed(now: datetime) -> Any:
    """Return the condition of failed mail that a retry would send."""
    return (_N.state == NotificationState.FAILED) & _would_be_sent(now)


def _came_back(now: datetime) -> Any:
    """Return the condition of bounced mail that a retry would send."""
    return _N.bounced_at.is_null(False) & _would_be_sent(now)


def _would_be_sent(now: datetime) -> Any:
    """Return the condition that a retry would send a mail: an outdated one is dropped (N6)."""
    of_push = _N.push.is_null(False) & (
        ((_N.kind == Kind.CLOSED) & _P.closed_at.is_null(False))
        | ((_N.kind != Kind.CLOSED) & _P.closed_at.is_null() & _has_someone_to_talk())
    )
    invites = _N.kind.in_(list(INVITATIONS - {Kind.CANCELLED}))
    still_on = _C.cancelled_at.is_null() & _C.started_at.is_null() & (_C.planned_for > now)
    return _U.active & (of_push | (_N.push.is_null() & (~invites | still_on))) & ~_is_replaced()


def _has_someone_to_talk() -> Any:
    """Return the condition that a mail about a push concerns anybody still to talk."""
    mentioned, assigned, talk = NotificationUser.alias(), _A.alias(), _C.alias()
    asked_for = (talk.assignment == assigned.id) & talk.cancelled_at.is_null()
    return fn.EXISTS(
        mentioned.select(SQL("1"))
        # CROSS fixes the join order: SQLite must not scan everybody in the push for each mail.
        .join(assigned, JOIN.CROSS)
        .join(talk, JOIN.LEFT_OUTER, on=asked_for)
        .where(
            mentioned.notification == _N.id,
            assigned.user == mentioned.user,
            assigned.push == _N.push,
            assigned.unassigned_at.is_null(),
            assigned.excused_in.is_null(),
            talk.finished_at.is_null(),
        )
    )


def _is_replaced() -> Any:
    """Return the condition that a later mail replaces a mail.

    A mail about the same push or conversation to the same recipient, sent or about to be.
    """
    later = _N.alias()
    same_push = (later.push == _N.push) & later.kind.in_(KINDS_BY_DETAIL)
    same_talk = (later.conversation == _N.conversation) & later.kind.in_(list(INVITATIONS))
    return fn.EXISTS(
        later.select(SQL("1")).where(
            later.recipient == _N.recipient,
            later.capacity == _N.capacity,
            later.id > _N.id,
            later.state.in_(ON_THEIR_WAY),
            later.bounced_at.is_null(),
            same_push | same_talk,
            # A mail that is addressed to a former address does not replace one to the new address.
            later.former_address.is_null() | _N.former_address.is_null(False),
        )
    )


def _group(
    push_id: int | None, count: int, first: int, last: int, total: int, first_at: Any
) -> Group:
    return Group(
        push_id,
        int(count),
        first if first == last else None,
        f"{count} {first} {last} {total}",
        instant_of(first_at),
    )


def _example(
    row_id: int,
    user_id: int,
    login: str,
    given: str,
    family: str,
    at: Any,
    error: str | None = None,
) -> Example:
    return Example(row_id, user_id, login, full_name(given, family), instant_of(at), error or "")
