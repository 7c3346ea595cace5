"""Reading and writing segments (P13)."""

from collections.abc import Collection
from typing import Any

from studio_tui.domain.audiences.audience import (
    Audience,
    Condition,
    any_of,
    conditions_of,
    decode_audience,
    encode_audience,
    with_conditions,
)
from studio_tui.domain.audiences.segment import Segment
from studio_tui.domain.audiences.words import WORDS, ValueKind
from studio_tui.domain.shared.text import fold
from studio_tui.storage.engine.expressions import among
from studio_tui.storage.engine.sql import execute
from studio_tui.storage.engine.tables import SegmentTable, SegmentVersion
from studio_tui.storage.engine.unit import is_sqlite

_S: Any = SegmentTable
_V: Any = SegmentVersion


def segments() -> list[Segment]:
    """Return all segments as stored, by name."""
    return [
        Segment(segment_id, name, description, decode_audience(audience), version)
        for segment_id, name, description, audience, version in _S.select(
            _S.id, _S.name, _S.description, _S.audience, _S.version
        )
        .order_by(_S.name_key)
        .tuples()
    ]


def versions(segment_id: int) -> list[Segment]:
    """Return the saved versions of a segment, the newest first."""
    found = _V.select(
        *(_V.name, _V.description, _V.audience, _V.version, _V.saved_at, _V.saved_by)
    ).where(_V.segment == segment_id)
    return [
        Segment(segment_id, name, text, decode_audience(audience), version, at, by)
        for name, text, audience, version, at, by in found.order_by(_V.version.desc()).tuples()
    ]


def names_of(ids: Collection[int]) -> dict[int, str]:
    """Return the names of these segments."""
    return dict(_S.select(_S.id, _S.name).where(among(_S.id, ids)).tuples())


def segments_in(audience: Audience) -> list[int]:
    """Return the ids of the segments that an audience names directly."""
    return [
        name.id
        for condition in conditions_of(audience)
        if WORDS[condition.word].names is ValueKind.SEGMENT
        for name in condition.names
        if name.id is not None
    ]


def expand_segments(audience: Audience) -> Audience:
    """Return an audience with the definitions of its segments in their place.

    A condition on a segment that does not exist, or refers to itself, stays and matches nobody.
    """
    if not segments_in(audience):
        return audience
    known = {segment.id: segment.audience for segment in segments()}
    return _expand_segments(audience, known, frozenset())


def _expand_segments(
    audience: Audience, known: dict[int, Audience], within: frozenset[int]
) -> Audience:
    def said(condition: Condition) -> Audience:
        if WORDS[condition.word].names is not ValueKind.SEGMENT:
            return condition
        ids = {name.id for name in condition.names if name.id in known} - within
        parts = [
            _expand_segments(known[each], known, within | {each})
            for each in sorted(filter(None, ids))
        ]
        return any_of(parts) if parts else condition

    return with_conditions(audience, said)


def lock_segments() -> None:
    """Lock all segments until the unit of work ends: concurrent changes could create a cycle.

    On SQLite the transaction does so by itself.
    """
    if not is_sqlite():
        execute("LOCK TABLE segment IN SHARE ROW EXCLUSIVE MODE")


def save(segment: Segment) -> int:
    """Write a segment and its version; one without an id is added. Returns the id."""
    kept = encode_audience(segment.audience)
    written = {
        "name": segment.name,
        "name_key": fold(segment.name),
        "description": segment.description,
        "audience": kept,
        "version": segment.version,
    }
    segment_id = segment.id
    if segment_id:
        _S.update(**written).where(_S.id == segment_id).execute()
    else:
        segment_id = int(_S.insert(**written).execute())
    _V.insert(
        segment=segment_id,
        version=segment.version,
        name=segment.name,
        description=segment.description,
        audience=kept,
        saved_at=segment.saved_at,
        saved_by=segment.saved_by,
    ).execute()
    return segment_id


def delete(segment_id: int) -> None:
    """Delete a segment with its versions."""
    _V.delete().where(_V.segment == segment_id).execute()
    _S.delete().where(_S.id == segment_id).execute()
