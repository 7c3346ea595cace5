"""The drawn progress of pushes."""

import pytest

from studio_tui.tui.screens.pushes.push_words import bar, done_in_cells


@pytest.mark.parametrize(
    ("done", "total", "drawn"),
    [
        (0, 0, ""),
        (0, 40, "░░░░"),
        (1, 1000, "█░░░"),
        (999, 1000, "███░"),
        (1000, 1000, "████"),
    ],
)
def test_a_bar_is_full_only_when_all_are_done(done: int, total: int, drawn: str) -> None:
    assert bar(done, total, 4) == drawn


@pytest.mark.parametrize(
    ("done", "total", "drawn"),
    [
        (1, 4, "██░░░░░░ 1/4"),
        (125, 2_500, "█░░░░░ 125/2,500"),
        (1_250, 2_500, "██░░ 1,250/2,500"),
        (11_000, 100_000, "11,000/100,000"),
        (108_889, 980_001, "108,889/980,001"),
        (999_999, 1_000_000, "99% of 1,000,000"),
    ],
)
def test_no_digit_of_a_push_is_cut_off(done: int, total: int, drawn: str) -> None:
    assert done_in_cells(done, total, 16) == drawn
    assert len(drawn) <= 16
