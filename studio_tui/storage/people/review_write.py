"""What changes of people do to who is in a push that is not closed (U7), for any number at once.

`look` keeps who manages whom before anything is written, `put` compares it with what there is
afterwards. Both happen in the transaction of the change.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from peewee import EXCLUDED, JOIN, SQL, Cast, NodeList, Select, Table, Value, fn

from studio_tui.domain.people.review import REMEMBERED, Decision, ReviewKind
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
from studio_tui.storage.engine.sql import learn
from studio_tui.storage.engine.tables import (
    AssignmentTable,
    CoachingTable,
    ConversationTable,
    ReviewTable,
    TeamLeader,
    TeamMember,
    TeamTable,
)
from studio_tui.storage.engine.unit import is_sqlite, spoken_to, whole
from studio_tui.storage.people.managers import pairs
from studio_tui.storage.pushes.act_snapshot import begin_snapshot
from studio_tui.storage.pushes.pushes import CONDUCTS, HOLDER, IS_ASKED_FOR

_R: Any = ReviewTable
_TM: Any = TeamMember
_K: Any = CoachingTable
_T: Any = TeamTable
_TL: Any = TeamLeader
_PEOPLE: Any = Table("review_people", ("user_id",))
"""Whose managers may change, of those who are in a push and have still to talk."""
_BEFORE: Any = Table("review_before", ("user_id", "managers"))
_AFTER: Any = Table("review_after", ("user_id", "managers"))
"""The managers of each: their ids in order, joined by commas."""
_ADDRESSES: Any = Table("review_address", ("user_id", "email"))
_WRITTEN_AT_ONCE = 1_000
"""Rows of one statement: SQLite takes no more parameters than 32,766."""
_MOST = 20_000
"""Where more are touched, everybody in a push is looked at."""


@dataclass(frozen=True, slots=True)
class Touched:
    """Whom and what a change touches: ids, of users who were there before it."""

    moved: frozenset[int] = frozenset()
    """Whose teams, coaches or teams led change."""
    teams: frozenset[int] = frozenset()
    """Whose leaders change, or what they stand under."""
    left: frozenset[int] = frozenset()
    returned: frozenset[int] = frozenset()
    readdressed: Mapping[int, str] = field(default_factory=dict)
    """The address that each had before."""

    @property
    def anything(self) -> bool:
        """Whether it can matter to anybody in a push."""
        groups = (self.moved, self.teams, self.left, self.returned, self.readdressed)
        return any(groups)

    @property
    def come_or_go(self) -> frozenset[int]:
        """Who left or came back: what they lead, coach and hold is touched with them."""
        return self.left | self.returned


@whole()
def anybody_waits(at: datetime) -> bool:
    """Whether anybody has still to talk who is in a push that is not closed, or was not long
    before ``at``."""
    return _waiting(at, ONE).limit(1).scalar() is not None


@whole()
def look(touched: Touched, at: datetime) -> None:
    """Keep who manages whom of all that ``touched`` may change at this instant, before it does."""
    begin_snapshot(_PEOPLE, "user_id INTEGER PRIMARY KEY")
    found = _waiting(at, A.user).where(_may_change(touched)).distinct()
    number = _PEOPLE.insert(found, columns=(_PEOPLE.user_id,)).as_rowcount().execute(spoken_to())
    learn(int(number), "review_people")
    _keep_managers(_BEFORE)


@whole()
def put(touched: Touched, added: Collection[int], activity_id: int, at: datetime) -> int:
    """Put on the desk what the change did, and take from it what it took back; `look` was asked
    before. ``added``: who is new. Returns how many lines it put there, those aside that wait for a
    closed push to be opened again."""
    _keep_managers(_AFTER)
    act = _Act(activity_id, at)
    act.managers_changed()
    act.conductors_lost(touched)
    act.left_or_returned(touched)
    if touched.readdressed:
        act.addresses_changed(touched.readdressed)
    _put_joined(added, act)
    of_open = _R.select().join(P, on=P.id == _R.push).where(P.closed_at.is_null())
    written = count(of_open.where(_R.activity == activity_id, _R.decided_at.is_null()))
    learn(written, "review")
    return written


def unmatched(
    push_id: int, acts: Any, matching: Any, at: datetime, only: Collection[int] | None = None
) -> Any:
    """Who came into a push by one of ``acts``, has still to talk, is none of the users ``U`` who
    are ``matching``, and is not told of yet; of ``only`` these users: assignments ``A`` (P13)."""
    known = _R.select().where(
        _R.user == A.user,
        _R.push == A.push,
        _R.kind == ReviewKind.NO_LONGER_MATCHES,
        _R.decision.is_null() | (_R.decision != Decision.TAKEN_BACK),
    )
    asked = EVERYBODY if only is None else among(A.user, only)
    return _waiting(at, *_columns(None, None)).where(
        A.push == push_id, asked, A.assigned_in.in_(acts), U.active, ~matching, ~exists(known)
    )


def put_unmatched(found: Any, activity_id: int, at: datetime) -> None:
    """Put those who are `unmatched` on the desk."""
    _Act(activity_id, at).add(ReviewKind.NO_LONGER_MATCHES, found)


def any_matching_again(push_id: int, matching: Any) -> bool:
    """Whether anybody on the desk is in the audience of a push after all."""
    waits = (_R.kind == ReviewKind.NO_LONGER_MATCHES) & _R.decided_at.is_null()
    found = _R.select(ONE).where(waits, _again(push_id, matching)).limit(1)
    return found.scalar() is not None


def take_back_matching(push_id: int, matching: Any, activity_id: int, at: datetime) -> None:
    """Take these from the desk."""
    act = _Act(activity_id, at)
    act.take_back(ReviewKind.NO_LONGER_MATCHES, _again(push_id, matching))


def _again(push_id: int, matching: Any) -> Any:
    return (_R.push == push_id) & _R.user.in_(U.select(U.id).where(matching))


@dataclass(frozen=True, slots=True)
class _Act:
    """The act that changes people: its line of activity, and when."""

    id: int
    at: datetime

    def managers_changed(self) -> None:
        now_and_then = _compared(self.at, _BEFORE.managers, _AFTER.managers)
        self.add(
            ReviewKind.MANAGER_CHANGED,
            now_and_then.where(_BEFORE.managers != _AFTER.managers),
        )
        as_before = _R.user.in_(_looked_at()) & (_R.before == _R.after)
        self.take_back(ReviewKind.MANAGER_CHANGED, as_before)

    def conductors_lost(self, touched: Touched) -> None:
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
            _R.user.in_(_looked_at()) & exists(again.where(_AFTER.user_id == _R.user)),
        )

    def left_or_returned(self, touched: Touched) -> None:
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
            found = _waiting(self.at, *_columns(None, None)).where(
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
            was.insert(some, columns=columns).execute(spoken_to())
        people = was.select(was.user_id)
        found = _waiting(self.at, *_columns(was.email, U.email))
        found = found.join_from(A, was, on=was.user_id == A.user)
        self.add(ReviewKind.ADDRESS_CHANGED, found.where(A.user.in_(people)))
        as_before = _R.user.in_(people) & (fn.LOWER(_R.before) == fn.LOWER(_R.after))
        self.take_back(ReviewKind.ADDRESS_CHANGED, as_before)

    def add(self, kind: ReviewKind, found: Any) -> None:
        """Add a line for each that is ``found``, or tell of it anew where there is one."""
        facts = (Value(kind), Value(kind.urgency), Value(self.at), Value(self.id))
        _R.insert_from(
            # SQLite takes ON for that of a join unless there is a condition before it.
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
        """Take from the desk what is as it was before: nobody has to decide on it."""
        _R.update(decided_at=self.at, decision=Decision.TAKEN_BACK, decided_in=self.id).where(
            _R.kind == kind, _R.decided_at.is_null(), which
        ).execute()


def _put_joined(added: Collection[int], act: _Act) -> None:
    """Offer who is new to the pushes that somebody of their team is in (U7)."""
    if not added:
        return
    of_team: Any = TeamMember.alias("m")
    asked = _waiting(act.at, of_team.team, A.push).join_from(A, of_team, on=of_team.user == A.user)
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


def _waiting(at: datetime, *columns: Any) -> Any:
    """Who has still to talk and is in a push that is not closed, or was not long before ``at``:
    assignments ``A``."""
    remembered = P.closed_at.is_null() | (P.closed_at > at - REMEMBERED)
    return (
        A.select(*columns)
        .join(P, on=P.id == A.push)
        .join_from(A, U, on=U.id == A.user)
        .join_from(A, C, JOIN.LEFT_OUTER, on=IS_ASKED_FOR)
        .where(A.unassigned_at.is_null(), remembered, C.finished_at.is_null())
    )


def _columns(before: Any, after: Any, conductor: Any = None) -> tuple[Any, ...]:
    """What a line tells; None where there is nothing to tell."""
    nobody = SQL("CAST(NULL AS INTEGER)") if conductor is None else conductor
    told = (SQL("CAST(NULL AS TEXT)") if each is None else each for each in (before, after))
    return (A.user, A.push, nobody, *told)


def _compared(at: datetime, before: Any, after: Any, conductor: Any = None) -> Any:
    """Those whom `look` found, with their managers before and after."""
    return (
        _waiting(at, *_columns(before, after, conductor))
        .join_from(A, _BEFORE, on=_BEFORE.user_id == A.user)
        .join_from(A, _AFTER, on=_AFTER.user_id == A.user)
        # So that SQLite looks these up, and does not go through everybody in a push.
        .where(A.user.in_(_looked_at()))
    )


def _looked_at() -> Any:
    """Those whom `look` found."""
    return _PEOPLE.select(_PEOPLE.user_id)


def _may_change(touched: Touched) -> Any:
    """Whose managers, or who is to hold their conversation, a change may touch."""
    people, held = touched.moved | touched.come_or_go, touched.come_or_go
    if len(people) > _MOST:
        return EVERYBODY
    # Each by its own index: joined by OR, everybody in a push would be looked at.
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
    """Who leads one of these teams or one below: who leads alone is managed from above (U4)."""
    given = _T.select(_T.id).where(among(_T.id, teams)).cte("below", True, ("team_id",))
    under = _T.select(_T.id).join(given, on=_T.parent == given.c.team_id)
    below = given.union(under)
    return _TL.select(_TL.user).join(below, on=below.c.team_id == _TL.team).with_cte(below)


def _keep_managers(table: Any) -> None:
    """Keep the managers of `_PEOPLE` in ``table``, as they are."""
    begin_snapshot(table, "user_id INTEGER PRIMARY KEY", "managers TEXT")
    # In an order, so that equal lists are equal texts.
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
    table.insert(kept, columns=columns).as_rowcount().execute(spoken_to())


def in_list(listed: Any, user_id: Any) -> Any:
    """Whether a list of ids, joined by commas, holds one."""
    return NodeList((joined(",", listed, ","), SQL("LIKE"), joined("%,", user_id, ",%")))
