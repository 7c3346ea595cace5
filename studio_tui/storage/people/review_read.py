"""Reading the desk of changes (U7): the lines that wait for a decision, with their context.

A line holds while its push is not closed, and the person is in it and the conversation is still to
be held; a line about a conductor only while nobody else holds the conversation. This is computed,
not stored.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from peewee import JOIN, Select, fn

from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.domain.people.review import (
    CONDUCTOR_KINDS,
    Decision,
    Review,
    ReviewFilter,
    ReviewKind,
)
from studio_tui.domain.people.users import Manager, full_name
from studio_tui.domain.pushes.push import Status
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.enum_tables import DefaultTable
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.selection import Selection
from studio_tui.storage.audiences.conditions import audience_condition
from studio_tui.storage.engine.expressions import (
    ACT,
    COUNTED,
    ONE,
    A,
    C,
    H,
    N,
    P,
    U,
    among,
    both,
    column,
    count,
    exists,
    selected,
    stored,
    tables_of,
)
from studio_tui.storage.engine.fields import instant_of
from studio_tui.storage.engine.prepared import Prepared, among_given
from studio_tui.storage.engine.sql import required_instant
from studio_tui.storage.engine.tables import (
    AssignmentTable,
    ReviewTable,
    TeamMember,
    UserTable,
)
from studio_tui.storage.engine.unit import current_database, unlimited_sight
from studio_tui.storage.lists.keyset import Listing
from studio_tui.storage.lists.text_search import text_condition
from studio_tui.storage.people.managers import managers_of, pairs
from studio_tui.storage.people.review_write import in_list
from studio_tui.storage.pushes.pushes import CONDUCTS, HOLDER, IS_ASKED_FOR, STATUS

R: Any = ReviewTable.alias("r")
"""A line of the desk."""
_O: Any = ReviewTable.alias("o")
"""Another line about the same person in the same push."""
_BY: Any = UserTable.alias("w")
_IS_IN = (A.push == R.push) & (A.user == R.user) & A.unassigned_at.is_null()
_FROM = tables_of(
    R,
    (U, JOIN.INNER, U.id == R.user),
    (P, JOIN.INNER, P.id == R.push),
    (A, JOIN.LEFT_OUTER, _IS_IN),
    (C, JOIN.LEFT_OUTER, IS_ASKED_FOR),
    (H, JOIN.LEFT_OUTER, CONDUCTS),
)
_SORTS = {
    "urgency": R.urgency,
    "since": R.since,
    "name": U.sort_name,
    "push": P.name_key,
}
_OF_TEAM: Any = TeamMember.alias("m")
_OTHER: Any = TeamMember.alias("n")
_OTHERS: Any = AssignmentTable.alias("b")
_TEAM_IN_PUSH = (
    _OF_TEAM.select()
    .join(_OTHER, on=(_OTHER.team == _OF_TEAM.team) & (_OTHER.user != _OF_TEAM.user))
    # CROSS fixes the join order: SQLite must not scan everybody in the push for each line.
    .join(_OTHERS, JOIN.CROSS)
    .where(
        _OF_TEAM.user == R.user,
        _OTHERS.user == _OTHER.user,
        _OTHERS.push == R.push,
        _OTHERS.unassigned_at.is_null(),
    )
)
"""Members of the teams of the user who are in the push."""


def holds_condition() -> Any:
    """Return the condition that a line ``R`` is undecided and still holds.

    A change of managers no longer holds once a new manager is to hold the conversation (P10).
    """
    joined = R.kind == ReviewKind.JOINED
    left = R.kind == ReviewKind.LEFT
    in_push = A.id.is_null(False) & C.finished_at.is_null() & A.excused_in.is_null()
    held_by_new = (
        (R.kind == ReviewKind.MANAGER_CHANGED)
        & HOLDER.is_null(False)
        & in_list(R.after, HOLDER)
        & ~in_list(R.before, HOLDER)
    )
    return (
        R.decided_at.is_null()
        & P.closed_at.is_null()
        & ~held_by_new
        & ((joined & A.id.is_null() & exists(_TEAM_IN_PUSH)) | (~joined & in_push))
        & ((left & ~U.active) | (~left & U.active))
    )


def waiting_condition() -> Any:
    """Return the condition that a line ``R`` waits for a decision.

    Of several lines about who is to hold one conversation, only the most urgent waits.
    """
    more_urgent = _O.select().where(
        _O.user == R.user,
        _O.push == R.push,
        _O.decided_at.is_null(),
        _O.urgency < R.urgency,
        _O.conductor == HOLDER,
    )
    about_conductor = R.kind.in_((ReviewKind.MANAGER_CHANGED, *CONDUCTOR_KINDS))
    return (
        holds_condition()
        & (R.conductor.is_null() | (R.conductor == HOLDER))
        & ~(about_conductor & exists(more_urgent))
    )


def review_condition(filter_: ReviewFilter) -> Any:
    """Return the condition that a line ``R`` waits and matches a filter."""
    found = both(waiting_condition(), text_condition(U, filter_.text))
    if filter_.kind is not None:
        found &= R.kind == filter_.kind
    if filter_.push_id is not None:
        found &= R.push == filter_.push_id
    if filter_.where is not None:
        found &= audience_condition(filter_.where)
    return found


def chosen(selection: Selection[ReviewFilter]) -> Any:
    """Return the condition that a line ``R`` waits and is in a selection."""
    return waiting_condition() & selected(selection, review_condition, R.id)


def count_selected(selection: Selection[ReviewFilter]) -> int:
    """Return the number of waiting lines in a selection."""
    return count(every().where(chosen(selection)))


def review_listing(filter_: ReviewFilter, sort: Sort) -> Listing:
    """Return the ordered ids of waiting lines that match a filter.

    The most urgent come first unless ``sort`` names another column.
    """
    by = sort.column if sort.column in _SORTS else "urgency"
    return Listing(
        _FROM,
        R.id,
        review_condition(filter_),
        _SORTS[by],
        descending=sort.descending,
        narrowed=bool(filter_.text or filter_.where),
        computed=by != "urgency",
    )


def matching_reviews(filter_: ReviewFilter, ids: list[int]) -> frozenset[int]:
    """Return those of ``ids`` that match a filter."""
    return frozenset(column(every(R.id).where(review_condition(filter_), among(R.id, ids))))


def ids_of(selection: Selection[ReviewFilter]) -> list[int]:
    """Return the ids of the lines in a selection, the most urgent first."""
    found = every(R.id).where(chosen(selection))
    return column(found.order_by(R.urgency, R.id))


def decisions_on(ids: Collection[int]) -> dict[int, Decision | None]:
    """Return the decision on each of these lines that exist, None if it is undecided."""
    found = R.select(R.id, R.decision).where(among(R.id, ids))
    return {row_id: Decision(word) if word else None for row_id, word in found.tuples()}


def every(*columns: Any) -> Any:
    """Select from all lines ``R`` with their user, push, assignment and conversation."""
    return (
        R.select(*columns)
        .join(U, on=U.id == R.user)
        .join_from(R, P, on=P.id == R.push)
        .join_from(R, A, JOIN.LEFT_OUTER, on=_IS_IN)
        .join_from(A, C, JOIN.LEFT_OUTER, on=IS_ASKED_FOR)
    )


class _ReviewRow(NamedTuple):
    id: int
    kind: str
    user_id: int
    login: str
    given_name: str
    family_name: str
    push_id: int
    push: str
    status: str
    planned_for: Any
    conductor: str
    conductor_given: str
    conductor_family: str
    before: str | None
    after: str | None
    about: int | None
    since: Any
    told_at: Any
    actor_login: str
    by_given: str | None
    by_family: str | None


_ROWS = Prepared(
    _ReviewRow,
    lambda: (
        every(
            *(R.id, R.kind, R.user, U.login, U.given_name, U.family_name, R.push, P.name),
            *(STATUS, C.planned_for, fn.COALESCE(H.login, "")),
            *(fn.COALESCE(H.given_name, ""), fn.COALESCE(H.family_name, "")),
            *(R.before, R.after, R.conductor, R.since, R.told_at),
            *(ACT.actor_login, _BY.given_name, _BY.family_name),
        )
        .join_from(A, H, JOIN.LEFT_OUTER, on=CONDUCTS)
        .join_from(R, ACT, on=ACT.id == R.activity)
        .join_from(ACT, _BY, JOIN.LEFT_OUTER, on=_BY.id == ACT.actor)
        .where(among_given(R.id, "ids"))
    ),
)


def reviews_by_id(ids: list[int]) -> list[Review]:
    """Return these lines with everything that lists show, in the order of ``ids``."""
    if not ids:
        return []
    found = _ROWS.rows(ids=ids)
    people = list(dict.fromkeys(row.user_id for row in found))
    # A stand-in holds conversations only for a while, so none is handed over to a stand-in (U14).
    managers = managers_of(people, stand_ins=False)
    earlier = _managers_before(people)
    logins = _logins_in(found)
    reviews = {}
    for row in found:
        before = earlier.get((row.user_id, row.push_id), frozenset())
        kind = ReviewKind(row.kind)
        proposed = None
        if Decision.HAND_OVER in kind.decisions:
            proposed = proposal(managers.get(row.user_id, ()), before, row.about)
        reviews[row.id] = Review(
            id=row.id,
            kind=kind,
            user_id=row.user_id,
            login=row.login,
            name=full_name(row.given_name, row.family_name),
            push_id=row.push_id,
            push=row.push,
            status=Status(row.status),
            planned_for=instant_of(row.planned_for),
            conductor=row.conductor,
            conductor_name=full_name(row.conductor_given, row.conductor_family),
            before=_told(row, row.before, logins, was=True),
            after=_told(row, row.after, logins, was=False),
            proposal=proposed.login if proposed else "",
            proposal_name=proposed.name if proposed else "",
            since=required_instant(row.since),
            by=full_name(row.by_given or "", row.by_family or "") or row.actor_login,
            told_at=instant_of(row.told_at),
        )
    return [reviews[found_id] for found_id in ids if found_id in reviews]


def proposal(
    managers: Sequence[Manager], before: Collection[int], conductor_id: int | None
) -> Manager | None:
    """Return the manager to propose for a handover; None if only the current conductor is left.

    A new manager comes before the others, and a team leader before a coach.
    """
    others = [manager for manager in managers if manager.user_id != conductor_id]
    return min(
        others,
        key=lambda manager: (manager.user_id in before, manager.reason == "coach"),
        default=None,
    )


def _managers_before(user_ids: Sequence[int]) -> dict[tuple[int, int], frozenset[int]]:
    """Return the former managers of these users whose managers changed, by user and push."""
    found = R.select(R.user, R.push, R.before).where(
        among(R.user, user_ids),
        R.kind == ReviewKind.MANAGER_CHANGED,
        R.decided_at.is_null(),
    )
    return {(user, push): frozenset(_ids(before)) for user, push, before in found.tuples()}


_OF_IDS = {*CONDUCTOR_KINDS, ReviewKind.MANAGER_CHANGED}
_STATES = DefaultTable(
    {ReviewKind.LEFT: ("active", "left"), ReviewKind.RETURNED: ("left", "active")}, otherwise=None
)


def _logins_in(found: Sequence[_ReviewRow]) -> dict[int, str]:
    """Return the logins of all users whose ids appear in these lines."""
    ids = {
        user_id
        for row in found
        if row.kind in _OF_IDS
        for each in (row.before, row.after)
        for user_id in _ids(each)
    }
    return dict(U.select(U.id, U.login).where(among(U.id, ids)).tuples())


def _told(row: _ReviewRow, value: str | None, logins: Mapping[int, str], *, was: bool) -> str:
    kind = ReviewKind(row.kind)
    if states := _STATES[kind]:
        return states[0 if was else 1]
    if kind not in _OF_IDS:
        return value or ""
    return ", ".join(sorted(logins[each] for each in _ids(value) if each in logins))


def _ids(listed: str | None) -> list[int]:
    return [int(each) for each in (listed or "").split(",") if each]


@dataclass(frozen=True, slots=True)
class WaitingGroup:
    """The waiting lines of one push."""

    push_id: int
    count: int
    first_user: int
    last_user: int
    total: int
    """The sum of the ids, which changes with the set of lines."""
    since: datetime


def count_waiting(most: int, without: Collection[int]) -> int:
    """Return the number of waiting lines outside the pushes ``without``.

    Counts no further than ``most``.
    """
    found = (
        every(ONE).where(waiting_condition(), ~among(R.push, without)).limit(most).alias("found")
    )
    return int(Select((found,), (COUNTED,)).scalar(current_database()))


def waiting_groups(push_ids: Collection[int] | None = None) -> list[WaitingGroup]:
    """Return the waiting lines grouped by push, for all pushes or for these."""
    found = every(
        *(R.push, COUNTED, fn.MIN(R.user), fn.MAX(R.user), fn.SUM(R.id), fn.MIN(R.since))
    ).where(waiting_condition())
    if push_ids is not None:
        found = found.where(among(R.push, push_ids))
    grouped = stored(found.group_by(R.push).order_by(R.push))
    return [
        WaitingGroup(push, number, first, last, int(total), required_instant(since))
        for push, number, first, last, total, since in grouped
    ]


def ids_caused_by(activity_id: int) -> list[int]:
    """Return the waiting lines that an act added or updated, the most urgent first."""
    found = every(R.id).where(R.activity == activity_id, waiting_condition())
    return column(found.order_by(R.urgency, R.id))


def count_caused_by(activity_id: int) -> int:
    """Return the number of waiting lines that an act added or updated."""
    found = every(ONE).where(R.activity == activity_id, waiting_condition()).alias("found")
    return int(Select((found,), (COUNTED,)).scalar(current_database()))


def user_ids_of(ids: Collection[int]) -> list[int]:
    """Return the ids of the users whom these lines are about."""
    return column(R.select(R.user).where(among(R.id, ids)).distinct())


@unlimited_sight()
def ids_of_proposals(lines: Sequence[Review]) -> dict[str, int]:
    """Return the ids of the proposed managers, by login."""
    logins = {line.proposal for line in lines if line.proposal}
    return dict(U.select(U.login, U.id).where(among(U.login, logins)).tuples())


def users_managed_by(manager_id: int, user_ids: Collection[int]) -> frozenset[int]:
    """Return those of these users whom a manager leads or coaches (U4)."""
    people = U.select(U.id.alias("user_id")).where(among(U.id, user_ids))
    found = pairs(people).alias("pairs")
    theirs = Select((found,), (found.c.user_id,)).where(found.c.manager_id == manager_id)
    return frozenset(user_id for (user_id,) in stored(theirs))


def users_in(people: Any) -> frozenset[int]:
    """Return the ids that a query of one column finds."""
    return frozenset(user_id for (user_id,) in stored(people))


def mails_of(activity_ids: Collection[int]) -> tuple[int, datetime | None]:
    """Return the number of queued mails that acts caused, and when the first of them is due."""
    caused = N.select(COUNTED, fn.MIN(N.due_at)).where(
        among(N.caused_by, activity_ids), N.state == NotificationState.QUEUED
    )
    ((number, first),) = stored(caused)
    return int(number), instant_of(first)


def is_any_not_notified(until: datetime) -> bool:
    """Return whether `not_notified` may find anything. This check is cheap."""
    found = R.select(ONE).join(P, on=P.id == R.push).where(P.closed_at.is_null())
    return _untold(found, until).limit(1).scalar() is not None


def not_notified_by_push() -> list[tuple[int, int, datetime]]:
    """Return each push with untold changes of managers.

    A tuple of its id, the number of people and the instant of the first change.
    """
    found = every(R.push, fn.COUNT(R.user.distinct()), fn.MIN(R.since)).where(
        *_IS_UNTOLD, holds_condition()
    )
    return [
        (push, int(people), required_instant(since))
        for push, people, since in stored(found.group_by(R.push).order_by(R.push))
    ]


def not_notified(until: datetime, today: date) -> list[int]:
    """Return undecided changes of managers, made by ``until``, that were not notified.

    Only pushes whose first day has come are considered.
    """
    found = _untold(every(R.id), until).where(holds_condition(), P.available_from <= today)
    return column(found.order_by(R.id))


def _untold(query: Any, until: datetime) -> Any:
    return query.where(*_IS_UNTOLD, R.since <= until)


_IS_UNTOLD = (
    R.decided_at.is_null(),
    R.told_at.is_null(),
    R.kind == ReviewKind.MANAGER_CHANGED,
)
"""The conditions of an undecided change of managers that the new managers were not told of."""
