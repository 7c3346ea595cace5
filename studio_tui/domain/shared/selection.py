"""What is marked in a list: filters in the order they were applied, and exceptions.

A selection of a million rows is a filter and a few exceptions, never a million ids. It survives
filtering, scrolling and sorting, because it speaks of rows, not of places on the screen.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

F = TypeVar("F")
"""What a filter of the list is: `UserFilter`, `AssignmentFilter`, …; must be hashable."""


@dataclass(frozen=True, slots=True)
class SelectionStep(Generic[F]):
    """One thing done to a selection: everything that ``filter`` matches was marked or unmarked,
    and after that the single rows in ``marked`` and ``unmarked``."""

    filter: F | None = None
    marks: bool = True
    marked: frozenset[int] = frozenset()
    unmarked: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Selection(Generic[F]):
    """Terms, applied in order: the last one that speaks of a row decides."""

    terms: tuple[SelectionStep[F], ...] = ()

    @classmethod
    def of(cls, ids: Iterable[int]) -> "Selection[F]":
        """Just these rows."""
        marked = frozenset(ids)
        return cls((SelectionStep(marked=marked),)) if marked else cls()

    @classmethod
    def matching(cls, filter_: F) -> "Selection[F]":
        """Everything that ``filter_`` matches."""
        return cls((SelectionStep(filter_),))

    @property
    def empty(self) -> bool:
        """Whether nothing was ever marked (a selection that matches nobody may not be empty)."""
        return not self.terms

    @property
    def filters(self) -> frozenset[F]:
        """The filters it speaks of: what `contains` needs to know of a row."""
        return frozenset(term.filter for term in self.terms if term.filter is not None)

    def mark_matching(self, filter_: F) -> "Selection[F]":
        """With everything that ``filter_`` matches."""
        return self._with_filter(filter_, marks=True)

    def unmark_matching(self, filter_: F) -> "Selection[F]":
        """Without everything that ``filter_`` matches."""
        return self._with_filter(filter_, marks=False) if self.terms else self

    def mark(self, ids: Iterable[int]) -> "Selection[F]":
        """With these rows."""
        added = frozenset(ids)
        last = self._last()
        return self._with_last(
            replace(last, marked=last.marked | added, unmarked=last.unmarked - added)
        )

    def unmark(self, ids: Iterable[int]) -> "Selection[F]":
        """Without these rows."""
        if not self.terms:
            return self
        removed = frozenset(ids)
        last = self._last()
        only_ids = len(self.terms) == 1 and last.filter is None
        unmarked = frozenset[int]() if only_ids else last.unmarked | removed
        return self._with_last(replace(last, marked=last.marked - removed, unmarked=unmarked))

    def contains(self, row_id: int, matches: Callable[[F], bool]) -> bool:
        """Whether a row is selected, where ``matches`` tells whether a filter matches the row."""
        for term in reversed(self.terms):
            if row_id in term.marked:
                return True
            if row_id in term.unmarked:
                return False
            if term.filter is not None and matches(term.filter):
                return term.marks
        return False

    def _with_filter(self, filter_: F, *, marks: bool) -> "Selection[F]":
        # An earlier term of the same filter can no longer decide anything by its filter.
        kept = tuple(
            replace(term, filter=None) if term.filter == filter_ else term for term in self.terms
        )
        kept = tuple(
            term for term in kept if term.filter is not None or term.marked or term.unmarked
        )
        if not kept and not marks:
            return Selection()
        return Selection((*kept, SelectionStep(filter_, marks)))

    def _last(self) -> SelectionStep[F]:
        return self.terms[-1] if self.terms else SelectionStep()

    def _with_last(self, term: SelectionStep[F]) -> "Selection[F]":
        earlier = self.terms[:-1]
        if term.filter is None and not term.marked and not term.unmarked:
            return Selection(earlier)
        return Selection((*earlier, term))
