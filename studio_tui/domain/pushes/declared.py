"""Objects that a file can declare: templates, segments, pushes and their repeats."""

from datetime import date

from studio_tui.domain.audiences.segment import SegmentFile
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.templates.template import Definition


@dataclass(frozen=True, slots=True)
class DeclaredPush:
    """A push that a file declares."""

    name: str
    template: str
    available_from: date
    deadline: date
    remind_before_days: tuple[int, ...] | None = None
    """None: the default of the organisation."""
    remind_after_days: tuple[int, ...] | None = None
    audience: str | None = None
    """Filter of the people to assign; None: people are picked individually."""


@dataclass(frozen=True, slots=True)
class DeclaredRepeat:
    """The repeat of a push that a file declares: either ``every`` or ``after_hire``."""

    push: str
    every: str | None = None
    after_hire: str | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """All objects that a file declares."""

    templates: tuple[Definition, ...] = ()
    segments: tuple[SegmentFile, ...] = ()
    pushes: tuple[DeclaredPush, ...] = ()
    repeats: tuple[DeclaredRepeat, ...] = ()


@dataclass(frozen=True, slots=True)
class DeclaredChange:
    """One change that applying a file makes."""

    what: str
    """Type of the object: ``template``, ``segment``, ``push`` or ``repeat``."""
    name: str
    change: str
    """Description: ``added``, or ``changed: deadline 2026-03-31 → 2026-04-15``."""
    added: int = 0
    """Number of people whom the change assigns."""
