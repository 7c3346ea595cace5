"""The changes between two versions of a template, as text (T5)."""

from collections.abc import Iterable

from textual.content import Content

from studio_tui.domain.templates.changes import Change, ChangeKind
from studio_tui.tui.text import line


def changes_text(changes: Iterable[Change], nothing: str = "Nothing.") -> Content:
    """Return the changes under headings of their places, each with a sign: +, −, ~ or ↕."""
    lines: list[Content] = []
    heading: str | None = None
    for change in changes:
        if change.where != heading:
            heading = change.where
            if heading:
                lines.append(line(heading, "$key"))
        lines += _lines(change)
    return Content("\n").join(lines) if lines else Content.styled(nothing, "$muted")


def _lines(change: Change) -> list[Content]:
    match change.kind:
        case ChangeKind.ADDED:
            return [_signed("+", change.after, "$success")]
        case ChangeKind.REMOVED:
            return [_signed("−", change.before, "$error")]
        case ChangeKind.MOVED:
            elsewhere = change.before not in ("", change.where)
            hint = f"moved, from {change.before}" if elsewhere else "moved"
            return [_signed("↕", change.after, "$warning") + line(f"  {hint}", "$muted")]
        case ChangeKind.CHANGED:
            return [
                _signed("−", change.before or "(nothing)", "$error"),
                _signed("+", change.after or "(nothing)", "$success"),
            ]


def _signed(sign: str, text: str, style: str) -> Content:
    return Content.styled(f"  {sign} ", style) + line(text)
