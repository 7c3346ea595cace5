"""Bars of cells, for screens and texts (S2)."""

from hypothesis import given
from hypothesis import strategies as st

from studio_tui.domain.shared.bars import bar, cells_of


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=6), st.integers(0, 200))
def test_all_cells_are_used_and_every_number_above_zero_is_visible(
    numbers: list[int], width: int
) -> None:
    cells = cells_of(numbers, width)
    assert sum(cells) == (width if sum(numbers) else 0)
    assert all(cell >= 0 for cell in cells)
    assert all(not cell for cell, number in zip(cells, numbers, strict=True) if not number)
    if sum(n > 0 for n in numbers) <= width:
        assert all(cell for cell, number in zip(cells, numbers, strict=True) if number)


def test_a_bar_as_text() -> None:
    assert bar([4, 1, 0, 5], "█▓▒░", 10) == "████▓░░░░░"
    assert bar([999, 1], "█░", 4) == "███░"
    assert bar([0, 0], "█░", 4) == ""
