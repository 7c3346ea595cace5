"""The audiences of pushes: whom each is for beside those who were picked (P13)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.audiences.audience import Audience, kept_audience, kept_text
from studio_tui.storage.audiences.conditions import audience_condition, who_of
from studio_tui.storage.engine.expressions import ACT, ONE, A, U, among, column, count, exists
from studio_tui.storage.engine.tables import ActivityUser, PushTable
from studio_tui.storage.people import review_write

_P: Any = PushTable


def kept(push_id: int) -> Audience | None:
    """The audience of a push, with the names it was set by; None where it has none."""
    found = _P.select(_P.audience).where(_P.id == push_id).scalar()
    return kept_audience(found) if found else None


def keep(push_id: int, audience: Audience | None, seen_on: date) -> None:
    """Set the audience of a push, which is locked, and that it was looked at on a day (A4)."""
    text = kept_text(audience) if audience else None
    changed = _P.update(audience=text, audience_on=seen_on, version=_P.version + 1)
    changed.where(_P.id == push_id).execute()


def with_audience(unseen_on: date | None = None) -> list[int]:
    """The pushes that are not closed and have an audience; of these, those that were not looked at
    on a day."""
    found = _P.select(_P.id).where(_P.audience.is_null(False), _P.closed_at.is_null())
    if unseen_on is not None:
        found = found.where(_P.audience_on.is_null() | (_P.audience_on < unseen_on))
    return [push_id for (push_id,) in found.order_by(_P.id).tuples()]


def every_kept() -> list[tuple[int, str, Audience]]:
    """The id, the name and the audience of each push that is not closed and has one."""
    found = _P.select(_P.id, _P.name, _P.audience).where(
        _P.audience.is_null(False), _P.closed_at.is_null()
    )
    return [
        (push_id, name, kept_audience(text))
        for push_id, name, text in found.order_by(_P.id).tuples()
    ]


def mark_seen(push_id: int, day: date) -> None:
    """Write that the audience of a push was looked at on a day."""
    _P.update(audience_on=day).where(_P.id == push_id).execute()


def look_again() -> None:
    """Let all audiences be looked at once more on this day, by whoever looks next."""
    _P.update(audience_on=None).where(_P.audience.is_null(False)).execute()


def matching(audience: Audience, only: Collection[int] | None = None) -> Any:
    """The users ``U`` who are in an audience, of ``only`` these where it is given: these are asked
    one by one."""
    if only is None:
        return audience_condition(audience)
    return among(U.id, who_of(audience, only))


def newcomers(push_id: int, matching: Any) -> Any:
    """Those of the users ``U`` who are ``matching`` who are there and were never in a push: whoever
    was taken out of it stays out."""
    was_in = A.select(ONE).where(A.push == push_id, A.user == U.id)
    return matching & U.active & ~exists(was_in)


def picked(push_id: int) -> Any:
    """The users ``U`` who are in a push, and not by its audience."""
    there = A.select(A.user).where(A.push == push_id, A.unassigned_at.is_null())
    return U.id.in_(there.where(A.assigned_in.not_in(_acts(push_id))))


def count_there(users: Any) -> int:
    """How many of the users ``U`` of whom a condition holds are there."""
    return count(U.select().where(U.active, users))


@dataclass(frozen=True, slots=True)
class AudienceChanges:
    """What an audience changes in a push."""

    joining: bool
    """Whether anybody comes in."""
    leaving: int
    """How many who came in by it are in it no longer, and are not told of yet."""
    again: bool
    """Whether anybody of whom that was told is in it after all."""

    @property
    def anything(self) -> bool:
        """Whether there is anything to do."""
        return self.joining or self.again or self.leaving > 0


def people_of(activity_id: int, most: int) -> list[int] | None:
    """Whom an act is about, None where they are more than ``most``."""
    about = ActivityUser.select(ActivityUser.user).where(ActivityUser.activity == activity_id)
    found = column(about.limit(most + 1))
    return found if len(found) <= most else None


def changes(
    push_id: int, matching: Any, at: datetime, only: Collection[int] | None = None
) -> AudienceChanges:
    """What an audience, the users ``U`` who are ``matching``, changes in a push; where ``only``
    some users are looked at, for these."""
    joining = U.select(ONE).where(newcomers(push_id, matching)).limit(1).scalar()
    return AudienceChanges(
        joining is not None,
        count(review_write.unmatched(push_id, _acts(push_id), matching, at, only)),
        review_write.any_matching_again(push_id, matching),
    )


def tell_desk(
    push_id: int,
    matching: Any,
    activity_id: int,
    at: datetime,
    only: Collection[int] | None = None,
) -> None:
    """Put on the desk of changes who is in the audience no longer, and take from it who is in it
    after all (U7)."""
    unmatched = review_write.unmatched(push_id, _acts(push_id), matching, at, only)
    review_write.put_unmatched(unmatched, activity_id, at)
    review_write.take_back_matching(push_id, matching, activity_id, at)


def _acts(push_id: int) -> Any:
    """The acts by which an audience brought people into a push."""
    return ACT.select(ACT.id).where(ACT.push == push_id, ACT.action == Verb.JOIN)
