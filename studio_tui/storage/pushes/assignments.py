"""Assignments of users to pushes, with their status (P3, P8, P11, P12)."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from typing import Any, NamedTuple

from peewee import EXCLUDED, JOIN, SQL, Case, Cast, Join, Value, fn

from studio_tui.domain.outbox.kinds import Capacity, Kind
from studio_tui.domain.outbox.notification import ON_THEIR_WAY, NotificationState
from studio_tui.domain.people.users import full_name
from studio_tui.domain.pushes.push import (
    Assignment,
    AssignmentFilter,
    Flag,
    Status,
    deadline_of,
)
from studio_tui.domain.shared.label_search import match_labels
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.selection import Selection
from studio_tui.storage.audiences.conditions import audience_condition
from studio_tui.storage.engine.expressions import (
    COUNTED,
    IN_ORDER,
    NO_TEXT,
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
    named,
    selected,
    stored,
    tables_of,
)
from studio_tui.storage.engine.fields import instant_of
from studio_tui.storage.engine.prepared import CachedFragment, Prepared, among_given, given
from studio_tui.storage.engine.sql import day, refresh_statistics
from studio_tui.storage.engine.tables import ActivityUser, AssignmentTable, NotMine
from studio_tui.storage.engine.unit import is_sqlite
from studio_tui.storage.lists.grouped import GroupedListing
from studio_tui.storage.lists.keyset import Listing
from studio_tui.storage.lists.shown_words import FilterWords, any_of, words_condition
from studio_tui.storage.lists.text_search import text_condition
from studio_tui.storage.outbox.bounces import IS_BOUNCING, bouncing_among
from studio_tui.storage.people.manager_search import managers_named
from studio_tui.storage.people.managers import (
    first_managers,
    managed_by_any,
    managers_of,
    unmanaged,
)
from studio_tui.storage.pushes.groups import group_condition
from studio_tui.storage.pushes.pushes import (
    CONDUCTS,
    IS_ASKED,
    IS_ASKED_FOR,
    STATUS,
    TALK,
    is_late,
)
from studio_tui.storage.pushes.status_conditions import (
    failed_mail,
    flag_condition,
    status_condition,
)
from studio_tui.wording.pushes import FLAG_LABELS, STATUS_LABELS

_OF_PUSH = ((P, JOIN.INNER, P.id == A.push), (C, JOIN.LEFT_OUTER, IS_ASKED_FOR))
_FROM = CachedFragment(lambda: tables_of(A, (U, JOIN.INNER, U.id == A.user), *_OF_PUSH))
_USERS_FIRST = CachedFragment(lambda: tables_of(U, (A, JOIN.CROSS, A.user == U.id), *_OF_PUSH))
"""The same tables in the order of users. SQLite keeps the order of a CROSS join."""
_STATUS_AT = fn.COALESCE(C.finished_at, C.started_at, C.user_prepared_at, C.planned_for)
_FAILED = N.state == NotificationState.FAILED
_OF_CONVERSATION = (Flag.OVERDUE, Flag.CONDUCTOR_LEFT, Flag.CONDUCTOR_NO_MANAGER)
"""Flags that concern the conversation."""
Of = int | Collection[int]
"""The id of a push, or the ids of several."""
Assignments = Any
"""A condition on assignments ``A``. Callers pass it on without looking inside."""
_SHOWN_FLAGS = {
    flag: f"{label} nobody" if flag is Flag.NO_MANAGER else label
    for flag, label in FLAG_LABELS.items()
}
"""The texts of flags in the list, including the text in the column of managers."""
_A: Any = AssignmentTable
_X: Any = NotMine
_EVERY = (
    A.select()
    .join(U, on=U.id == A.user)
    .join(P, on=P.id == A.push)
    .join(C, JOIN.LEFT_OUTER, on=IS_ASKED_FOR)
)
TOLD = N.select().where(N.push == A.push, N.recipient == A.user, N.capacity == Capacity.USER)
"""The notifications of a push to the user of an assignment."""
_MANAGED = named("g", "g", "user_id", "name")
_REMINDED = named("r", "r", "recipient_id", "last_at")
_UNMANAGED = named("m", "m", "user_id")
_FAILING = named("failing", "failing", "id")
_BY_USER = {"name": U.sort_name, "login": U.login_key}
_SORTS = {
    **_BY_USER,
    "status_at": fn.COALESCE(Cast(_STATUS_AT, "TEXT"), NO_TEXT),
    "managers": fn.COALESCE(_MANAGED.name, NO_TEXT),
    "reminded": fn.COALESCE(Cast(_REMINDED.last_at, "TEXT"), NO_TEXT),
}
_SHOWN_STATUSES = {
    status: f"{label} by"
    if status is Status.DONE
    else label
    if status in (Status.NOT_PLANNED, Status.EXCUSED)
    else f"{label} with"
    for status, label in STATUS_LABELS.items()
}
"""The texts of statuses in the list, with the word before the name of the conductor."""


def assignment_condition(of: Of, filter_: AssignmentFilter, today: date) -> Assignments:
    """Return the condition of assignments of these pushes that match a filter."""
    return _condition(of, filter_, today, _words(of, filter_.text, today))


def _in(of: Of) -> Any:
    return A.push == of if isinstance(of, int) else among(A.push, of)


def _words(of: Of, text: str, today: date) -> FilterWords:
    return words_condition(
        text,
        lambda words: text_condition(U, words),
        lambda word: _meaning(word, today),
        lambda word: _led_by(of, word),
    )


def _led_by(of: Of, word: str) -> list[int]:
    """Return the users next to whom the list shows somebody with ``word`` in their name.

    That is a manager, or the actual or named conductor of the conversation.
    """
    managers = managers_named(word)
    if not managers:
        return []
    in_push = _in(of)
    named = A.select(A.user).where(in_push, among(A.conductor, managers))
    holding = C.select(C.user).join(A, on=IS_ASKED_FOR).where(in_push, among(C.conductor, managers))
    return column(named) + column(holding) + [each for (each,) in stored(managed_by_any(managers))]


def _meaning(word: str, today: date) -> Any | None:
    """Return the condition of a word that means a visible status or flag, None if it means none."""
    statuses = match_labels(word, _SHOWN_STATUSES)
    flags = match_labels(word, _SHOWN_FLAGS)
    return any_of(
        *(status_condition(status) for status in statuses),
        *(flag_condition(flag, today) for flag in flags),
    )


def _condition(of: Of, filter_: AssignmentFilter, today: date, words: FilterWords) -> Assignments:
    found = _in(of) & A.unassigned_at.is_null()
    found = both(found, words.condition)
    if filter_.status is not None:
        found &= status_condition(filter_.status)
    if filter_.flag is not None:
        found &= flag_condition(filter_.flag, today)
    if filter_.group is not None:
        found &= group_condition(filter_.group)
    if filter_.where is not None:
        found &= audience_condition(filter_.where)
    return found


def chosen(push_id: int, selection: Selection[AssignmentFilter], today: date) -> Assignments:
    """Return the condition of the assignments of a push in a selection."""
    everyone = assignment_condition(push_id, AssignmentFilter(), today)
    return everyone & _selected(push_id, selection, today)


def count_selected(of: Of, selection: Selection[AssignmentFilter], today: date) -> int:
    """Return the number of assignments of these pushes in a selection."""
    return count_assignments(_selected(of, selection, today))


def _selected(of: Of, selection: Selection[AssignmentFilter], today: date) -> Assignments:
    return selected(selection, lambda filter_: assignment_condition(of, filter_, today), A.id)


def assignment_listing(
    of: Of, filter_: AssignmentFilter, sort: Sort, today: date
) -> Listing | GroupedListing:
    """Return the ordered ids of the assignments of these pushes that match a filter."""
    by_status = sort.column == "status"
    if not by_status or filter_.status is not None:
        return _listing(of, filter_, replace(sort, column="name") if by_status else sort, today)
    by_name = replace(sort, column="name")
    order = sorted(Status, reverse=sort.descending)
    return GroupedListing(
        [_listing(of, replace(filter_, status=each), by_name, today) for each in order],
        _listing(of, filter_, by_name, today),
        order.index(Status.NOT_PLANNED),
    )


def _listing(of: Of, filter_: AssignmentFilter, sort: Sort, today: date) -> Listing:
    by = sort.column if sort.column in (*_SORTS, "flags") else "name"
    by_user = by in _BY_USER
    words = _words(of, filter_.text, today)
    return Listing(
        _FROM if words.beyond_users else _looked_through(filter_),
        A.id,
        _condition(of, filter_, today, words),
        _worst_flag(today) if by == "flags" else _SORTS[by],
        descending=sort.descending,
        # In one push, every user occurs once.
        tie=U.id if by_user and isinstance(of, int) else None,
        narrowed=True,
        computed=not by_user,
        whole=_with_key(by, of),
        walked=_USERS_FIRST if by_user and is_sqlite() else None,
    )


def _with_key(column: str, of: Of) -> Any:
    """Return the tables of assignments, joined with those that a computed sort key needs."""
    people = A.select(A.user).where(_in(of))
    if column == "managers":
        return _with(_FROM, first_managers(people).alias("g"), _MANAGED.user_id == A.user)
    if column == "reminded":
        last_at = fn.MAX(fn.COALESCE(N.sent_at, N.due_at)).alias("last_at")
        told = N.select(N.recipient, last_at).where(
            N.push == of if isinstance(of, int) else among(N.push, of),
            N.kind == Kind.REMINDER,
            N.capacity == Capacity.USER,
            N.state.in_(ON_THEIR_WAY),
        )
        reminders = told.group_by(N.recipient).alias("r")
        return _with(_FROM, reminders, _REMINDED.recipient_id == A.user)
    if column == "flags":
        failing = _with(_FROM, failed_mail().alias("failing"), _FAILING.id == A.id)
        return _with(failing, unmanaged(people).alias("m"), _UNMANAGED.user_id == A.user)
    return _FROM


def _with(tables: Any, query: Any, on: Any) -> Join:
    return Join(tables, query, JOIN.LEFT_OUTER, on)


def _worst_flag(today: date) -> Any:
    """Return the rank of the most serious flag of an assignment, 0 for the worst."""
    gravest = (
        _FAILING.id.is_null(False) | IS_BOUNCING,
        _UNMANAGED.user_id.is_null(False),
        IS_ASKED & is_late(today),
        ~U.active,
    )
    places = [(holds, SQL(str(place))) for place, holds in enumerate(gravest)]
    return Case(None, places, SQL(str(len(gravest))))


def _looked_through(filter_: AssignmentFilter) -> Any:
    """Return the tables that a filter refers to, the most selective first.

    SQLite keeps the order in which they are written.
    """
    tables: Any = A
    if filter_.status not in (None, Status.NOT_PLANNED, Status.EXCUSED):
        tables = Join(C, A, IN_ORDER[is_sqlite()], IS_ASKED_FOR)
    elif filter_.flag is Flag.MAIL_FAILED:
        tables = Join(failed_mail().alias("failing"), A, IN_ORDER[is_sqlite()], A.id == _FAILING.id)
    elif filter_.status is not None or filter_.flag in _OF_CONVERSATION:
        tables = TALK
    if filter_.flag is Flag.OVERDUE:
        tables = Join(tables, P, JOIN.INNER, P.id == A.push)
    if filter_.text or filter_.where is not None:
        tables = Join(tables, U, JOIN.INNER, U.id == A.user)
    return tables


def assignments_by_id(ids: list[int], today: date) -> list[Assignment]:
    """Return these assignments with everything that lists show, in the order of ``ids``."""
    if not ids:
        return []
    found = _LISTED.rows(ids=ids, today=today)
    managers = managers_of([row.user_id for row in found])
    back = bouncing_among([row.user_id for row in found])
    assignments = {
        row.id: Assignment(
            id=row.id,
            push_id=row.push_id,
            push=row.push,
            user_id=row.user_id,
            login=row.login,
            name=full_name(row.given_name, row.family_name),
            email=row.email,
            status=Status(row.status),
            flags=_flags(
                overdue=bool(row.late) and row.status not in (Status.DONE, Status.EXCUSED),
                no_manager=row.user_id not in managers,
                conductor_left=_waits_for_holder(row) and not row.holder_active,
                conductor_no_manager=_waits_for_holder(row)
                and bool(row.holder_active)
                and row.holder_id not in {m.user_id for m in managers.get(row.user_id, ())},
                left=not row.active,
                mail_failed=bool(row.mail_failed),
                mail_bounced=row.user_id in back,
            ),
            status_at=instant_of(row.status_at),
            conductor=full_name(row.conductor_given, row.conductor_family),
            managers=managers.get(row.user_id, ()),
            reminders=row.reminders,
            reminded_at=instant_of(row.reminded_at),
            conversation_id=row.conversation_id,
            conductor_login=row.conductor_login,
            excuse=(row.excuse or "") if row.status == Status.EXCUSED else "",
            **_until(day(row.deadline), day(row.own_deadline)),
        )
        for row in found
    }
    return [assignments[found_id] for found_id in ids if found_id in assignments]


class _ListedAssignment(NamedTuple):
    """A row of an assignment with everything that lists show."""

    id: int
    push_id: int
    push: str
    user_id: int
    login: str
    given_name: str
    family_name: str
    email: str
    status: str
    status_at: Any
    conductor_given: str
    conductor_family: str
    active: bool
    late: bool
    mail_failed: bool
    reminders: int
    reminded_at: Any
    conversation_id: int | None
    conductor_login: str
    excuse: str | None
    own_deadline: Any
    deadline: Any
    holder_id: int | None
    holder_active: bool | None


def _until(deadline: date | None, own: date | None) -> dict[str, Any]:
    if deadline is None:
        return {}
    last = deadline_of(deadline, own)
    return {"deadline": last, "has_longer": last > deadline}


def _listed() -> Any:
    reminders = TOLD.where(N.kind == Kind.REMINDER, N.state.in_(ON_THEIR_WAY))
    of_push = N.select(ONE).where(N.push == A.push, N.recipient == A.user, _FAILED)
    of_talk = N.select(ONE).where(N.conversation == C.id, N.recipient == A.user, _FAILED)
    return (
        _EVERY.select(
            *(A.id, A.push, P.name, A.user, U.login, U.given_name, U.family_name, U.email),
            STATUS,
            *(_STATUS_AT, fn.COALESCE(H.given_name, ""), fn.COALESCE(H.family_name, ""), U.active),
            is_late(given("today")),
            exists(of_push) | exists(of_talk),
            *(
                reminders.select(COUNTED),
                reminders.select(fn.MAX(fn.COALESCE(N.sent_at, N.due_at))),
            ),
            *(C.id, fn.COALESCE(H.login, ""), A.excuse, A.own_deadline, P.deadline),
            *(H.id, H.active),
        )
        .join_from(A, H, JOIN.LEFT_OUTER, on=CONDUCTS)
        .where(among_given(A.id, "ids"))
    )


_LISTED = Prepared(_ListedAssignment, _listed)


def matching_assignments(
    of: Of, filter_: AssignmentFilter, ids: list[int], today: date
) -> frozenset[int]:
    """Return those of ``ids`` that match a filter."""
    matching = assignment_condition(of, filter_, today)
    return frozenset(column(_EVERY.select(A.id).where(matching, among(A.id, ids))))


def assignments_query() -> Any:
    """Return all assignments ``A``, joined with the tables that conditions refer to."""
    return _EVERY


def count_assignments(assignments: Assignments) -> int:
    """Return the number of assignments that match a condition."""
    return count(_EVERY.where(assignments))


def assign(push_id: int, users: Any, activity_id: int) -> int:
    """Assign the users ``U`` that match a condition; return how many were added.

    Includes users who were unassigned before: they start anew, not excused (P18). Users who are
    assigned already are left unchanged (P12).
    """
    added = U.select(Value(push_id), U.id, Value(activity_id)).where(U.active, users)
    _A.insert_from(
        # Ordered by id: rows that are inserted in order are stored next to each other.
        added.order_by(U.id),
        (_A.push, _A.user, _A.assigned_in),
    ).on_conflict(
        conflict_target=(_A.push, _A.user),
        update={
            _A.assigned_in: EXCLUDED.assigned_in_id,
            _A.unassigned_at: None,
            **dict.fromkeys((_A.excused_in, _A.excuse, _A.own_deadline)),
        },
        where=_A.unassigned_at.is_null(False),
    ).as_rowcount().execute()
    written = count(A.select().where(A.assigned_in == activity_id))
    refresh_statistics(written, "assignment")
    return written


def assigned_in(activity_id: int) -> Any:
    """Return a query of one column, ``user_id``: the users that an act assigned."""
    return A.select(A.user).where(A.assigned_in == activity_id)


def notified_and_not_done(push_id: int) -> Any:
    """Return a query of one column, ``user_id``: users notified of a push and still to talk."""
    told = TOLD.where(
        N.kind == Kind.ASSIGNED, N.state.in_((NotificationState.SENDING, NotificationState.SENT))
    )
    return _EVERY.select(A.user).where(
        A.push == push_id,
        A.unassigned_at.is_null(),
        U.active,
        IS_ASKED,
        exists(told),
    )


def unassign(assignments: Assignments, at: datetime) -> None:
    """Unassign the assignments that match a condition (P11)."""
    taken_out = _EVERY.select(A.id).where(assignments)
    _A.update(unassigned_at=at).where(_A.id.in_(taken_out)).execute()


def users_of(assignments: Assignments) -> Any:
    """Return a query of one column, ``user_id``: the users of matching assignments."""
    return _EVERY.select(A.user).where(assignments)


def users_about(activity_id: int) -> Any:
    """Return a query of one column, ``user_id``: the users whom a line of activity is about."""
    return ActivityUser.select(ActivityUser.user).where(ActivityUser.activity == activity_id)


def ids_of(assignments: Assignments, limit: int) -> list[int]:
    """Return up to ``limit`` ids of assignments that match a condition, by name."""
    found = _EVERY.select(A.id).where(assignments)
    return column(found.order_by(U.sort_name, U.id).limit(limit))


def names_of(assignments: Assignments) -> list[tuple[str, str]]:
    """Return login and full name of the users of matching assignments, by name."""
    found = _EVERY.select(U.login, U.given_name, U.family_name).where(assignments)
    return [
        (login, full_name(given, family))
        for login, given, family in found.order_by(U.sort_name, U.id).tuples()
    ]


def unassign_act(activity_id: int, at: datetime) -> None:
    """Undo an act of assigning: unassign everybody whom it assigned (N5)."""
    _A.update(unassigned_at=at).where(
        _A.assigned_in == activity_id, _A.unassigned_at.is_null()
    ).execute()


def pushes_of(user_id: int, today: date) -> list[tuple[str, Assignment]]:
    """Return the pushes of a user with their assignments, the newest first (P16)."""
    theirs = _EVERY.select(P.name, A.id).where(A.user == user_id, A.unassigned_at.is_null())
    found = list(theirs.order_by(P.id.desc()).tuples())
    listed = assignments_by_id([assignment_id for _, assignment_id in found], today)
    return [(name, assignment) for (name, _), assignment in zip(found, listed, strict=True)]


def open_pushes_of(user_id: int) -> tuple[str, ...]:
    """Return the names of the open pushes of a user, by deadline."""
    theirs = A.select(P.name).join(P, on=P.id == A.push)
    open_ = theirs.where(A.user == user_id, A.unassigned_at.is_null(), P.closed_at.is_null())
    return tuple(column(open_.order_by(P.deadline, P.id)))


def assignment_id_of(push_id: int, user_id: int) -> int | None:
    """Return the id of a user's assignment to a push, None if there is none."""
    found = _A.select(_A.id).where(_A.push == push_id, _A.user == user_id)
    assignment_id: int | None = found.where(_A.unassigned_at.is_null()).scalar()
    return assignment_id


def name_conductor(assignment_id: int, conductor_id: int | None) -> None:
    """Set the named conductor of an assignment (P10); None removes the name."""
    _A.update(conductor=conductor_id).where(_A.id == assignment_id).execute()


def named_conductor(assignment_id: int) -> int | None:
    """Return the named conductor of an assignment (P10), None if nobody is named."""
    found: int | None = _A.select(_A.conductor).where(_A.id == assignment_id).scalar()
    return found


def set_not_mine(assignment_id: int, manager_id: int, at: datetime | None) -> None:
    """Record when a manager declined an assignment as not theirs (P10); None takes it back."""
    _X.delete().where(_X.assignment == assignment_id, _X.manager == manager_id).execute()
    if at is not None:
        _X.insert(assignment=assignment_id, manager=manager_id, at=at).execute()


def who_said_not_mine(assignment_id: int) -> list[int]:
    """Return the managers who declined an assignment as not theirs (P10)."""
    return column(_X.select(_X.manager).where(_X.assignment == assignment_id))


def _waits_for_holder(row: _ListedAssignment) -> bool:
    """Return whether a conductor is named or holds a conversation that is not finished."""
    done = row.status in (Status.DONE, Status.EXCUSED)
    return row.holder_id is not None and not done


def _flags(**flags: bool) -> frozenset[Flag]:
    return frozenset(Flag(name) for name, is_set in flags.items() if is_set)
