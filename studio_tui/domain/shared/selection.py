"""The selection of a list: filters in the order in which they were applied, and exceptions.

A selection of a million rows is a filter and a few exceptions, never a million ids. It survives
filtering, scrolling and sorting, because it refers to rows and not to positions on the screen.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Generic, TypeVar

from studio_tui.domain.shared.dataclass import dataclass

F = TypeVar("F")
"""Type of the filter of a list: `UserFilter`, `AssignmentFilter`, …; must be hashable."""


@dataclass(frozen=True, slots=True)
class SelectionStep(Generic[F]):
    """One step of a selection: a filter whose matches are marked or unmarked, then single rows.

    ``marks`` tells whether the matches of ``filter`` are marked or unmarked. The ids in ``marked``
    and ``unmarked`` override the filter.
    """

    filter: F | None = None
    marks: bool = True
    marked: frozenset[int] = frozenset()
    unmarked: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Selection(Generic[F]):
    """A sequence of steps. The last step that applies to a row decides whether it is selected."""

    terms: tuple[SelectionStep[F], ...] = ()

    @classmethod
    def of(cls, ids: Iterable[int]) -> "Selection[F]":
        """Return a selection of exactly these rows."""
        marked = frozenset(ids)
        return cls((SelectionStep(marked=marked),)) if marked else cls()

    @classmethod
    def matching(cls, filter_: F) -> "Selection[F]":
        """Return a selection of all rows that ``filter_`` matches."""
        return cls((SelectionStep(filter_),))

    @property
    def empty(self) -> bool:
        """Whether no row was ever marked. A selection that matches no rows may be non-empty."""
        return not self.terms

    @property
    def filters(self) -> frozenset[F]:
        """The filters of all steps, whose matches `contains` has to know."""
        return frozenset(term.filter for term in self.terms if term.filter is not None)

    def mark_matching(self, filter_: F) -> "Selection[F]":
        """Return the selection with all rows that ``filter_`` matches added."""
        return self._with_filter(filter_, marks=True)

    def unmark_matching(self, filter_: F) -> "Selection[F]":
        """Return the selection with all rows that ``filter_`` matches removed."""
        return self._with_filter(filter_, marks=False) if self.terms else self

    def mark(self, ids: Iterable[int]) -> "Selection[F]":
        """Return the selection with these rows added."""
        added = frozenset(ids)
        last = self._last()
        return self._with_last(
            replace(last, marked=last.marked | added, unmarked=last.unmarked - added)
        )

    def unmark(self, ids: Iterable[int]) -> "Selection[F]":
        """Return the selection with these rows removed."""
        if not self.terms:
            return self
        removed = frozenset(ids)
        last = self._last()
        only_ids = len(self.terms) == 1 and last.filter is None
        unmarked = frozenset[int]() if only_ids else last.unmarked | removed
        return self._with_last(replace(last, marked=last.marked - removed, unmarked=unmarked))

    def contains(self, row_id: int, matches: Callable[[F], bool]) -> bool:
        """Return whether a row is selected; ``matches`` tells whether a filter matches the row."""
        for term in reversed(self.terms):
            if row_id in term.marked:
                return True
            if row_id in term.unmarked:
                return False
            if term.filter is not None and matches(term.filter):
                return term.marks
        return False

    def _with_filter(self, filter_: F, *, marks: bool) -> "Selection[F]":
        # The new step overrides the filter of an earlier step with the same filter.
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
