"""Segments: named audiences (P13)."""

from datetime import datetime

from studio_tui.domain.audiences.audience import Audience
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Invalid
from studio_tui.domain.shared.text import MAX_NAME, clean_line

MAX_SPELLED_OUT = 500
"""Maximum number of conditions of a segment, including those of the segments it refers to."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment, or one of its versions."""

    id: int
    name: str
    description: str
    audience: Audience
    """The audience with current names. In the database, names are those at the time of saving."""
    version: int
    saved_at: datetime | None = None
    """When this version was saved; None for the segment itself."""
    saved_by: str = ""
    used_by: tuple[str, ...] = ()
    """Objects that refer to the segment: ``segment “Sales”``, ``push “Review”``."""


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect of changing a segment on a push or another segment."""

    where: str
    """Object that is affected: ``segment “Sales”``, ``push “Review”``."""
    come: int
    """How many people newly match; for a push, how many of these are not in it."""
    go: int
    """How many people no longer match; for a push, how many of these are in it, and stay there."""


@dataclass(frozen=True, slots=True)
class SegmentSaved:
    """The result of saving a segment."""

    segment: Segment
    added: bool
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class SegmentFile:
    """A segment in a text file."""

    name: str
    where: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class SegmentFiles:
    """Several segments in one text file."""

    segments: tuple[SegmentFile, ...] = ()


def clean_name(name: str) -> str:
    """Return the name of a segment in its stored form. Raises `Invalid` if it is unusable."""
    cleaned = clean_line(name)
    if not cleaned:
        raise Invalid({"name": "give the segment a name"})
    if len(cleaned) > MAX_NAME:
        raise Invalid({"name": f"at most {MAX_NAME} characters"})
    return cleaned
