"""Chance that always falls the same way, on every Python.

Each choice has a key of its own instead of a place in a stream: one name more in a list changes
the people who take a name from that list, and nobody else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Chance:
    """Choices that depend on ``seed`` and their key only."""

    seed: int

    def below(self, limit: int, *key: object) -> int:
        """A whole number from 0 up to but not including ``limit``."""
        return self._draw(key) % limit

    def between(self, first: int, last: int, *key: object) -> int:
        """A whole number from ``first`` to ``last``, both included."""
        return first + self.below(last - first + 1, *key)

    def pick(self, options: Sequence[T], *key: object) -> T:
        """One of ``options``."""
        return options[self.below(len(options), *key)]

    def shuffled(self, items: Iterable[T], *key: object) -> list[T]:
        """``items`` in another order; each is told from the others by its ``str``."""
        return sorted(items, key=lambda item: self._draw((*key, item)))

    def _draw(self, key: Iterable[object]) -> int:
        text = "\0".join(map(str, (self.seed, *key)))
        return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
