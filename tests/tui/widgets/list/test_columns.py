"""The distribution of the width of a list among its columns."""

from hypothesis import given
from hypothesis import strategies as st

from studio_tui.tui.widgets.list.columns import GAP, Column, place


def column(
    key: str, width: int, flex: int = 0, hide_order: int = 0, max_width: int | None = None
) -> Column[str]:
    return Column(key, key, str, width=width, flex=flex, hide_order=hide_order, max_width=max_width)


def laid_out(room: int, *columns: Column[str]) -> dict[str, tuple[int, int]]:
    return {placed.column.key: (placed.x, placed.width) for placed in place(columns, room)}


def test_spare_width_is_shared_in_proportion_to_flex() -> None:
    columns = column("a", 10, flex=2), column("b", 10, flex=1), column("c", 5)
    assert laid_out(10 + 10 + 5 + 2 * GAP + 9, *columns) == {
        "a": (0, 16),
        "b": (18, 13),
        "c": (33, 5),
    }


def test_no_column_grows_beyond_its_maximum_width() -> None:
    assert laid_out(60, column("a", 10, flex=5, max_width=12), column("b", 10, flex=1)) == {
        "a": (0, 12),
        "b": (14, 46),
    }


def test_columns_with_the_highest_hide_order_are_hidden_first() -> None:
    columns = column("a", 20), column("b", 10, hide_order=2), column("c", 10, hide_order=1)
    assert set(laid_out(44, *columns)) == {"a", "b", "c"}
    assert set(laid_out(43, *columns)) == {"a", "c"}
    assert set(laid_out(31, *columns)) == {"a"}


def test_a_column_that_is_never_hidden_is_cut_at_the_edge() -> None:
    assert laid_out(12, column("a", 20)) == {"a": (0, 12)}


@given(
    room=st.integers(1, 200),
    shapes=st.lists(
        st.tuples(st.integers(1, 40), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=8
    ),
)
def test_columns_neither_overlap_nor_exceed_the_list(
    room: int, shapes: list[tuple[int, int, int]]
) -> None:
    columns = [column(str(n), *shape) for n, shape in enumerate(shapes)]
    end = 0
    for placed in place(columns, room):
        assert placed.x >= end
        assert placed.width == 0 or placed.x + placed.width <= room
        end = placed.x + placed.width + GAP
