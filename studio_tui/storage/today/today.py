"""What Today is made of (S1): how many, whom and since when, over all open pushes at once.

Everything is grouped by push in one statement a kind of case. Of each group there is its number,
who is first and last in it, and a sum over its ids: together they tell whether it changed.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

from peewee import JOIN, SQL, fn

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.outbox.kinds import INVITATIONS, TELLING_MOST, Kind
from studio_tui.domain.outbox.notification import ON_THEIR_WAY, NotificationState
from studio_tui.domain.people.users import full_name
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
"""Untyped: what is declared for Peewee knows no ids."""
"""Mails that say something of a push: a later one makes up for one that failed."""


Ends = Mapping[tuple[int, date | None], datetime]
"""When the last day of people ends: of those of a push who have this day of their own, or none."""


@dataclass(frozen=True, slots=True)
class Group:
    """What is found of one push; ``push_id`` is None of mail that tells of no push."""

    push_id: int | None
    count: int
    user_id: int | None
    """Whom it is about, where that is one person."""
    mark: str
    """Another text once it is about others."""
    first_at: datetime | None
    """The earliest of the instants that it is about."""


@dataclass(frozen=True, slots=True)
class Example:
    """One of a group."""

    id: int
    """Of the assignment, or of the mail."""
    user_id: int
    login: str
    name: str
    at: datetime | None = None
    """When it was planned for, or is tried next."""
    words: str = ""
    """Why a mail failed or came back."""


def still_to_talk(push_ids: Sequence[int]) -> list[Group]:
    """Who is there and is still to talk, by push."""
    return _people(_A.push.in_(push_ids))


def still_to_talk_by(push_id: int, deadline: date, day: date) -> list[Group]:
    """Those of `still_to_talk` in a push with this deadline whose last day is ``day`` (P18)."""
    return _people(_until(push_id, deadline, day))


def late(push_ids: Sequence[int], today: date) -> list[Group]:
    """Those of `still_to_talk` who have no day of their own that is not past, by push: of pushes
    that are late (P18)."""
    return _people(_A.push.in_(push_ids) & _is_past(today))


def own_deadlines(push_ids: Sequence[int]) -> list[tuple[int, date]]:
    """The days of their own that those still to talk have, each once with its push (P18)."""
    found = _to_talk(_A.push, _A.own_deadline).where(
        _A.push.in_(push_ids), _A.own_deadline.is_null(False)
    )
    return list(found.distinct().order_by(_A.push, _A.own_deadline).tuples())


def came_in(since: datetime) -> list[Group]:
    """Who came into a push by its audience, without anybody doing it, since an instant, and has
    still to talk, by push (P13)."""
    return _people(_came_in(since))


def people_who_came_in(push_id: int, since: datetime, limit: int) -> list[Example]:
    """The first by name of a group of `came_in`."""
    return _examples((_A.push == push_id) & _came_in(since), limit)


def without_manager(push_ids: Sequence[int]) -> list[Group]:
    """Who is still to talk and has no manager (U4), by push."""
    return _people(_A.push.in_(push_ids) & _unmanaged(push_ids))


def planned_before(push_ids: Sequence[int], start: datetime) -> list[Group]:
    """Whose conversation was planned for a time before ``start`` and has not begun, by push."""
    return _people(_A.push.in_(push_ids) & _planned_before(start))


def planned_after(ends: Ends, start: datetime) -> list[Group]:
    """Whose conversation is planned for after their last day, from ``start`` on."""
    return _people(_planned_after(ends, start)) if ends else []


def people_to_talk_by(push_id: int, deadline: date, day: date, limit: int) -> list[Example]:
    """The first by name of a group of `still_to_talk_by`."""
    return _examples(_until(push_id, deadline, day), limit)


def people_late(push_id: int, today: date, limit: int) -> list[Example]:
    """The first by name of a group of `late`."""
    return _examples((_A.push == push_id) & _is_past(today), limit)


def people_without_manager(push_id: int, limit: int) -> list[Example]:
    """The first by name of a group of `without_manager`."""
    return _examples((_A.push == push_id) & _unmanaged([push_id]), limit)


def people_planned_before(push_id: int, start: datetime, limit: int) -> list[Example]:
    """The first by name of a group of `planned_before`."""
    return _examples((_A.push == push_id) & _planned_before(start), limit)


def people_planned_after(ends: Ends, start: datetime, limit: int) -> list[Example]:
    """The first by name of a group of `planned_after`: ``ends`` are those of one push."""
    return _examples(_planned_after(ends, start), limit)


def failed_mail(now: datetime) -> list[Group]:
    """The mail that failed and would still be sent, by push (N10)."""
    return _mails(_failed(now), fn.MIN(fn.COALESCE(_N.dated_at, _N.due_at)))


def examples_failed(push_id: int | None, now: datetime, limit: int) -> list[Example]:
    """The newest of a group of `failed_mail`."""
    return _mail_examples(_failed(now) & (_about_push(push_id)), limit)


def bounced_mail(now: datetime) -> list[Group]:
    """The mail that came back and would still be sent, by push (N15)."""
    return _mails(_came_back(now), fn.MIN(_N.bounced_at))


def examples_bounced(push_id: int | None, now: datetime, limit: int) -> list[Example]:
    """The newest of a group of `bounced_mail`."""
    return _mail_examples(_came_back(now) & _about_push(push_id), limit, _N.bounce_words)


def mail_ahead(now: datetime, until: datetime) -> list[Group]:
    """The mail that waits for its time, from ``now`` up to ``until``, by push."""
    return _mails(_waiting(now, until), fn.MIN(_N.due_at))


def examples_ahead(
    push_id: int | None, now: datetime, until: datetime, limit: int
) -> list[Example]:
    """Some of a group of `mail_ahead`."""
    return _mail_examples(_waiting(now, until) & _about_push(push_id), limit)


def count_due(now: datetime) -> int:
    """How many mails should have left by ``now`` and wait."""
    due = (_N.state == NotificationState.QUEUED) & ((_N.due_at <= now) | _N.error.is_null(False))
    return int(_N.select(fn.COUNT(_N.id)).where(due).scalar())


def somebody_is_known() -> bool:
    """Whether anybody was ever brought in beside who made the Studio."""
    return len(_U.select(_U.id).limit(2).tuples()) > 1


def anybody_was_assigned() -> bool:
    """Whether anybody was ever assigned to a push."""
    return len(_A.select(_A.id).limit(1).tuples()) > 0


def count_assigned(push_ids: Sequence[int]) -> dict[int, int]:
    """How many who have not left are assigned to each of these pushes."""
    found = (
        _A.select(_A.push, fn.COUNT(_A.id))
        .join(_U, on=(_U.id == _A.user) & _U.active)
        .where(_A.push.in_(push_ids), _A.unassigned_at.is_null())
        .group_by(_A.push)
    )
    return dict(found.tuples())


def snoozes(user_id: int) -> dict[str, Snooze]:
    """What somebody put off, by the key of the case."""
    return {
        row.subject: Snooze(row.subject, row.until, row.mark)
        for row in SnoozeTable.select().where(SnoozeTable.user == user_id)
    }


def put_off(user_id: int, snoozes: Sequence[Snooze]) -> None:
    """Keep these, in the place of what was kept of the same cases."""
    take_back(user_id, [each.key for each in snoozes])
    for each in snoozes:
        SnoozeTable.insert(
            user=user_id, subject=each.key, until=each.until, mark=each.mark
        ).execute()


def take_back(user_id: int, keys: Sequence[str]) -> int:
    """Put these off no longer; returns how many were."""
    gone = SnoozeTable.delete().where(SnoozeTable.user == user_id, SnoozeTable.subject.in_(keys))
    return int(gone.execute())


def _to_talk(*columns: Any) -> Any:
    """The assignments whose conversation is still to be held, by somebody who is there."""
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


def _came_in(since: datetime) -> Any:
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
        _of_mail(
            push_id, fn.COUNT(_N.id), fn.MIN(_N.recipient), fn.MAX(_N.recipient), fn.SUM(_N.id),
            first_at,
        )
        .where(which)
        .group_by(push_id)
    )  # fmt: skip
    return [_group(*row) for row in found.tuples()]


def _mail_examples(which: Any, limit: int, words: Any = _N.error) -> list[Example]:
    found = (
        _of_mail(_N.id, _U.id, _U.login, _U.given_name, _U.family_name, _N.due_at, words)
        .where(which)
        .order_by(_N.id.desc())
        .limit(limit)
    )
    return [_example(*row) for row in found.tuples()]


def _of_mail(*columns: Any) -> Any:
    """Mail with its recipient, the push it tells of, and the conversation it invites to."""
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
    """Mail that failed and that sending it again would send."""
    return (_N.state == NotificationState.FAILED) & _would_be_sent(now)


def _came_back(now: datetime) -> Any:
    """Mail that came back and that sending it again would send."""
    return _N.bounced_at.is_null(False) & _would_be_sent(now)


def _would_be_sent(now: datetime) -> Any:
    """Whether sending a mail again would send it: what is no longer true is not (N6)."""
    of_push = _N.push.is_null(False) & (
        ((_N.kind == Kind.CLOSED) & _P.closed_at.is_null(False))
        | ((_N.kind != Kind.CLOSED) & _P.closed_at.is_null() & _tells_of_somebody())
    )
    invites = _N.kind.in_(list(INVITATIONS - {Kind.CANCELLED}))
    still_on = _C.cancelled_at.is_null() & _C.started_at.is_null() & (_C.planned_for > now)
    return _U.active & (of_push | (_N.push.is_null() & (~invites | still_on))) & ~_made_up_for()


def _tells_of_somebody() -> Any:
    """Whether a mail about a push tells of anybody who is still to talk."""
    told, there, talk = NotificationUser.alias(), _A.alias(), _C.alias()
    asked_for = (talk.assignment == there.id) & talk.cancelled_at.is_null()
    return fn.EXISTS(
        told.select(SQL("1"))
        # In this order, so that SQLite does not go through everybody in the push for each mail.
        .join(there, JOIN.CROSS)
        .join(talk, JOIN.LEFT_OUTER, on=asked_for)
        .where(
            told.notification == _N.id,
            there.user == told.user,
            there.push == _N.push,
            there.unassigned_at.is_null(),
            there.excused_in.is_null(),
            talk.finished_at.is_null(),
        )
    )


def _made_up_for() -> Any:
    """Whether a later mail of the same thing to the same person went or goes out."""
    later = _N.alias()
    same_push = (later.push == _N.push) & later.kind.in_(TELLING_MOST)
    same_talk = (later.conversation == _N.conversation) & later.kind.in_(list(INVITATIONS))
    return fn.EXISTS(
        later.select(SQL("1")).where(
            later.recipient == _N.recipient,
            later.capacity == _N.capacity,
            later.id > _N.id,
            later.state.in_(ON_THEIR_WAY),
            later.bounced_at.is_null(),
            same_push | same_talk,
            # What asks to be read by the old address says nothing to the new one.
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
