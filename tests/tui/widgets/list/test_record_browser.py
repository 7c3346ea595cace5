"""The summary of a list: matching rows, all rows and selected rows (S5)."""

from typing import Any

from textual.widgets import Static

from studio_tui.domain.shared.list_source import Sort
from studio_tui.tui.places import Place
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.widgets.list.record_browser import RecordBrowser
from tests.tui import press, running, settled
from tests.tui.demo import COLUMNS, studio_app
from tests.tui.people import Crowd


def summary(pilot: Any) -> str:
    """Return the summary at the top right of the list."""
    return str(pilot.app.screen.query_one(".summary", Static).content)


async def test_the_summary_of_a_filtered_list_includes_the_total() -> None:
    async with running(studio_app()) as pilot:
        assert summary(pilot) == "250 users"
        await press(pilot, "slash", "2")
        assert summary(pilot) == "125 of 250 users"
        await press(pilot, "5", "0", "enter")
        assert summary(pilot) == "1 of 250 users"
        await press(pilot, "slash", "0", "enter")
        assert summary(pilot) == "0 of 250 users"
        await press(pilot, "slash", "backspace", "enter", "space")
        assert summary(pilot) == "1 selected · 1 of 250 users"
        await press(pilot, "escape")
        assert summary(pilot) == "1 selected · 250 users"


async def test_the_summary_omits_the_total_if_all_rows_match() -> None:
    async with running(studio_app()) as pilot:
        await press(pilot, "slash", "1", "enter")
        assert summary(pilot) == "250 users"
        await press(pilot, "escape")
        assert summary(pilot) == "250 users"


class Growing(StudioScreen):
    """A list whose number of rows the test changes, and which counts its counting queries."""

    number = 30
    counts = 0

    def body(self) -> Any:
        yield RecordBrowser(
            *COLUMNS, find=self.find, sort=Sort("name"), noun=("user", "users"), marks=True
        )

    def find(self, text: str, sort: Sort) -> tuple[int, Crowd]:
        screen = self

        class Counted(Crowd):
            def count(self) -> int:
                if self.divisor == 1:
                    screen.counts += 1
                return super().count()

        divisor = int(text or "1")
        return divisor, Counted(self.number, divisor, sort=sort)

    def reload(self) -> None:
        self.query_one(RecordBrowser).reload()


async def test_all_rows_are_counted_once_until_the_data_changes() -> None:
    app = studio_app(places=(Place("growing", "Growing", "1", Growing),))
    async with running(app) as pilot:
        screen: Any = app.screen
        await press(pilot, "slash", "3", "enter")
        assert summary(pilot) == "10 of 30 users"
        before = screen.counts
        await press(pilot, "slash", "0", "enter")
        assert (summary(pilot), screen.counts) == ("1 of 30 users", before)
        screen.number = 60
        screen.reload()
        await settled(pilot)
        assert (summary(pilot), screen.counts) == ("2 of 60 users", before + 1)
