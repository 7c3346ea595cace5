"""Words about audiences that screens and commands share (P13)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

_HOLDS: Mapping[bool, str] = {True: "yes", False: "no"}
_JOINED: Mapping[str, str] = {"and": "all of", "or": "some of", "not": "not"}


class Told(Protocol):
    """A part of an audience, as `services.audiences.explaining` tells it."""

    @property
    def text(self) -> str:
        """``and``, ``or``, ``not``, or a condition."""

    @property
    def holds(self) -> bool:
        """Whether it holds."""

    @property
    def found(self) -> str:
        """What a condition looked at."""

    @property
    def parts(self) -> Sequence["Told"]:
        """What is joined."""


def reason_lines(reason: Told, depth: int = 0) -> Iterator[str]:
    """A line for each part: whether it holds, what it says, and what it looked at."""
    found = f"  ({reason.found})" if reason.found else ""
    text = _JOINED.get(reason.text, reason.text) if reason.parts else reason.text
    yield f"{'  ' * depth}{_HOLDS[reason.holds]:<4}{text}{found}"
    for part in reason.parts:
        yield from reason_lines(part, depth + 1)
