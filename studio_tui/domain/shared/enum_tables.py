"""Mappings whose keys are the members of an enumeration."""

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import TypeVar

E = TypeVar("E", bound=Enum)
V = TypeVar("V")


class CompleteTable(dict[E, V]):
    """A mapping with an entry for every member of an enumeration, or for all of ``members``.

    The constructor fails if an entry is missing.
    """

    def __init__(self, table: Mapping[E, V], members: Iterable[E] = ()) -> None:
        """Check that ``table`` has all ``members``; without ``members``, all of the enumeration.

        Raises LookupError that names the members without an entry.
        """
        super().__init__(table)
        wanted = tuple(members) or type(next(iter(table)))
        if missing := [member.name for member in wanted if member not in table]:
            raise LookupError(f"nothing is said of {', '.join(missing)}")


class DefaultTable(dict[E, V]):
    """A mapping with entries for some members of an enumeration, and a default for all others.

    Every other table of this kind has an entry for each member, so that ``table[member]`` cannot
    fail: either the table is a `CompleteTable`, or a test checks it.
    """

    def __init__(self, table: Mapping[E, V], otherwise: V) -> None:
        super().__init__(table)
        self._otherwise = otherwise

    def __missing__(self, member: E) -> V:
        """Return the default for a member without an entry."""
        return self._otherwise
