"""Deciding on lines of the desk of changes (U7), and undoing a decision."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from studio_tui.domain.people.review import CONDUCTOR_KINDS, Decision, ReviewKind
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.storage.engine.expressions import A, C, among, column, exists
from studio_tui.storage.engine.tables import AssignmentTable, NotMine, ReviewTable
from studio_tui.storage.people.review_read import R, every

_R: Any = ReviewTable
_O: Any = ReviewTable.alias("o")
_A: Any = AssignmentTable
_X: Any = NotMine
_OF_HOLDER = (ReviewKind.MANAGER_CHANGED, *CONDUCTOR_KINDS)
"""Kinds of lines about who holds a conversation: those of one conversation are decided together."""


@dataclass(frozen=True, slots=True)
class LineOfTalk:
    """The person, push and conversation of a line that a decision may hand over."""

    id: int
    user_id: int
    push_id: int
    assignment_id: int
    conversation_id: int | None


def lines_of_talk(ids: Collection[int]) -> list[LineOfTalk]:
    """Return the subjects of these lines, ordered by push and person."""
    found = every(R.id, R.user, R.push, A.id, C.id).where(among(R.id, ids), A.id.is_null(False))
    return [LineOfTalk(*row) for row in found.order_by(R.push, R.user, R.id).tuples()]


def decide(ids: Collection[int], decision: Decision, activity_id: int, at: datetime) -> None:
    """Record a decision on these lines, and on the lines that are decided along with them.

    The named conductor and the holder until then are stored, so that the decision can be undone.
    """
    chosen = among(_R.id, ids) & _R.decided_at.is_null()
    named = A.select(A.conductor).where(A.push == _R.push, A.user == _R.user)
    holder = (
        C.select(C.conductor)
        .join(A, on=A.id == C.assignment)
        .where(A.push == _R.push, A.user == _R.user, C.cancelled_at.is_null())
    )
    with_them = _O.select().where(
        _O.user == _R.user,
        _O.push == _R.push,
        _O.decided_in == activity_id,
        (_O.kind == ReviewKind.LEFT) | (_O.kind.in_(_OF_HOLDER) & _R.kind.in_(_OF_HOLDER)),
    )
    done = {_R.decided_at: at, _R.decision: decision, _R.decided_in: activity_id}
    _R.update({**done, _R.named: named, _R.holder: holder}).where(chosen).execute()
    _R.update(done).where(_R.decided_at.is_null(), exists(with_them)).execute()


def reopen(activity_id: int) -> int:
    """Undo the decisions of an act; return the number of lines that wait again.

    A line stays decided if the same change happened again since: a newer line waits already.
    """
    since = _O.select().where(
        _O.user == _R.user,
        _O.push == _R.push,
        _O.kind == _R.kind,
        _O.decided_at.is_null(),
    )
    again = _R.update(decided_at=None, decision=None, decided_in=None, named=None, holder=None)
    return int(again.where(_R.decided_in == activity_id, ~exists(since)).execute())


def mark_notified(ids: Collection[int], at: datetime) -> None:
    """Record that the new managers of these lines were notified without a decision (N16)."""
    _R.update(told_at=at).where(among(_R.id, ids)).execute()


def acts_that_kept(ids: Collection[int]) -> list[int]:
    """Return the acts that decided to keep these lines as they are."""
    found = _R.select(_R.decided_in).where(among(_R.id, ids), _R.decision == Decision.KEEP)
    return column(found.distinct().order_by(_R.decided_in))


def name_conductors(conductors: Mapping[int, Sequence[int]]) -> None:
    """Name the conductors of assignments: ``conductors`` maps conductor ids to assignment ids."""
    for conductor_id, assignment_ids in conductors.items():
        of_them = among(_A.id, assignment_ids)
        _A.update(conductor=conductor_id).where(of_them).execute()
        _X.delete().where(
            among(_X.assignment, assignment_ids), _X.manager == conductor_id
        ).execute()


@dataclass(frozen=True, slots=True)
class FormerConductor:
    """The named conductor and the holder of a conversation before an act handed it over."""

    assignment_id: int
    conversation_id: int | None
    named_id: int | None
    holder_id: int | None
    named_now: int | None


def former_conductors(activity_id: int) -> list[FormerConductor]:
    """Return the state before an act of handing over, one entry for each conversation."""
    found = every(A.id, C.id, R.named, R.holder, A.conductor).where(
        R.decided_in == activity_id,
        R.decision == Decision.HAND_OVER,
        A.id.is_null(False),
    )
    lines = [FormerConductor(*row) for row in found.order_by(R.urgency.desc(), R.id).tuples()]
    # The more urgent of two lines about one conversation was there first: sorted last, it wins.
    return list({each.assignment_id: each for each in lines}.values())


def restore_named(formers: Sequence[FormerConductor]) -> None:
    """Restore the conductors that were named before."""
    by_named: dict[int | None, list[int]] = {}
    for each in formers:
        by_named.setdefault(each.named_id, []).append(each.assignment_id)
    for named_id, ids in by_named.items():
        _A.update(conductor=named_id).where(among(_A.id, ids)).execute()
