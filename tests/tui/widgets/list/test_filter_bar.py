"""The filter bar: the list is filtered while the user types."""

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Button

from studio_tui.tui.widgets.list import filter_bar
from studio_tui.tui.widgets.list.filter_bar import FilterBar


class FilterApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []

    def compose(self) -> ComposeResult:
        list_ = Button()
        yield FilterBar(self.heard.append, list_)
        yield list_


async def test_the_first_letter_filters_at_once_and_further_letters_are_debounced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(filter_bar, "PAUSE", 60)
    app = FilterApp()
    async with app.run_test() as pilot:
        app.query_one(FilterBar).focus_input()
        await pilot.press("a")
        assert app.heard == ["a"]
        await pilot.press("n", "n")
        assert app.heard == ["a"]
        await pilot.press("enter")
        assert app.heard == ["a", "ann"]
        assert isinstance(app.focused, Button)
