"""What a test sees of a screen."""

from typing import Any

from textual.pilot import Pilot

from studio_tui.tui.widgets.list.record_list import RecordList
from tests.hostile import SIGNS


def listed(pilot: Pilot[Any], selector: str = "") -> RecordList[Any, Any]:
    """The list on the screen, or the one that ``selector`` tells from others."""
    return pilot.app.screen.query_one(f"RecordList{selector}", RecordList)


def rows(pilot: Pilot[Any], selector: str = "") -> list[Any]:
    """The rows of a list that are loaded, from the top."""
    of = listed(pilot, selector)
    window = of._feed.window
    assert window is not None
    return [row for place in range(of.length) if (row := window.row(place)) is not None]


def shown(pilot: Pilot[Any]) -> str:
    """The text that stands on the screen."""
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in strips)


def assert_text(pilot: Pilot[Any]) -> None:
    """Everything on the screen is text: nothing that a terminal would act on (A5)."""
    assert pilot.app.is_running
    found = SIGNS & set(shown(pilot).replace("\n", ""))
    assert not found, sorted(found)
