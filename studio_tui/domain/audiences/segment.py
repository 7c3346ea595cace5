"""Segments: audiences that have a name (P13)."""

from datetime import datetime

from studio_tui.domain.audiences.audience import Audience
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Invalid
from studio_tui.domain.shared.text import MAX_NAME, clean_line

MAX_SPELLED_OUT = 500
"""Conditions of a segment with those of all segments that it names."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment, or one of its versions."""

    id: int
    name: str
    description: str
    audience: Audience
    """With the names of today; as it is kept, with those of when it was saved."""
    version: int
    saved_at: datetime | None = None
    """Of a version."""
    saved_by: str = ""
    used_by: tuple[str, ...] = ()
    """What names it, in words: ``segment “Sales”``, ``push “Review”``."""


@dataclass(frozen=True, slots=True)
class Effect:
    """Whom a change of a segment lets come and go."""

    where: str
    """``segment “Sales”``, ``push “Review”``."""
    come: int
    """How many come to match; of a push, how many of those are not in it."""
    go: int
    """How many match no longer; of a push, how many of those are in it, where they stay."""


@dataclass(frozen=True, slots=True)
class SegmentSaved:
    """What saving a segment did."""

    segment: Segment
    added: bool
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class SegmentFile:
    """A segment as a text file holds it."""

    name: str
    where: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class SegmentFiles:
    """Several segments, as one text file holds them."""

    segments: tuple[SegmentFile, ...] = ()


def clean_name(name: str) -> str:
    """The name of a segment, as it is kept; raises `Invalid`."""
    cleaned = clean_line(name)
    if not cleaned:
        raise Invalid({"name": "give the segment a name"})
    if len(cleaned) > MAX_NAME:
        raise Invalid({"name": f"at most {MAX_NAME} characters"})
    return cleaned
