"""Deterministic random choices, identical on every Python version.

Each choice has its own key instead of a position in a stream. Adding a name to a list therefore
only affects the people who draw from that list.
"""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import TypeVar

from studio_tui.domain.shared.dataclass import dataclass

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class KeyedRandom:
    """Random choices that depend only on ``seed`` and their key."""

    seed: int

    def below(self, limit: int, *key: object) -> int:
        """Return an integer from 0 up to but not including ``limit``."""
        return self._draw(key) % limit

    def between(self, first: int, last: int, *key: object) -> int:
        """Return an integer from ``first`` to ``last``, both included."""
        return first + self.below(last - first + 1, *key)

    def pick(self, options: Sequence[T], *key: object) -> T:
        """Return one of ``options``."""
        return options[self.below(len(options), *key)]

    def shuffled(self, items: Iterable[T], *key: object) -> list[T]:
        """Return ``items`` in random order. Their ``str`` must be unique."""
        return sorted(items, key=lambda item: self._draw((*key, item)))

    def _draw(self, key: Iterable[object]) -> int:
        text = "\0".join(map(str, (self.seed, *key)))
        return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
