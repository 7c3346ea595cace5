"""Explanations of why a person is in an audience or not (P13)."""

from studio_tui.domain.shared.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """A part of an audience, and whether it holds for a person."""

    text: str
    """``and``, ``or``, ``not``, or the text of a condition."""
    holds: bool
    found: str = ""
    """Value that the condition was compared with: ``hired 2025-02-01``."""
    parts: tuple["Reason", ...] = ()
    """Explanations of the parts; empty for a condition."""
