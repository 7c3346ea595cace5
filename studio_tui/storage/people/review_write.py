"""Writing the desk of changes: what changes of people mean for open pushes (U7).

`record_managers` stores who manages whom before anything is written; `put_changes` compares it
with the state afterwards. Both run in the transaction of the change, for any number of people at
once.
"""

from collections.abc import Collection, Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

from peewee import EXCLUDED, JOIN, SQL, Cast, NodeList, Select, Table, Value, fn

from studio_tui.domain.people.review import GRACE_TIME, Decision, ReviewKind
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.storage.engine.expressions import (
    EVERYBODY,
    ONE,
    A,
    C,
    H,
    P,
    U,
    among,
    count,
    exists,
    joined,
    text,
)
from studio_tui.storage.engine.sql import refresh_statistics
from studio_tui.storage.engine.tables import (
    AssignmentTable,
    CoachingTable,
    ConversationTable,
    ReviewTable,
    TeamLeader,
    TeamMember,
    TeamTable,
)
from studio_tui.storage.engine.unit import current_database, is_sqlite, unlimited_sight
from studio_tui.storage.people.managers import pairs
from studio_tui.storage.pushes.act_snapshot import begin_snapshot
from studio_tui.storage.pushes.pushes import CONDUCTS, HOLDER, IS_ASKED_FOR

_R: Any = ReviewTable
_TM: Any = TeamMember
_K: Any = CoachingTable
_T: Any = TeamTable
_TL: Any = TeamLeader
_PEOPLE: Any = Table("review_people", ("user_id",))
"""The users in a push, with a conversation still to be held, whose managers may change."""
_BEFORE: Any = Table("review_before", ("user_id", "managers"))
_AFTER: Any = Table("review_after", ("user_id", "managers"))
"""The managers of each user: their ids in order, joined by commas."""
_ADDRESSES: Any = Table("review_address", ("user_id", "email"))
_WRITTEN_AT_ONCE = 1_000
"""Rows of one statement: SQLite accepts at most 32,766 parameters."""
_MOST = 20_000
"""Number of changed users above which everybody in a push is checked."""


@dataclass(frozen=True, slots=True)
class PeopleImpact:
    """What a change of people affects: ids of users and teams that existed before it."""

    moved: frozenset[int] = frozenset()
    """Users whose teams, coaches or led teams change."""
    teams: frozenset[int] = frozenset()
    """Teams whose leaders or parent change."""
    left: frozenset[int] = frozenset()
    returned: frozenset[int] = frozenset()
    readdressed: Mapping[int, str] = field(default_factory=dict)
    """The former address of each user whose address changes."""

    @property
    def anything(self) -> bool:
        """Whether the change can affect anybody in a push."""
        groups = (self.moved, self.teams, self.left, self.returned, self.readdressed)
        return any(groups)

    @property
    def left_or_returned_users(self) -> frozenset[int]:
        """Users who left or came back: their coachees, teams and conversations are affected."""
        return self.left | self.returned


@unlimited_sight()
def is_any_waiting(at: datetime) -> bool:
    """Return whether a conversation is still to be held in any open push.

    Pushes closed shortly before ``at`` count as well.
    """
    return _still_to_talk(at, ONE).limit(1).scalar() is not None


@unlimited_sight()
def record_managers(touched: PeopleImpact, at: datetime) -> None:
    """Store who manages whom among those that ``touched`` may affect, before the change."""
    begin_snapshot(_PEOPLE, "user_id INTEGER PRIMARY KEY")
    found = _still_to_talk(at, A.user).where(_may_change(touched)).distinct()
    number = (
        _PEOPLE.insert(found, columns=(_PEOPLE.user_id,)).as_rowcount().execute(current_database())
    )
    refresh_statistics(int(number), "review_people")
    _store_managers(_BEFORE)


@unlimited_sight()
def put_changes(
    touched: PeopleImpact, added: Collection[int], activity_id: int, at: datetime
) -> int:
    """Put the consequences of a change on the desk, and remove those that it reverts.

    `record_managers` must have run before the change. ``added`` are the new users. Returns the
    number of lines added, without those that wait for a closed push to be reopened.
    """
    _store_managers(_AFTER)
    act = _Act(activity_id, at)
    act.managers_changed()
    act.conductors_lost(touched)
    act.left_or_returned(touched)
    if touched.readdressed:
        act.addresses_changed(touched.readdressed)
    _put_joined(added, act)
    of_open = _R.select().join(P, on=P.id == _R.push).where(P.closed_at.is_null())
    written = count(of_open.where(_R.activity == activity_id, _R.decided_at.is_null()))
    refresh_statistics(written, "review")
    return written


def unmatched(
    push_id: int, acts: Any, matching: Any, at: datetime, only: Collection[int] | None = None
) -> Any:
    """Return assignments ``A`` made by ``acts`` whose users no longer match ``matching`` (P13).

    The conversation is still to be held, the user is active and has no such line yet. ``only``
    limits the result to these users.
    """
    known = _R.select().where(
        _R.user == A.user,
        _R.push == A.push,
        _R.kind == ReviewKind.NO_LONGER_MATCHES,
        _R.decision.is_null() | (_R.decision != Decision.TAKEN_BACK),
    )
    asked = EVERYBODY if only is None else among(A.user, only)
    return _still_to_talk(at, *_columns(None, None)).where(
        A.push == push_id, asked, A.assigned_in.in_(acts), U.active, ~matching, ~exists(known)
    )


def put_unmatched(found: Any, activity_id: int, at: datetime) -> None:
    """Put the result of `unmatched` on the desk."""
    _Act(activity_id, at).add(ReviewKind.NO_LONGER_MATCHES, found)


def any_matching_again(push_id: int, matching: Any) -> bool:
    """Return whether anybody on the desk matches the audience of a push again."""
    waits = (_R.kind == ReviewKind.NO_LONGER_MATCHES) & _R.decided_at.is_null()
    found = _R.select(ONE).where(waits, _again(push_id, matching)).limit(1)
    return found.scalar() is not None


def take_back_matching(push_id: int, matching: Any, activity_id: int, at: datetime) -> None:
    """Remove the users who match again from the desk."""
    act = _Act(activity_id, at)
    act.take_back(ReviewKind.NO_LONGER_MATCHES, _again(push_id, matching))


def _again(push_id: int, matching: Any) -> Any:
    return (_R.push == push_id) & _R.user.in_(U.select(U.id).where(matching))


@dataclass(frozen=True, slots=True)
class _Act:
    """The act that changes people: its line of activity and its time."""

    id: int
    at: datetime

    def managers_changed(self) -> None:
        now_and_then = _compared(self.at, _BEFORE.managers, _AFTER.managers)
        self.add(
            ReviewKind.MANAGER_CHANGED,
            now_and_then.where(_BEFORE.managers != _AFTER.managers),
        )
        as_before = _R.user.in_(_recorded()) & (_R.before == _R.after)
        self.take_back(ReviewKind.MANAGER_CHANGED, as_before)

    def conductors_lost(self, touched: PeopleImpact) -> None:
        held = _compared(self.at, text(HOLDER), _AFTER.managers, HOLDER).join_from(
            A, H, on=CONDUCTS
        )
        gone = among(HOLDER, touched.left) & ~H.active
        self.add(ReviewKind.CONDUCTOR_LEFT, held.where(gone))
        managed = in_list(_BEFORE.managers, HOLDER) | among(HOLDER, touched.returned)
        stranger = H.active & managed & ~in_list(_AFTER.managers, HOLDER)
        self.add(ReviewKind.CONDUCTOR_NO_MANAGER, held.where(stranger))
        self.take_back(ReviewKind.CONDUCTOR_LEFT, among(_R.conductor, touched.returned))
        again = _AFTER.select(_AFTER.user_id).where(in_list(_AFTER.managers, _R.conductor))
        self.take_back(
            ReviewKind.CONDUCTOR_NO_MANAGER,
            _R.user.in_(_recorded()) & exists(again.where(_AFTER.user_id == _R.user)),
        )

    def left_or_returned(self, touched: PeopleImpact) -> None:
        for kind, opposite, users in (
            (ReviewKind.LEFT, ReviewKind.RETURNED, touched.left),
            (ReviewKind.RETURNED, ReviewKind.LEFT, touched.returned),
        ):
            if not users:
                continue
            waits = _R.select().where(
                _R.user == A.user,
                _R.push == A.push,
                _R.kind == opposite,
                _R.decided_at.is_null(),
            )
            found = _still_to_talk(self.at, *_columns(None, None)).where(
                among(A.user, users), ~exists(waits)
            )
            self.add(kind, found)
            self.take_back(opposite, among(_R.user, users))

    def addresses_changed(self, before: Mapping[int, str]) -> None:
        begin_snapshot(_ADDRESSES, "user_id INTEGER PRIMARY KEY", "email TEXT")
        was = _ADDRESSES
        rows, columns = list(before.items()), (was.user_id, was.email)
        for start in range(0, len(rows), _WRITTEN_AT_ONCE):
            some = rows[start : start + _WRITTEN_AT_ONCE]
            was.insert(some, columns=columns).execute(current_database())
        people = was.select(was.user_id)
        found = _still_to_talk(self.at, *_columns(was.email, U.email))
        found = found.join_from(A, was, on=was.user_id == A.user)
        self.add(ReviewKind.ADDRESS_CHANGED, found.where(A.user.in_(people)))
        as_before = _R.user.in_(people) & (fn.LOWER(_R.before) == fn.LOWER(_R.after))
        self.take_back(ReviewKind.ADDRESS_CHANGED, as_before)

    def add(self, kind: ReviewKind, found: Any) -> None:
        """Add a line for each row of ``found``; a waiting line is updated and reported anew."""
        facts = (Value(kind), Value(kind.urgency), Value(self.at), Value(self.id))
        _R.insert_from(
            # SQLite reads ON as part of a join unless a condition precedes it.
            found.select_extend(*facts).where(SQL("TRUE")),
            (
                *(_R.user, _R.push, _R.conductor, _R.before, _R.after),
                *(_R.kind, _R.urgency, _R.since, _R.activity),
            ),
        ).on_conflict(
            conflict_target=(_R.user, _R.push, _R.kind),
            conflict_where=_R.decided_at.is_null(),
            update={
                _R.conductor: EXCLUDED.conductor_id,
                _R.after: EXCLUDED.after,
                _R.activity: EXCLUDED.activity_id,
                _R.told_at: None,
            },
        ).as_rowcount().execute()

    def take_back(self, kind: ReviewKind, which: Any) -> None:
        """Remove waiting lines whose reason was reverted: nobody has to decide on them."""
        _R.update(decided_at=self.at, decision=Decision.TAKEN_BACK, decided_in=self.id).where(
            _R.kind == kind, _R.decided_at.is_null(), which
        ).execute()


def _put_joined(added: Collection[int], act: _Act) -> None:
    """Propose new users for the pushes that somebody of their team is in (U7)."""
    if not added:
        return
    of_team: Any = TeamMember.alias("m")
    asked = _still_to_talk(act.at, of_team.team, A.push).join_from(
        A, of_team, on=of_team.user == A.user
    )
    asked = asked.where(U.active).distinct().alias("asked")
    other: Any = AssignmentTable.alias("o")
    was_in = other.select().where(other.push == asked.c.push_id, other.user == _TM.user)
    found = (
        _TM.select(
            _TM.user, asked.c.push_id, SQL("CAST(NULL AS INTEGER)"), SQL("CAST(NULL AS TEXT)"),
            fn.MIN(_T.path),
        )
        .join(asked, on=asked.c.team_id == _TM.team)
        .join_from(_TM, _T, on=_T.id == _TM.team)
        .where(among(_TM.user, added), ~exists(was_in))
        .group_by(_TM.user, asked.c.push_id)
    )  # fmt: skip
    act.add(ReviewKind.JOINED, found)


def _still_to_talk(at: datetime, *columns: Any) -> Any:
    """Select assignments ``A`` whose conversation is still to be held.

    Includes pushes that were closed shortly before ``at``.
    """
    remembered = P.closed_at.is_null() | (P.closed_at > at - GRACE_TIME)
    return (
        A.select(*columns)
        .join(P, on=P.id == A.push)
        .join_from(A, U, on=U.id == A.user)
        .join_from(A, C, JOIN.LEFT_OUTER, on=IS_ASKED_FOR)
        .where(A.unassigned_at.is_null(), remembered, C.finished_at.is_null())
    )


def _columns(before: Any, after: Any, conductor: Any = None) -> tuple[Any, ...]:
    """Return the columns of a line; None becomes NULL."""
    nobody = SQL("CAST(NULL AS INTEGER)") if conductor is None else conductor
    told = (SQL("CAST(NULL AS TEXT)") if each is None else each for each in (before, after))
    return (A.user, A.push, nobody, *told)


def _compared(at: datetime, before: Any, after: Any, conductor: Any = None) -> Any:
    """Select the users that `record_managers` found, with their managers before and after."""
    return (
        _still_to_talk(at, *_columns(before, after, conductor))
        .join_from(A, _BEFORE, on=_BEFORE.user_id == A.user)
        .join_from(A, _AFTER, on=_AFTER.user_id == A.user)
        # So that SQLite looks these up by index instead of scanning everybody in a push.
        .where(A.user.in_(_recorded()))
    )


def _recorded() -> Any:
    """Select the users that `record_managers` found."""
    return _PEOPLE.select(_PEOPLE.user_id)


def _may_change(touched: PeopleImpact) -> Any:
    """Return the condition of users whose managers or conductors a change may affect."""
    people, held = touched.moved | touched.left_or_returned_users, touched.left_or_returned_users
    if len(people) > _MOST:
        return EVERYBODY
    # Each by its own index: joined by OR, everybody in a push would be scanned.
    found = U.select(U.id).where(among(U.id, people))
    if held:
        named: Any = AssignmentTable.alias("n")
        talks: Any = ConversationTable.alias("t")
        found |= named.select(named.user).where(among(named.conductor, held))
        found |= talks.select(talks.user).where(among(talks.conductor, held))
        found |= _K.select(_K.user).where(among(_K.coach, held))
    if touched.teams:
        found |= _TM.select(_TM.user).where(among(_TM.team, touched.teams))
        found |= U.select(U.id).where(U.id.in_(_leaders_below(touched.teams)))
    return A.user.in_(found)


def _leaders_below(teams: Collection[int]) -> Any:
    """Select the leaders of these teams and of teams below.

    Leaders count because a sole leader is managed from above (U4).
    """
    given = _T.select(_T.id).where(among(_T.id, teams)).cte("below", True, ("team_id",))
    under = _T.select(_T.id).join(given, on=_T.parent == given.c.team_id)
    below = given.union(under)
    return _TL.select(_TL.user).join(below, on=below.c.team_id == _TL.team).with_cte(below)


def _store_managers(table: Any) -> None:
    """Store the current managers of `_PEOPLE` in ``table``."""
    begin_snapshot(table, "user_id INTEGER PRIMARY KEY", "managers TEXT")
    # Ordered, so that equal lists are equal texts.
    found = pairs(_PEOPLE.select(_PEOPLE.user_id), stand_ins=False).alias("found")
    ordered = Select((found,), (found.c.user_id, found.c.manager_id)).order_by(
        found.c.user_id, found.c.manager_id
    )
    each = ordered.alias("each_of")
    ids = Cast(each.c.manager_id, "TEXT")
    listed = fn.GROUP_CONCAT(ids, ",") if is_sqlite() else fn.STRING_AGG(ids, ",")
    having = Select((each,), (each.c.user_id, listed.alias("managers"))).group_by(each.c.user_id)
    having = having.alias("having")
    kept = _PEOPLE.select(_PEOPLE.user_id, fn.COALESCE(having.c.managers, "")).join(
        having, JOIN.LEFT_OUTER, on=having.c.user_id == _PEOPLE.user_id
    )
    columns = (table.user_id, table.managers)
    table.insert(kept, columns=columns).as_rowcount().execute(current_database())


def in_list(listed: Any, user_id: Any) -> Any:
    """Return the condition that a comma-separated list contains an id."""
    return NodeList((joined(",", listed, ","), SQL("LIKE"), joined("%,", user_id, ",%")))
