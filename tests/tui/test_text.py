"""Names and other user input are displayed as plain text and measured in cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from studio_tui.tui.text import ELLIPSIS, block, filled, fit, line, plain
from tests.hostile import CONTROLS, HOSTILE

NAMES = st.text() | st.sampled_from(HOSTILE) | st.text("a \u200d\u0301\ufe0f👩🏽👧é長🇧🇪")


@pytest.mark.parametrize("name", HOSTILE)
def test_no_control_reaches_the_screen_and_nothing_is_markup(name: str) -> None:
    for content in (line(name), block(name), filled("[b]$name[/b]!", name=name)):
        assert not set(CONTROLS) & set(content.plain)
    assert line(name).spans == []
    assert block(name).spans == []
    assert filled("<$name>", name=name).plain == f"<{plain(name)}>"


def test_brackets_are_displayed_as_typed() -> None:
    assert line("O'Brien [HR]").plain == "O'Brien [HR]"
    assert line("[/x]", "$error").plain == "[/x]"
    assert block("two\nlines\twide").plain == "two\nlines   wide"


@given(text=NAMES, width=st.integers(1, 40), right=st.booleans())
def test_a_cell_is_exactly_as_wide_as_its_column(text: str, width: int, right: bool) -> None:
    assert cell_len(fit(text, width, right=right)) == width


@given(left=NAMES, right=NAMES)
def test_adjacent_cells_have_their_exact_total_width(left: str, right: str) -> None:
    assert cell_len(fit(left, 12) + "  " + fit(right, 12, right=True)) == 26


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("Ann", 5, "Ann  "),
        ("Annabel", 5, "Anna…"),
        ("山田 太郎", 9, "山田 太郎"),
        ("山田 太郎", 8, "山田 太…"),
        ("山田", 3, "山…"),
        ("long", 1, "…"),
        ("long", 0, ""),
        ("e\u0301te\u0301s", 4, "étés"),
    ],
)
def test_text_that_does_not_fit_ends_with_an_ellipsis(text: str, width: int, shown: str) -> None:
    assert fit(text, width) == shown


def test_numbers_are_right_aligned() -> None:
    assert fit("42", 5, right=True) == "   42"
    assert fit("123456", 4, right=True).endswith(ELLIPSIS)
