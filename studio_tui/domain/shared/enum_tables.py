"""Tables by the members of an enumeration."""

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

E = TypeVar("E", bound=Enum)
V = TypeVar("V")


class OfSome(dict[E, V]):
    """What is special about some members of an enumeration; of all others ``otherwise`` holds.

    Any other table says something of every member, so that ``table[member]`` cannot fail: a test
    looks at all of them.
    """

    def __init__(self, table: Mapping[E, V], otherwise: V) -> None:
        super().__init__(table)
        self._otherwise = otherwise

    def __missing__(self, member: E) -> V:
        """What holds for a member without an entry."""
        return self._otherwise
