"""Why somebody is in an audience, or is not (P13)."""

from studio_tui.domain.shared.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """A part of an audience, and whether it holds of somebody."""

    text: str
    """``and``, ``or``, ``not``, or a condition as it is written."""
    holds: bool
    found: str = ""
    """What a condition looked at: ``hired 2025-02-01``."""
    parts: tuple["Reason", ...] = ()
    """What is joined; nothing for a condition."""
