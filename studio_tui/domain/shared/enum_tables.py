"""Tables by the members of an enumeration."""

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import TypeVar

E = TypeVar("E", bound=Enum)
V = TypeVar("V")


class OfAll(dict[E, V]):
    """What is said of every member of an enumeration, or of all of some members: making it fails
    where one is left out."""

    def __init__(self, table: Mapping[E, V], members: Iterable[E] = ()) -> None:
        """``members``: those that are looked up; all, where none is named. Raises LookupError that
        names the ones without an entry."""
        super().__init__(table)
        wanted = tuple(members) or type(next(iter(table)))
        if missing := [member.name for member in wanted if member not in table]:
            raise LookupError(f"nothing is said of {', '.join(missing)}")


class OfSome(dict[E, V]):
    """What is special about some members of an enumeration; of all others ``otherwise`` holds.

    Any other table says something of every member, so that ``table[member]`` cannot fail: it is an
    `OfAll`, or a test looks at it.
    """

    def __init__(self, table: Mapping[E, V], otherwise: V) -> None:
        super().__init__(table)
        self._otherwise = otherwise

    def __missing__(self, member: E) -> V:
        """What holds for a member without an entry."""
        return self._otherwise
