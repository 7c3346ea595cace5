"""Screens for support: forbidden commands are not offered, and their keys do nothing (A2, C6)."""

from typing import Any, cast

from textual.pilot import Pilot
from textual.screen import Screen

from studio_tui.services.activity import activity
from studio_tui.services.activity.activity import ActivityLine
from studio_tui.tui.app import StudioApp
from studio_tui.tui.commands import Commands, offers
from tests.tui import press, running
from tests.tui.screens.organisation import Example
from tests.tui.screens.pushing import pushes_in_every_state, put_cursor_on

CHANGES = {
    "assign", "archive", "delete", "drop", "duplicate", "edit", "end", "import", "import_file",
    "push", "reopen", "save", "unassign",
}  # fmt: skip
"""The ids of the commands that only an admin is offered."""
OFFERED = {"remind", "again", "retry", "activity", "export"}
"""The ids of commands that support is offered on at least one screen."""


def lines(made: Example) -> list[ActivityLine]:
    return activity.of_everything(made.studio, made.admin)


def offered(screen: Screen[Any]) -> set[str]:
    return {offer.command.id for offer in offers(screen)}


def keys_of(screen: Screen[Any]) -> set[str]:
    """Return the keys of admin commands of the screen, except keys with a command for support."""
    nodes = [node for node in (screen, *screen.query("*")) if isinstance(node, Commands)]
    keys = {
        key
        for node in nodes
        for command in node.commands()
        if command.id in CHANGES
        for key in command.keys.split(",")
    }
    return keys - {key for offer in offers(screen) for key in offer.command.keys.split(",")}


async def walked(pilot: Pilot[Any]) -> dict[str, set[str]]:
    """Press the keys of admin commands on each screen; return the offered command ids by screen."""
    app = cast(StudioApp, pilot.app)
    found: dict[str, set[str]] = {}

    async def look(name: str) -> None:
        found[name] = offered(app.screen)
        here = app.screen
        for key in sorted(keys_of(here)):
            await press(pilot, key)
            assert app.screen is here, (name, key)

    for place in app.open_places():
        await press(pilot, place.key)
        await look(place.id)
        if place.id == "pushes":
            await put_cursor_on(pilot, "Late")
        await press(pilot, "enter")
        if not app.screen.is_modal and app.screen is not app.screen_stack[0]:
            await look(f"{place.id}, opened")
            if place.id == "pushes":
                await press(pilot, "e")
                await look("settings of a push")
                await press(pilot, "escape")
            await press(pilot, "escape")
        else:
            await press(pilot, "escape")
    return found


async def test_no_screen_offers_support_to_change_anything(made: Example) -> None:
    pushes_in_every_state(made)
    before = lines(made)
    async with running(made.whole_app(made.actor("sam"))) as pilot:
        as_support = await walked(pilot)
    assert lines(made) == before
    assert set().union(*as_support.values()) & CHANGES == set()
    assert set().union(*as_support.values()) >= OFFERED
    assert {"today", "templates", "pushes", "users", "outbox", "activity"} <= as_support.keys()


async def test_an_admin_is_offered_all_commands(made: Example) -> None:
    """Proves that the ids in `CHANGES` and `OFFERED` exist."""
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        app = cast(StudioApp, pilot.app)
        seen = set()
        for place in app.open_places():
            await press(pilot, place.key)
            seen |= offered(app.screen)
            if place.id == "pushes":
                await put_cursor_on(pilot, "Late")
                await press(pilot, "enter")
                seen |= offered(app.screen)
                await press(pilot, "e")
                seen |= offered(app.screen)
                await press(pilot, "escape")
    assert seen >= CHANGES | OFFERED
