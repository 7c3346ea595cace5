"""Texts about audiences that screens and commands share (P13)."""

from collections.abc import Iterator, Mapping

from studio_tui.domain.audiences.reason import Reason

_HOLDS: Mapping[bool, str] = {True: "yes", False: "no"}
_JOINED: Mapping[str, str] = {"and": "all of", "or": "some of", "not": "not"}


def reason_lines(reason: Reason, depth: int = 0) -> Iterator[str]:
    """Yield a line for each part: whether it holds, its text, and the compared value."""
    found = f"  ({reason.found})" if reason.found else ""
    text = _JOINED.get(reason.text, reason.text) if reason.parts else reason.text
    yield f"{'  ' * depth}{_HOLDS[reason.holds]:<4}{text}{found}"
    for part in reason.parts:
        yield from reason_lines(part, depth + 1)
