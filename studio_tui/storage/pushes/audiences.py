"""The audiences of pushes: who joins a push besides those who were picked (P13)."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.audiences.audience import Audience, decode_audience, encode_audience
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.storage.audiences.conditions import audience_condition, matching_ids
from studio_tui.storage.engine.expressions import ACT, ONE, A, U, among, column, count, exists
from studio_tui.storage.engine.tables import ActivityUser, PushTable
from studio_tui.storage.people import review_write

_P: Any = PushTable


def stored_audience(push_id: int) -> Audience | None:
    """Return the audience of a push, with the names it was set by; None if it has none."""
    found = _P.select(_P.audience).where(_P.id == push_id).scalar()
    return decode_audience(found) if found else None


def store_audience(push_id: int, audience: Audience | None, seen_on: date) -> None:
    """Set the audience of a locked push, and the day on which it was applied (A4)."""
    text = encode_audience(audience) if audience else None
    changed = _P.update(audience=text, audience_on=seen_on, version=_P.version + 1)
    changed.where(_P.id == push_id).execute()


def with_audience(unseen_on: date | None = None) -> list[int]:
    """Return the ids of the open pushes that have an audience.

    With ``unseen_on``, only those whose audience was not applied on that day or later.
    """
    found = _P.select(_P.id).where(_P.audience.is_null(False), _P.closed_at.is_null())
    if unseen_on is not None:
        found = found.where(_P.audience_on.is_null() | (_P.audience_on < unseen_on))
    return [push_id for (push_id,) in found.order_by(_P.id).tuples()]


def every_stored_audience() -> list[tuple[int, str, Audience]]:
    """Return the id, name and audience of each open push that has an audience."""
    found = _P.select(_P.id, _P.name, _P.audience).where(
        _P.audience.is_null(False), _P.closed_at.is_null()
    )
    return [
        (push_id, name, decode_audience(text))
        for push_id, name, text in found.order_by(_P.id).tuples()
    ]


def mark_seen(push_id: int, day: date) -> None:
    """Record that the audience of a push was applied on a day."""
    _P.update(audience_on=day).where(_P.id == push_id).execute()


def mark_unseen() -> None:
    """Mark all audiences as not applied, so that the next daily job applies them again today."""
    _P.update(audience_on=None).where(_P.audience.is_null(False)).execute()


def matching(audience: Audience, only: Collection[int] | None = None) -> Any:
    """Return the condition that users ``U`` are in an audience.

    ``only`` restricts it to these users, who are then checked one by one.
    """
    if only is None:
        return audience_condition(audience)
    return among(U.id, matching_ids(audience, only))


def newcomers(push_id: int, matching: Any) -> Any:
    """Return the condition of active users ``U`` who match and were never in the push.

    A user who was unassigned stays out.
    """
    was_in = A.select(ONE).where(A.push == push_id, A.user == U.id)
    return matching & U.active & ~exists(was_in)


def picked(push_id: int) -> Any:
    """Return the condition of users ``U`` who are in a push, but not by its audience."""
    there = A.select(A.user).where(A.push == push_id, A.unassigned_at.is_null())
    return U.id.in_(there.where(A.assigned_in.not_in(_acts(push_id))))


def count_active(users: Any) -> int:
    """Return the number of active users ``U`` that match a condition."""
    return count(U.select().where(U.active, users))


@dataclass(frozen=True, slots=True)
class AudienceChanges:
    """What applying an audience would change in a push."""

    joining: bool
    """Whether anybody joins."""
    leaving: int
    """Number of people who joined by the audience, no longer match, and are not on the desk yet."""
    again: bool
    """Whether anybody on the desk matches the audience again."""

    @property
    def anything(self) -> bool:
        """Whether there is anything to change."""
        return self.joining or self.again or self.leaving > 0


def people_of(activity_id: int, most: int) -> list[int] | None:
    """Return the ids of the users whom an act is about, None if there are more than ``most``."""
    about = ActivityUser.select(ActivityUser.user).where(ActivityUser.activity == activity_id)
    found = column(about.limit(most + 1))
    return found if len(found) <= most else None


def changes(
    push_id: int, matching: Any, at: datetime, only: Collection[int] | None = None
) -> AudienceChanges:
    """Return what an audience changes in a push; with ``only``, among these users.

    ``matching`` is the audience as a condition on the users ``U``.
    """
    joining = U.select(ONE).where(newcomers(push_id, matching)).limit(1).scalar()
    return AudienceChanges(
        joining is not None,
        count(review_write.unmatched(push_id, _acts(push_id), matching, at, only)),
        review_write.any_matching_again(push_id, matching),
    )


def update_desk(
    push_id: int,
    matching: Any,
    activity_id: int,
    at: datetime,
    only: Collection[int] | None = None,
) -> None:
    """Update the desk of changes for an audience (U7).

    Puts those who no longer match on the desk, and removes those who match again.
    """
    unmatched = review_write.unmatched(push_id, _acts(push_id), matching, at, only)
    review_write.put_unmatched(unmatched, activity_id, at)
    review_write.take_back_matching(push_id, matching, activity_id, at)


def _acts(push_id: int) -> Any:
    """Select the acts by which an audience added people to a push."""
    return ACT.select(ACT.id).where(ACT.push == push_id, ACT.action == Verb.JOIN)
