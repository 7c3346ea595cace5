"""On all lists, the filter finds the displayed text, and every column sorts (S5)."""

import re
from typing import Any

from studio_tui.domain.shared.list_source import Sort
from studio_tui.tui.widgets.list.columns import text_of
from studio_tui.tui.widgets.list.record_browser import RecordBrowser
from tests.tui import press, running, settled
from tests.tui.screens.organisation import Example, fill_outbox
from tests.tui.screens.pushing import pushes_in_every_state, put_cursor_on

_WORD = re.compile(r"[^\W\d_]{3,}")
"""Words to search for. The filter does not search numbers, dates and times."""
_PLACES = {
    "templates": ("1",),
    "library": ("1", "l"),
    "pushes": ("2",),
    "people of a push": ("2", "Late", "enter"),
    "users": ("3",),
    "users to assign": ("2", "Late", "A"),
    "outbox": ("4",),
    "activity": ("5",),
    "mine": ("6",),
    "history": ("6", "t", "E"),
}
_DRAWN = {"bar", "course", "sign", "new"}


async def _go(pilot: Any, keys: tuple[str, ...]) -> RecordBrowser[Any, Any]:
    while len(pilot.app.screen_stack) > 1:
        await press(pilot, "escape")
    for key in keys:
        if key == "Late":
            await put_cursor_on(pilot, key)
        else:
            await press(pilot, key)
    await settled(pilot)
    found: RecordBrowser[Any, Any] = pilot.app.screen.query_one(RecordBrowser)
    return found


def _rows(browser: RecordBrowser[Any, Any], text: str, sort: Sort) -> list[Any]:
    return list(browser._find(text, sort)[1].rows(0, 1_000))


async def test_every_displayed_word_finds_its_row(made: Example) -> None:
    await fill_outbox(made)
    pushes_in_every_state(made)
    async with running(made.app(), (160, 40)) as pilot:
        for place, keys in _PLACES.items():
            browser = await _go(pilot, keys)
            words: dict[str, set[int]] = {}
            for row in _rows(browser, "", browser._sort):
                for column in browser.every_column:
                    for word in _WORD.findall(text_of(column, row)):
                        words.setdefault(word, set()).add(row.id)
            assert words or place == "mine", place
            missed = {
                word: ids - {row.id for row in _rows(browser, word, browser._sort)}
                for word, ids in words.items()
            }
            assert not {word: ids for word, ids in missed.items() if ids}, place


async def test_every_word_of_my_conversations_finds_its_line(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app(made.actor("bob")), (160, 40)) as pilot:
        browser: RecordBrowser[Any, Any] = pilot.app.screen.query_one(RecordBrowser)
        lines = _rows(browser, "", browser._sort)
        assert len(lines) > 1
        for row in lines:
            for column in browser.every_column:
                for word in text_of(column, row).split():
                    assert row.id in {each.id for each in _rows(browser, word, browser._sort)}


async def test_every_column_sorts_both_ways(made: Example) -> None:
    await fill_outbox(made)
    pushes_in_every_state(made)
    async with running(made.app(), (160, 40)) as pilot:
        for place, keys in _PLACES.items():
            browser = await _go(pilot, keys)
            every = _rows(browser, "", browser._sort)
            named = {column.key for column in browser.every_column if column.label} - _DRAWN
            sorting = [column for column in browser.every_column if column.sortable]
            assert named <= {column.key for column in sorting}, place
            for column in sorting:
                up, down = (
                    [text_of(column, row) for row in _rows(browser, "", Sort(column.key, way))]
                    for way in (False, True)
                )
                assert sorted(up) == sorted(down) == sorted(text_of(column, row) for row in every)
                if len(set(up)) == len(up):
                    assert up == down[::-1], (place, column.key)
                elif len(set(up)) > 1:
                    assert up[0] != down[0], (place, column.key)
