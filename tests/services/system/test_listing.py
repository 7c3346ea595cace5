"""Lists that are small enough to be held in memory."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from studio_tui.domain.shared.selection import Selection
from studio_tui.services.system.listing import InMemorySource


@dataclass(frozen=True)
class Number:
    """A row of a list."""

    id: int


def multiple(of: int, row: Number) -> bool:
    return row.id % of == 0


@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 30), st.integers(0, 30))
def test_an_in_memory_source_contains_the_matching_rows(
    filter_: int, other: int, start: int, stop: int
) -> None:
    every = tuple(Number(number) for number in range(30, 0, -1))
    source = InMemorySource(every, multiple, filter_)
    expected = [row for row in every if row.id % filter_ == 0]
    assert source.count() == len(expected)
    assert list(source.rows(start, stop)) == expected[start:stop]
    assert [source.position(row.id) for row in expected] == list(range(len(expected)))
    assert source.position(31) is None
    assert source.matching(other, [1, 2, 3, 99]) == {n for n in (1, 2, 3) if n % other == 0}
    selection = Selection.matching(other).mark([1]).unmark([30])
    marked = {row.id for row in every if row.id % other == 0} | {1}
    assert source.selected(selection) == len(marked - {30})
