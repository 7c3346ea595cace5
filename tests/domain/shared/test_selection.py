"""A selection compared with a plain set, after any sequence of acts."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from studio_tui.domain.shared.selection import Selection

ROWS = range(20)
FILTERS: dict[str, Callable[[int], bool]] = {
    "": lambda row: True,
    "even": lambda row: row % 2 == 0,
    "small": lambda row: row < 7,
    "nothing": lambda row: False,
}
"""The first filter is falsy, which has to be valid."""

ACTS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["mark", "unmark"]), st.frozensets(st.sampled_from(ROWS))),
        st.tuples(
            st.sampled_from(["mark_matching", "unmark_matching"]), st.sampled_from(list(FILTERS))
        ),
    )
)


def matching(filter_: str) -> frozenset[int]:
    return frozenset(filter(FILTERS[filter_], ROWS))


@given(ACTS)
def test_a_selection_contains_the_rows_that_were_marked_and_not_unmarked_since(
    acts: list[tuple[str, frozenset[int] | str]],
) -> None:
    selection: Selection[str] = Selection()
    model: frozenset[int] = frozenset()
    for act, what in acts:
        selection = getattr(selection, act)(what)
        rows = matching(what) if isinstance(what, str) else what
        model = model | rows if act.startswith("mark") else model - rows
        for row in ROWS:
            holds = selection.contains(row, lambda filter_, row=row: FILTERS[filter_](row))  # type: ignore[misc]
            assert holds == (row in model)
        assert not (selection.empty and model)


@given(ACTS)
def test_a_selection_stays_small(acts: list[tuple[str, frozenset[int] | str]]) -> None:
    """Repeating the same filters does not add terms."""
    selection: Selection[str] = Selection()
    for act, what in acts * 3:
        selection = getattr(selection, act)(what)
    filters = [term.filter for term in selection.terms if term.filter is not None]
    assert len(filters) == len(set(filters)) == len(selection.filters)


def test_ways_to_create_a_selection() -> None:
    assert Selection.of([]).empty
    assert not Selection.matching("nothing").empty
    assert Selection.of([1, 2]).unmark([2]) == Selection.of([1])
    assert Selection.of([1]).unmark([1]).empty
