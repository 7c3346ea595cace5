"""The JSON of audiences: part of the contract in ``docs/commands.md``."""

from studio_tui.cli.shared.contract import Shape
from studio_tui.cli.shared.times import iso
from studio_tui.domain.audiences.reason import Reason
from studio_tui.domain.audiences.segment import Segment, SegmentSaved
from studio_tui.services.system.context import Studio


def why(of: Reason) -> Shape:
    """Return the JSON of why a user matches an audience or not."""
    return {"matches": of.holds, "tree": _tree(of)}


def segment(of: Segment) -> Shape:
    """Return the JSON of a segment."""
    return {
        "name": of.name,
        "description": of.description,
        "where": str(of.audience),
        "version": of.version,
        "used_by": list(of.used_by),
    }


def segment_version(studio: Studio, of: Segment) -> Shape:
    """Return the JSON of a version of a segment."""
    return {
        "version": of.version,
        "saved_at": iso(studio, of.saved_at),
        "saved_by": of.saved_by,
        "name": of.name,
        "description": of.description,
        "where": str(of.audience),
    }


def segment_saved(of: SegmentSaved) -> Shape:
    """Return the JSON of a segment that was added or changed, and of its effects.

    Each effect counts the people who begin and cease to match.
    """
    return {
        **segment(of.segment),
        "added": of.added,
        "effects": [{"where": each.where, "come": each.come, "go": each.go} for each in of.effects],
    }


def _tree(of: Reason) -> Shape:
    kind = "op" if of.parts else "condition"
    return {
        kind: of.text,
        "holds": of.holds,
        "found": of.found or None,
        "parts": [_tree(part) for part in of.parts],
    }
