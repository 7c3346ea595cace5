"""The segments and pushes that store an audience, and so may use a segment (P13)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from studio_tui.domain.audiences.audience import Audience
from studio_tui.storage.audiences.conditions import audience_condition
from studio_tui.storage.audiences.segments import segments, segments_in
from studio_tui.storage.engine.expressions import A, U, both, count
from studio_tui.storage.pushes.audiences import every_stored_audience


class AudienceKeeper(NamedTuple):
    """A segment or a push that stores an audience."""

    name: str
    """A description such as ``push “Review”``."""
    audience: Audience
    segment_id: int = 0
    push_id: int = 0


class FormerMeaning(NamedTuple):
    """The meaning of an audience, as a condition, before a change."""

    keeper: AudienceKeeper
    condition: Any


class AudienceChange(NamedTuple):
    """How many people join and leave the matches of an audience."""

    keeper: str
    come: int
    go: int


def keepers() -> Iterator[AudienceKeeper]:
    """Yield every segment and every open push that stores an audience."""
    for segment in segments():
        yield AudienceKeeper(f"segment “{segment.name}”", segment.audience, segment_id=segment.id)
    for push_id, name, audience in every_stored_audience():
        yield AudienceKeeper(f"push “{name}”", audience, push_id=push_id)


def used_by() -> Mapping[int, list[str]]:
    """Return the names of the direct users of each segment, by segment id."""
    found = defaultdict[int, list[str]](list)
    for keeper in keepers():
        for segment_id in dict.fromkeys(segments_in(keeper.audience)):
            found[segment_id].append(keeper.name)
    return found


def meanings_using(segment_id: int) -> Sequence[FormerMeaning]:
    """Return a segment and everything that uses it, directly or not, with its current meaning."""
    every = list(keepers())
    concerned = {segment_id}
    while True:
        more = {
            keeper.segment_id
            for keeper in every
            if keeper.segment_id and concerned.intersection(segments_in(keeper.audience))
        }
        if more <= concerned:
            break
        concerned |= more
    return [
        FormerMeaning(keeper, audience_condition(keeper.audience))
        for keeper in every
        if keeper.segment_id == segment_id or concerned.intersection(segments_in(keeper.audience))
    ]


def compared(before: Sequence[FormerMeaning]) -> Iterator[AudienceChange]:
    """Yield the audiences whose matches changed, with the numbers of people who come and go."""
    now = {(each.segment_id, each.push_id): each for each in keepers()}
    for keeper, was in before:
        current = now[keeper.segment_id, keeper.push_id]
        condition = audience_condition(current.audience)
        there = U.active
        come, go = both(there, condition & ~was), both(there, was & ~condition)
        if keeper.push_id:
            in_push = U.id.in_(
                A.select(A.user).where(A.push == keeper.push_id, A.unassigned_at.is_null())
            )
            come, go = come & ~in_push, go & in_push
        numbers = AudienceChange(
            current.name, count(U.select().where(come)), count(U.select().where(go))
        )
        if numbers.come or numbers.go:
            yield numbers
