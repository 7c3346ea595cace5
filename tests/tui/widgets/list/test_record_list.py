"""The record list: cursor, marks, filters, and millions of rows."""

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual import events
from textual.message import Message
from textual.pilot import Pilot
from textual.strip import Strip

from studio_tui.domain.shared.errors import Unavailable
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.selection import Selection
from studio_tui.tui.widgets.list.record_list import RecordList
from studio_tui.tui.widgets.list.row_painter import MARK
from tests.hostile import CONTROLS
from tests.tui import WIDE, press, running, settled, until
from tests.tui.demo import COLUMNS, ListApp
from tests.tui.people import Crowd, PeopleSource, Person, hostile_people, is_marked, person

MILLION = 1_000_000


def picture(app: ListApp) -> list[str]:
    """Return the drawn lines of the list."""
    return [app.list.render_line(y).text for y in range(app.list.size.height)]


def cursor_row(app: ListApp) -> int:
    """Return the id of the row that is drawn with the style of the cursor."""
    style = app.list.get_component_rich_style("list--cursor")
    for y in range(1, app.list.size.height):
        strip = app.list.render_line(y)
        if strip.text.strip() and all(segment.style == style for segment in strip):
            return int(strip.text.split()[-1])
    raise AssertionError("no row is drawn as the cursor")


async def test_the_first_rows_and_the_header_are_drawn() -> None:
    app = ListApp(Crowd(250))
    async with running(app):
        lines = picture(app)
        assert lines[0].split() == ["Name", "Login", "Team", "Status", "Number"]
        assert "Bob Peeters 1" in lines[1]
        assert app.list.length == 250
        assert app.list.current == person(1)
        assert all(cell_len(line) >= 78 for line in lines)


@pytest.mark.parametrize(
    ("keys", "at"),
    [
        (["down", "j", "down"], 3),
        (["down", "down", "k", "up"], 0),
        (["up"], 0),
        (["end"], MILLION - 1),
        (["G", "down"], MILLION - 1),
        (["G", "up", "k"], MILLION - 3),
        (["end", "home"], 0),
        (["G", "g"], 0),
        (["pagedown", "pagedown"], 44),
        (["pagedown", "ctrl+d", "pageup", "ctrl+u"], 0),
        (["end", "pageup"], MILLION - 23),
    ],
)
async def test_keys_move_the_cursor_through_a_million_rows(keys: list[str], at: int) -> None:
    app = ListApp(Crowd(MILLION))
    async with running(app) as pilot:
        await press(pilot, *keys)
        assert app.list.cursor == at
        assert app.list.current == person(at + 1)
        assert cursor_row(app) == at + 1


async def test_only_a_window_of_a_million_rows_is_read() -> None:
    class Counted(Crowd):
        read = 0

        def rows(self, start: int, stop: int) -> Sequence[Person]:
            self.read += stop - start
            return super().rows(start, stop)

    source = Counted(MILLION)
    app = ListApp(source)
    async with running(app) as pilot:
        await press(pilot, "end", "home", "pagedown")
        assert source.read < 1_500


async def test_a_key_down_redraws_two_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    app = ListApp(Crowd(MILLION))
    async with running(app) as pilot:
        drawn: list[int] = []
        render_line = app.list.render_line

        def drawing(y: int) -> Strip:
            drawn.append(y)
            return render_line(y)

        monkeypatch.setattr(app.list, "render_line", drawing)
        await press(pilot, "down")
        assert sorted(drawn) == [1, 2]


async def test_enter_and_double_click_open_the_row() -> None:
    app = ListApp(Crowd(250))
    async with running(app) as pilot:
        await press(pilot, "down", "enter")
        await pilot.double_click(app.list, offset=(10, 4))
        await settled(pilot)
        opened = [event.row for event in app.posted if isinstance(event, RecordList.Opened)]
        assert opened == [person(2), person(4)]


async def test_clicks_move_mark_and_sort() -> None:
    app = ListApp(Crowd(250))
    async with running(app) as pilot:
        await pilot.click(app.list, offset=(20, 3))
        await settled(pilot)
        assert app.list.cursor == 2
        await pilot.click(app.list, offset=(0, 5))
        await settled(pilot)
        assert app.list.selection == Selection.of([5])
        await pilot.click(app.list, offset=(4, 0))
        await pilot.click(app.list, offset=(70, 0))
        await settled(pilot)
        sorts = [event.sort for event in app.posted if isinstance(event, RecordList.SortRequested)]
        assert sorts == [Sort("name")]


async def test_space_marks_the_row_and_moves_the_cursor_down() -> None:
    app = ListApp(Crowd(250))
    async with running(app) as pilot:
        await press(pilot, "space", "down", "space")
        assert app.list.selection == Selection.of([1, 3])
        assert app.list.cursor == 3
        assert [MARK in line for line in picture(app)[1:5]] == [True, False, True, False]
        assert app.list.selected_count == 2
        await press(pilot, "up", "space")
        assert app.list.selection == Selection.of([1])


async def test_a_marks_all_that_match_and_unmarks_them_again() -> None:
    app = ListApp(Crowd(MILLION))
    async with running(app) as pilot:
        await press(pilot, "a")
        assert app.list.selection == Selection.matching(1)
        assert app.list.selected_count == MILLION
        assert all(line.startswith(MARK) for line in picture(app)[1:])
        await press(pilot, "space")
        assert app.list.selected_count == MILLION - 1
        await press(pilot, "a", "a")
        assert app.list.selected_count == 0
        assert not any(MARK in line for line in picture(app))


async def test_a_unmarks_all_if_every_row_was_marked_individually() -> None:
    app = ListApp(PeopleSource([person(1), person(2)]), "")
    async with running(app) as pilot:
        await press(pilot, "space", "space", "a")
        assert app.list.selected_count == 0


async def test_a_selection_survives_filtering_sorting_and_scrolling() -> None:
    app = ListApp(Crowd(1_000))
    async with running(app) as pilot:
        await press(pilot, "down", "down", "space")
        app.list.set_source(Crowd(1_000, 5), 5)
        await settled(pilot)
        await press(pilot, "a", "space")
        app.list.set_source(Crowd(1_000, sort=Sort("name", descending=True)), 1)
        await settled(pilot)
        assert app.list.selected_count == 1 + 200 - 1
        await press(pilot, "end")
        marked = {int(line.split()[-1]) for line in picture(app)[1:] if MARK in line}
        assert marked == {3, 10, 15, 20}


async def test_the_cursor_stays_on_its_row_and_on_its_line() -> None:
    app = ListApp(Crowd(MILLION))
    async with running(app) as pilot:
        app.list.move_to(600_000 - 1)
        await settled(pilot)
        await press(pilot, *["up"] * 7)
        row_id = app.list.current_id
        assert row_id == 600_000 - 7
        line = app.list.cursor - app.list.scroll_offset.y
        app.list.set_source(Crowd(MILLION, sort=Sort("name", descending=True)), 1, keep=row_id)
        await settled(pilot)
        assert cursor_row(app) == row_id
        assert app.list.cursor - app.list.scroll_offset.y == line


async def test_the_cursor_moves_to_the_top_if_the_filter_excludes_its_row() -> None:
    app = ListApp(Crowd(1_000))
    async with running(app) as pilot:
        await press(pilot, "end", "up")
        app.list.set_source(Crowd(1_000, 7), 7, keep=app.list.current_id)
        await settled(pilot)
        assert app.list.current == person(7)


async def test_reloading_keeps_the_cursor_and_the_viewport_when_rows_are_deleted() -> None:
    people = [person(number) for number in range(1, 101)]
    app = ListApp(PeopleSource(people), "")
    async with running(app) as pilot:
        await press(pilot, *["down"] * 40)
        top = app.list.scroll_offset.y
        app.list.reload(PeopleSource(people[:10] + people[12:]))
        await settled(pilot)
        assert app.list.current == person(41)
        assert app.list.scroll_offset.y == top - 2
        app.list.reload(PeopleSource([one for one in people if one.id != 41]))
        await settled(pilot)
        assert app.list.cursor == 38
        app.list.reload(PeopleSource(people[:5]))
        await settled(pilot)
        assert app.list.current == person(5)
        app.list.reload(PeopleSource([]))
        await settled(pilot)
        assert app.list.current is None
        assert any("Nobody yet." in line for line in picture(app))


class Gated:
    """A source with a query that blocks until the test opens ``gate``."""

    def __init__(self, *of_what: Any) -> None:
        super().__init__(*of_what)
        self.gate = threading.Event()

    def wait(self) -> None:
        # Every test opens the gate within this time, even on a busy machine.
        assert self.gate.wait(60)


class Slow(Gated, Crowd):
    """A crowd that returns rows once its gate is open."""

    def rows(self, start: int, stop: int) -> Sequence[Person]:
        self.wait()
        return super().rows(start, stop)


async def test_the_old_rows_stay_displayed_until_the_first_new_rows_arrive() -> None:
    app = ListApp(Crowd(250))
    async with running(app) as pilot:
        before = picture(app)
        slow = Slow(250, 10)
        app.list.set_source(slow, 10)
        await pilot.pause()
        assert picture(app) == before
        slow.gate.set()
        await settled(pilot)
        assert "Ann Janssens 10" in picture(app)[1]


async def test_a_stale_result_never_overwrites_a_newer_one() -> None:
    app = ListApp(Crowd(250))
    async with running(app) as pilot:
        slow = Slow(250, 10)
        app.list.set_source(slow, 10)
        await asyncio.sleep(0)
        app.list.set_source(Crowd(250, 7), 7)
        await pilot.pause()
        slow.gate.set()
        await settled(pilot)
        assert app.list.current == person(7)
        assert app.list.length == 250 // 7


async def test_concurrent_reloads_do_not_delay_the_rows_of_a_new_filter() -> None:
    app = ListApp(Crowd(250))
    async with running(app) as pilot:
        first, second = Slow(250, 10), Slow(260, 10)
        app.list.set_source(first, 10)
        app.list.reload(second)
        first.gate.set()
        await until(pilot, lambda: app.list.current == person(10))
        assert app.list.length == 25
        second.gate.set()
        await settled(pilot)
        assert app.list.length == 26


class Later(Gated, PeopleSource):
    """A list of people that returns rows once its gate is open."""

    def rows(self, start: int, stop: int) -> Sequence[Person]:
        self.wait()
        return super().rows(start, stop)


async def test_keys_pressed_during_a_reload_act_on_the_displayed_rows() -> None:
    """They act on the rows that the user saw, wherever the reload moves those rows."""
    people = [person(number) for number in range(1, 1_001)]
    app = ListApp(PeopleSource(people), "")
    async with running(app) as pilot:
        await press(pilot, *["down"] * 40)
        changed = Later([*people[500:510], *people])
        app.list.reload(changed)
        await pilot.press("down", "space", *["pagedown"] * 10, "space")
        line = app.list.cursor - app.list.scroll_offset.y
        changed.gate.set()
        await settled(pilot)
        assert app.list.selection == Selection.of([42, 263])
        assert app.list.current == person(264)
        assert app.list.cursor == 263 + 10
        assert app.list.cursor - app.list.scroll_offset.y == line
        assert "·" not in {text.strip() for text in picture(app)}


class SlowlyCounted(Gated, Crowd):
    """A crowd that counts the marked rows once its gate is open."""

    def selected(self, selection: Selection[int]) -> int:
        self.wait()
        return super().selected(selection)


async def test_concurrent_reloads_do_not_delay_the_count_of_marked_rows() -> None:
    first, second = SlowlyCounted(MILLION), SlowlyCounted(MILLION - 1)
    app = ListApp(first)
    async with running(app) as pilot:
        await pilot.press("a")
        await pilot.pause()
        app.list.reload(second)
        first.gate.set()
        await until(pilot, lambda: app.list.selected_count is not None)
        assert app.list.selected_count == MILLION
        second.gate.set()
        await settled(pilot)
        assert app.list.selected_count == MILLION - 1


class SlowlyMeasured(Gated, Crowd):
    """A crowd that counts its rows once its gate is open."""

    def count(self) -> int:
        self.wait()
        return super().count()

    def rows(self, start: int, stop: int) -> Sequence[Person]:
        return [person(place + 1) for place in range(start, min(stop, self.size))]


async def test_a_list_is_drawn_if_no_event_told_its_size() -> None:
    """Textual sends no Resize to a list that was measured before its first layout."""

    class Unresized(RecordList[Person, int]):
        def post_message(self, message: Message) -> bool:
            return isinstance(message, events.Resize) or super().post_message(message)

    app = ListApp(Crowd(MILLION))
    app.list = Unresized(*COLUMNS)
    app.list.set_columns(COLUMNS)
    async with running(app) as pilot:
        await settled(pilot)
        strips = app.screen._compositor.render_strips()
        assert any("Bob Peeters 1 " in strip.text for strip in strips)


async def test_concurrent_reloads_do_not_delay_the_count_of_rows() -> None:
    first, second = SlowlyMeasured(MILLION), SlowlyMeasured(MILLION - 1)
    app = ListApp(Crowd(MILLION), "all")
    async with running(app) as pilot:
        app.list.set_source(first, "some")
        await until(pilot, lambda: app.list.has_more)
        app.list.reload(second)
        first.gate.set()
        await until(pilot, lambda: not app.list.has_more)
        assert app.list.length == MILLION
        second.gate.set()
        await until(pilot, lambda: app.list.length == MILLION - 1)
        # The previous count is displayed until the new count arrives.
        third = SlowlyMeasured(MILLION - 2)
        app.list.reload(third)
        await pilot.press("end")
        await until(pilot, lambda: app.list.current == person(MILLION - 2))
        assert not app.list.has_more
        third.gate.set()
        await settled(pilot)
        assert app.list.length == MILLION - 2


async def test_a_viewport_scrolled_away_from_the_cursor_stays_on_reload_and_resize() -> None:
    people = [person(number) for number in range(1, 1_001)]
    app = ListApp(PeopleSource(people), "")
    async with running(app) as pilot:
        await press(pilot, "down")
        app.list.scroll_to(y=600, animate=False)
        await settled(pilot)
        seen = picture(app)
        app.list.reload(PeopleSource([people[0], *people[10:], person(2)]))
        await settled(pilot)
        assert picture(app) == seen
        app.list.reload(PeopleSource(people))
        await settled(pilot)
        await pilot.resize_terminal(80, 15)
        await settled(pilot)
        assert picture(app) == seen[:15]
        assert app.list.current == person(2)
        await press(pilot, "space")
        assert app.list.selection == Selection.of([2])
        assert cursor_row(app) == 3


async def test_home_scrolls_back_to_a_cursor_that_is_in_the_first_row() -> None:
    app = ListApp(Crowd(1_000))
    async with running(app) as pilot:
        app.list.scroll_to(y=600, animate=False)
        await settled(pilot)
        await press(pilot, "home")
        assert cursor_row(app) == 1


async def test_keys_are_queued_until_the_filtered_rows_arrive() -> None:
    app = ListApp(Crowd(250))
    async with running(app) as pilot:
        slow = Slow(250, 10)
        app.list.set_source(slow, 10)
        await pilot.press("down", "down", "space", "end", "space", "up")
        assert app.list.selection.empty
        slow.gate.set()
        await settled(pilot)
        assert app.list.selection == Selection.of([30, 250])
        assert app.list.current == person(240)


async def slow_from_now_on(app: ListApp, pilot: Pilot[Any]) -> Slow:
    """List a million rows, then block all further reads of rows."""
    slow = Slow(MILLION)
    slow.gate.set()
    app.list.set_source(slow, 1)
    await settled(pilot)
    slow.gate.clear()
    return slow


async def test_a_mark_is_queued_until_its_row_is_loaded() -> None:
    app = ListApp(Crowd(250))
    async with running(app) as pilot:
        slow = await slow_from_now_on(app, pilot)
        await pilot.press("end", "space", "home", "space")
        slow.gate.set()
        await settled(pilot)
        assert app.list.selection == Selection.of([1, MILLION])


async def test_rows_that_are_not_loaded_are_drawn_as_dots() -> None:
    app = ListApp(Crowd(250))
    async with running(app) as pilot:
        slow = await slow_from_now_on(app, pilot)
        await pilot.press("end")
        assert {line.strip() for line in picture(app)[1:]} == {"·"}
        slow.gate.set()
        await settled(pilot)
        assert cursor_row(app) == MILLION


async def test_a_source_that_fails_keeps_the_rows_and_reports_the_error() -> None:
    class ConnectionBroken(Crowd):
        def rows(self, start: int, stop: int) -> Sequence[Person]:
            raise Unavailable("The database does not answer.")

    app = ListApp(Crowd(250))
    async with running(app) as pilot:
        before = picture(app)
        app.list.set_source(ConnectionBroken(250), 1)
        await settled(pilot)
        assert picture(app) == before
        assert [str(error) for error in app.errors] == ["The database does not answer."]
        app.list.reload(Crowd(250))
        await settled(pilot)
        assert app.list.length == 250

    app = ListApp(ConnectionBroken(250))
    async with running(app):
        assert any("The database does not answer." in line for line in picture(app))


async def test_hostile_names_keep_the_columns_aligned() -> None:
    people = hostile_people()
    app = ListApp(PeopleSource(people), "")
    async with running(app, size=(120, 60)):
        lines = picture(app)
        assert any("O'Brien [HR]" in line for line in lines)
        for place, line in enumerate(lines[1 : len(people) + 1], start=1):
            assert not set(line) & set(CONTROLS)
            assert cell_len(line.rstrip()) == 118
            assert line.split()[-1] == str(place)


async def test_columns_are_hidden_in_a_narrow_terminal() -> None:
    app = ListApp(Crowd(250))
    async with running(app, size=(60, 20)) as pilot:
        assert picture(app)[0].split() == ["Name", "Login", "Status"]
        await pilot.resize_terminal(*WIDE)
        await settled(pilot)
        assert picture(app)[0].split()[-1] == "Number"


async def test_rows_of_a_list_without_marks_cannot_be_marked() -> None:
    app = ListApp(Crowd(250), marks=False)
    async with running(app) as pilot:
        await press(pilot, "space", "a")
        assert app.list.selection.empty
        assert picture(app)[1].startswith("Bob")


KEYS = st.sampled_from(
    ["down", "up", "pagedown", "pageup", "home", "end", "space", "a", "j", "k", "narrow", "all"]
)


def apply(key: str, state: dict[str, Any], size: int, page: int) -> None:
    """Apply a key to the model: to its cursor, its set of marked ids and its filter."""
    ids = [n for n in range(1, size + 1) if n % state["divisor"] == 0]
    last = len(ids) - 1
    if key in ("narrow", "all"):
        at = ids[state["cursor"]]
        state["divisor"] = 3 if key == "narrow" else 1
        now = [n for n in range(1, size + 1) if n % state["divisor"] == 0]
        state["cursor"] = now.index(at) if at in now else 0
    elif key == "space":
        state["marked"] ^= {ids[state["cursor"]]}
        state["cursor"] = min(state["cursor"] + 1, last)
    elif key == "a":
        everything = set(ids)
        marked = state["marked"]
        state["marked"] = marked - everything if everything <= marked else marked | everything
    else:
        steps = {"down": 1, "j": 1, "up": -1, "k": -1, "pagedown": page, "pageup": -page}
        ends = {"home": -size, "end": size}
        state["cursor"] = max(0, min(state["cursor"] + (steps | ends)[key], last))


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(keys=st.lists(KEYS, max_size=15))
async def test_any_sequence_of_keys_has_the_same_effect_as_in_the_model(keys: list[str]) -> None:
    size = 60
    app = ListApp(Crowd(size))
    state: dict[str, Any] = {"cursor": 0, "marked": set(), "divisor": 1}
    async with running(app, size=(80, 10)) as pilot:
        for key in keys:
            apply(key, state, size, page=8)
            if key in ("narrow", "all"):
                divisor = state["divisor"]
                app.list.set_source(Crowd(size, divisor), divisor, keep=app.list.current_id)
                await settled(pilot)
            else:
                await press(pilot, key)
            selection = app.list.selection
            marked = {row_id for row_id in range(1, size + 1) if is_marked(selection, row_id)}
            assert (app.list.cursor, marked) == (state["cursor"], state["marked"])
            assert app.list.selected_count == len(marked)
            assert cursor_row(app) == app.list.current_id
