"""Read the contents of a screen in tests."""

from typing import Any

from textual.pilot import Pilot

from studio_tui.tui.widgets.list.record_list import RecordList
from tests.hostile import SIGNS


def listed(pilot: Pilot[Any], selector: str = "") -> RecordList[Any, Any]:
    """Return the list on the screen; ``selector`` selects one of several."""
    return pilot.app.screen.query_one(f"RecordList{selector}", RecordList)


def rows(pilot: Pilot[Any], selector: str = "") -> list[Any]:
    """Return the loaded rows of a list, from the top."""
    of = listed(pilot, selector)
    window = of._feed.window
    assert window is not None
    return [row for place in range(of.length) if (row := window.row(place)) is not None]


def shown(pilot: Pilot[Any]) -> str:
    """Return the text of the screen."""
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in strips)


def assert_text(pilot: Pilot[Any]) -> None:
    """Fail if the screen contains a character that a terminal would interpret (A5)."""
    assert pilot.app.is_running
    found = SIGNS & set(shown(pilot).replace("\n", ""))
    assert not found, sorted(found)
