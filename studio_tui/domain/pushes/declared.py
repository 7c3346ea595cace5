"""What can be declared in a file: templates, segments, pushes and how these come again."""

from datetime import date

from studio_tui.domain.audiences.segment import SegmentFile
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.templates.template import Definition


@dataclass(frozen=True, slots=True)
class DeclaredPush:
    """A push as a file has it."""

    name: str
    template: str
    available_from: date
    deadline: date
    remind_before_days: tuple[int, ...] | None = None
    """None: the organisation's."""
    remind_after_days: tuple[int, ...] | None = None
    audience: str | None = None
    """A filter; None: for those who were picked."""


@dataclass(frozen=True, slots=True)
class DeclaredRepeat:
    """How a push comes again, as a file has it: ``every`` or ``after_hire``."""

    push: str
    every: str | None = None
    after_hire: str | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """All that a file declares."""

    templates: tuple[Definition, ...] = ()
    segments: tuple[SegmentFile, ...] = ()
    pushes: tuple[DeclaredPush, ...] = ()
    repeats: tuple[DeclaredRepeat, ...] = ()


@dataclass(frozen=True, slots=True)
class DeclaredChange:
    """One thing that applying a file changes."""

    what: str
    """``template``, ``segment``, ``push`` or ``repeat``."""
    name: str
    change: str
    """``added``, or ``changed: deadline 2026-03-31 → 2026-04-15``."""
    added: int = 0
    """How many people it assigns."""
