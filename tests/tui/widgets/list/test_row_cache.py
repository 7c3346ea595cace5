"""The window of rows that a list caches from its source."""

from studio_tui.domain.shared.selection import Selection
from studio_tui.tui.widgets.list.row_cache import BLOCK, RowWindow
from tests.tui.people import Crowd, Person


def fetched(window: RowWindow[Person, int], start: int, stop: int) -> RowWindow[Person, int]:
    window.store(window.fetch(start, stop, Selection()))
    return window


def window_on(size: int) -> RowWindow[Person, int]:
    return RowWindow(Crowd(size), 1)


def test_missing_rows_of_the_viewport_are_requested_in_whole_blocks() -> None:
    window = window_on(1_000_000)
    assert window.wanting(70, 90, ()) == (BLOCK, 2 * BLOCK)
    assert window.wanting(60, 90, ()) == (0, 2 * BLOCK)
    fetched(window, BLOCK, 2 * BLOCK)
    assert window.wanting(70, 90, ()) is None
    assert window.wanting(60, 90, ()) == (0, BLOCK)


def test_no_rows_beyond_the_end_are_requested() -> None:
    window = fetched(window_on(10), 0, BLOCK)
    assert (window.length, window.counted) == (10, True)
    assert window.wanting(0, 500, ()) is None


def test_the_length_is_a_lower_bound_until_counted() -> None:
    window = fetched(window_on(1_000), 0, BLOCK)
    assert (window.length, window.counted) == (BLOCK, False)
    window.store_count(1_000)
    assert (window.length, window.counted) == (1_000, True)


def test_a_short_read_reduces_the_length() -> None:
    window = window_on(70)
    window.store_count(200)
    fetched(window, BLOCK, 2 * BLOCK)
    assert window.length == 70
    window.store_count(500)
    fetched(window, 4 * BLOCK, 5 * BLOCK)
    assert window.length <= 4 * BLOCK


def test_memory_is_bounded_and_the_least_recently_used_blocks_are_evicted() -> None:
    window = window_on(1_000_000)
    for block in range(200):
        fetched(window, block * BLOCK, (block + 1) * BLOCK)
        assert window.wanting(0, 1, ()) is None
    assert sum(window.row(place) is not None for place in range(200 * BLOCK)) <= 32 * BLOCK
    assert window.row(0) is not None
    assert window.row(100 * BLOCK) is None


def test_matches_of_other_filters_are_fetched_with_the_rows() -> None:
    window = window_on(100)
    window.store(window.fetch(0, BLOCK, Selection.matching(3)))
    assert window.matches(2, 3)
    assert not window.matches(3, 3)
    assert window.matches(3, 1)
    assert window.wanting(0, 5, {3, 1}) is None
    assert window.wanting(0, 5, {5}) == (0, BLOCK)
