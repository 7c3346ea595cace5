"""The detail pane next to a list: it follows the cursor if the terminal is wide enough (S6)."""

from collections.abc import Callable, Iterable
from threading import Event
from typing import Any

from textual.content import Content
from textual.pilot import Pilot

from studio_tui.domain.shared.errors import Unavailable
from studio_tui.domain.shared.list_source import Sort
from studio_tui.tui.places import Place
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.text import line
from studio_tui.tui.widgets.drawing import Drawing
from studio_tui.tui.widgets.list.pane import FROM, ListWithPane, Pane
from studio_tui.tui.widgets.list.record_browser import RecordBrowser
from studio_tui.tui.widgets.list.record_list import RecordList
from tests.tui import press, running, settled, until
from tests.tui.demo import COLUMNS, studio_app
from tests.tui.people import Crowd, Person

ROOM = (FROM, 24)


class Beside(StudioScreen):
    """A list of people with a detail pane, which records the names of the people it reads."""

    read_rows: list[str]

    def __init__(self) -> None:
        super().__init__()
        self.read_rows = []
        self.said = "beside"
        self.hold: Event | None = None

    def body(self) -> Any:
        yield RecordBrowser(
            *COLUMNS,
            find=lambda text, sort: (1, Crowd(250, 1, sort=sort)),
            sort=Sort("name"),
            noun=("user", "users"),
            details=self._look,
        )

    def _look(self, person: Person) -> Callable[[], Drawing]:
        def read() -> Drawing:
            self.read_rows.append(person.name)
            if self.hold is not None:
                self.hold.wait(5)
            if self.said == "away":
                raise Unavailable("The database [/x] is away.")
            return lambda width, height: self._lines(person, width, height)

        return read

    def _lines(self, person: Person, width: int, height: int) -> Iterable[Content]:
        yield line(f"{self.said} {person.name}")
        yield from [Content(f"line {number}") for number in range(100 if person.id == 3 else 1)]

    def reload(self) -> None:
        self.query_one(RecordBrowser).reload()


class Other(Beside):
    """Another place with a list and a detail pane."""


PLACES = (Place("people", "People", "1", Beside), Place("other", "Other", "2", Other))


def _app() -> Any:
    return studio_app(places=PLACES)


def _details(pilot: Pilot[Any]) -> str | None:
    """Return the text of the detail pane; None if the pane is hidden."""
    pane = pilot.app.screen.query_one(Pane)
    return pane.render().plain if pane.display else None


def _screen(pilot: Pilot[Any]) -> Beside:
    screen = pilot.app.screen
    assert isinstance(screen, Beside)
    return screen


async def test_the_pane_displays_the_row_under_the_cursor() -> None:
    async with running(_app(), ROOM) as pilot:
        first, second = (_name(pilot, place) for place in (0, 1))
        assert _details(pilot) == f"beside {first}\nline 0"
        await press(pilot, "down")
        await until(pilot, lambda: _details(pilot) == f"beside {second}\nline 0")


async def test_rows_that_the_cursor_passes_quickly_are_not_read() -> None:
    async with running(_app(), ROOM) as pilot:
        _screen(pilot).read_rows.clear()
        listed = pilot.app.screen.query_one(RecordList)
        for place in range(1, 13):
            listed.move_to(place)
        await until(pilot, lambda: _name(pilot, 12) in (_details(pilot) or ""))
        assert _screen(pilot).read_rows == [_name(pilot, 12)]


async def test_a_late_result_for_a_previous_row_is_never_displayed() -> None:
    async with running(_app(), ROOM) as pilot:
        screen, listed = _screen(pilot), pilot.app.screen.query_one(RecordList)
        screen.read_rows.clear()
        screen.hold = Event()
        listed.move_to(1)
        await until(pilot, lambda: screen.read_rows == [_name(pilot, 1)])
        listed.move_to(2)
        screen.hold.set()
        seen: list[str | None] = []

        def goes_on() -> bool:
            seen.append(_details(pilot))
            return len(screen.read_rows) == 2

        await until(pilot, goes_on)
        await settled(pilot)
        assert _name(pilot, 2) in (_details(pilot) or "")
        assert not any(_name(pilot, 1) in (said or "") for said in seen)


async def test_the_pane_depends_on_the_terminal_width_and_the_cursor_stays() -> None:
    async with running(_app(), (FROM - 1, 24)) as pilot:
        await press(pilot, *["down"] * 40)
        listed = pilot.app.screen.query_one(RecordList)
        assert _details(pilot) is None
        assert listed.size.width == FROM - 1 - 2
        for width, shown in ((FROM, True), (FROM - 1, False), (200, True)):
            await pilot.resize_terminal(width, 24)
            await settled(pilot)
            assert listed.cursor == 40
            assert 0 <= 40 - listed.scroll_offset.y < listed.size.height - 1
            assert (_name(pilot, 40) in (_details(pilot) or "")) is shown
            assert listed.size.width >= 78
        assert _screen(pilot).read_rows == [_name(pilot, 40)] * 2


async def test_switching_the_pane_off_applies_to_every_screen() -> None:
    async with running(_app(), ROOM) as pilot:
        read = _screen(pilot).read_rows
        read.clear()
        await press(pilot, "P")
        assert _details(pilot) is None
        await press(pilot, "down", "2")
        assert _details(pilot) is None
        assert not _screen(pilot).read_rows
        await press(pilot, "P", "1")
        assert _name(pilot, 1) in (_details(pilot) or "")
        assert set(read) == {_name(pilot, 1)}


async def test_the_switch_has_no_effect_if_the_terminal_is_too_narrow_for_the_pane() -> None:
    async with running(_app(), (FROM - 1, 24)) as pilot:
        await press(pilot, "P")
        await pilot.resize_terminal(*ROOM)
        await settled(pilot)
        assert _details(pilot) is not None


async def test_the_pane_displays_a_read_error_until_a_read_succeeds() -> None:
    async with running(_app(), ROOM) as pilot:
        screen = _screen(pilot)
        screen.said = "away"
        screen.reload()
        await settled(pilot)
        assert _details(pilot) == "The database [/x] is away."
        screen.said = "back"
        screen.reload()
        await settled(pilot)
        assert _details(pilot) == f"back {_name(pilot, 0)}\nline 0"


async def test_the_pane_is_empty_if_the_list_is_empty() -> None:
    async with running(_app(), ROOM) as pilot:
        listed = pilot.app.screen.query_one(RecordList)
        listed.set_source(Crowd(0), 1)
        await settled(pilot)
        assert _details(pilot) == ""


async def test_a_text_that_is_too_long_for_the_pane_ends_with_the_key_that_opens_it() -> None:
    async with running(_app(), ROOM) as pilot:
        listed = pilot.app.screen.query_one(RecordList)
        place = next(n for n in range(20) if listed._row_at(n).id == 3)  # type: ignore[union-attr]
        listed.move_to(place)
        await until(pilot, lambda: _name(pilot, place) in (_details(pilot) or ""))
        said = (_details(pilot) or "").split("\n")
        assert len(said) == pilot.app.screen.query_one(Pane).size.height
        assert said[-1] == "… ⏎ all of it"


async def test_the_list_has_the_focus_and_the_pane_takes_none() -> None:
    async with running(_app(), ROOM) as pilot:
        assert isinstance(pilot.app.focused, RecordList)
        pane = pilot.app.screen.query_one(ListWithPane).query_one(Pane)
        await pilot.click(pane)
        assert isinstance(pilot.app.focused, RecordList)


def _name(pilot: Pilot[Any], place: int) -> str:
    row = pilot.app.screen.query_one(RecordList)._row_at(place)
    assert row is not None
    name: str = row.name
    return name
