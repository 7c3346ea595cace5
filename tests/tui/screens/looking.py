"""What a test sees of a screen."""

from typing import Any

from textual.pilot import Pilot

from studio_tui.tui.widgets.record_list import RecordList


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
