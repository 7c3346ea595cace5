"""Pictures of the shell and the list: empty, typical, filtered and marked, in error; both sizes."""

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from studio_tui.domain.shared.errors import Unavailable
from studio_tui.tui.app import StudioApp
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.modals.read_text import ReadText
from tests.hostile import HOSTILE
from tests.tui import NARROW, WIDE, press, settled
from tests.tui.demo import ListApp, studio_app
from tests.tui.people import Listed, hostile_people

SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])
Snap = Callable[..., bool]


def pressing(*keys: str, theme: str = "") -> Any:
    async def before(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        if theme:
            pilot.app.theme = theme
        for key in keys:
            await press(pilot, key)

    return before


@SIZES
@pytest.mark.parametrize("theme", ["studio-dark", "studio-light", "studio-plain"])
def test_typical(snap_compare: Snap, size: tuple[int, int], theme: str) -> None:
    keys = pressing("down", "space", "down", theme=theme)
    assert snap_compare(studio_app(), terminal_size=size, run_before=keys)


@SIZES
def test_filtered_and_marked(snap_compare: Snap, size: tuple[int, int]) -> None:
    keys = pressing("slash", "3", "enter", "a", "space", "p")
    assert snap_compare(studio_app(), terminal_size=size, run_before=keys)


@SIZES
def test_hostile_names(snap_compare: Snap, size: tuple[int, int]) -> None:
    app = ListApp(Listed(hostile_people()), "")
    assert snap_compare(app, terminal_size=size, run_before=pressing())


@SIZES
def test_empty(snap_compare: Snap, size: tuple[int, int]) -> None:
    assert snap_compare(ListApp(Listed([]), ""), terminal_size=size, run_before=pressing())


@SIZES
def test_a_database_that_does_not_open(snap_compare: Snap, size: tuple[int, int]) -> None:
    def fail(_: Any) -> Any:
        raise Unavailable("The database /srv/studio/[x].db is locked: try again in a moment.")

    assert snap_compare(StudioApp(fail), terminal_size=size, run_before=pressing())


@SIZES
@pytest.mark.parametrize("key", ["ctrl+p", "question_mark"])
def test_over_the_screen(snap_compare: Snap, size: tuple[int, int], key: str) -> None:
    assert snap_compare(studio_app(), terminal_size=size, run_before=pressing(key))


@SIZES
def test_confirm(snap_compare: Snap, size: tuple[int, int]) -> None:
    async def before(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        detail = "12 unsent mails are dropped.\nConversations in progress can be finished."
        await pilot.app.push_screen(Confirm("Close “[/x] Q1 2026”?", "Close it", detail=detail))
        await settled(pilot)

    assert snap_compare(studio_app(), terminal_size=size, run_before=before)


@SIZES
def test_read_text(snap_compare: Snap, size: tuple[int, int]) -> None:
    async def before(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        await pilot.app.push_screen(ReadText("A mail", "\n".join(HOSTILE)))
        await settled(pilot)

    assert snap_compare(studio_app(), terminal_size=size, run_before=before)


def test_too_small(snap_compare: Snap) -> None:
    assert snap_compare(studio_app(), terminal_size=(20, 5), run_before=pressing())
