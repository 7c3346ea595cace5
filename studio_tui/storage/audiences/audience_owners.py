"""The segments and pushes that store an audience, and so may use a segment (P13)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from studio_tui.domain.audiences.audience import Audience
from studio_tui.storage.audiences.conditions import audience_condition
from studio_tui.storage.audiences.segments import segments, segments_in
from studio_tui.storage.engine.expressions import A, U, both, count
from studio_tui.storage.pushes.audiences import every_stored_audience


class AudienceOwner(NamedTuple):
    """A segment or a push that stores an audience."""

    name: str
    """A description such as ``push “Review”``."""
    audience: Audience
    segment_id: int = 0
    push_id: int = 0


class FormerMeaning(NamedTuple):
    """The meaning of an audience, as a condition, before a change."""

    owner: AudienceOwner
    condition: Any


class AudienceChange(NamedTuple):
    """How many people join and leave the matches of an audience."""

    owner: str
    come: int
    go: int


def audience_owners() -> Iterator[AudienceOwner]:
    """Yield every segment and every open push that stores an audience."""
    for segment in segments():
        yield AudienceOwner(f"segment “{segment.name}”", segment.audience, segment_id=segment.id)
    for push_id, name, audience in every_stored_audience():
        yield AudienceOwner(f"push “{name}”", audience, push_id=push_id)


def used_by() -> Mapping[int, list[str]]:
    """Return the names of the direct users of each segment, by segment id."""
    found = defaultdict[int, list[str]](list)
    for owner in audience_owners():
        for segment_id in dict.fromkeys(segments_in(owner.audience)):
            found[segment_id].append(owner.name)
    return found


def meanings_using(segment_id: int) -> Sequence[FormerMeaning]:
    """Return a segment and everything that uses it, directly or not, with its current meaning."""
    every = list(audience_owners())
    concerned = {segment_id}
    while True:
        more = {
            owner.segment_id
            for owner in every
            if owner.segment_id and concerned.intersection(segments_in(owner.audience))
        }
        if more <= concerned:
            break
        concerned |= more
    return [
        FormerMeaning(owner, audience_condition(owner.audience))
        for owner in every
        if owner.segment_id == segment_id or concerned.intersection(segments_in(owner.audience))
    ]


def compared(before: Sequence[FormerMeaning]) -> Iterator[AudienceChange]:
    """Yield the audiences whose matches changed, with the numbers of people who come and go."""
    now = {(each.segment_id, each.push_id): each for each in audience_owners()}
    for owner, was in before:
        current = now[owner.segment_id, owner.push_id]
        condition = audience_condition(current.audience)
        there = U.active
        come, go = both(there, condition & ~was), both(there, was & ~condition)
        if owner.push_id:
            in_push = U.id.in_(
                A.select(A.user).where(A.push == owner.push_id, A.unassigned_at.is_null())
            )
            come, go = come & ~in_push, go & in_push
        numbers = AudienceChange(
            current.name, count(U.select().where(come)), count(U.select().where(go))
        )
        if numbers.come or numbers.go:
            yield numbers
