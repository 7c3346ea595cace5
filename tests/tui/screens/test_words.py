"""Consistent terms, and commands only for users with permission (A2, S8)."""

import re
from typing import Any, cast

import pytest
from textual.pilot import Pilot

from studio_tui.tui.app import StudioApp
from studio_tui.tui.commands import Offer, offers
from studio_tui.tui.modals.keys import KeysHelp
from tests.tui import WIDE, press, running, settled
from tests.tui.screens.looking import shown
from tests.tui.screens.organisation import Example, fill_outbox
from tests.tui.screens.pushing import footer, pushes_in_every_state, put_cursor_on, said

OF_MANAGERS = {"Begin", "Cancel", "Held", "Not mine", "Hand over"}


async def test_mail_is_described_as_waiting_and_never_as_held(made: Example) -> None:
    await fill_outbox(made)
    async with running(made.app(), WIDE) as pilot:
        for keys in (("4",), ("right",), ("enter",)):
            await press(pilot, *keys)
            await settled(pilot)
            text = shown(pilot)
            assert re.search(r"\bwait(s|ing)\b", text)
            assert not re.search(r"\bheld\b", text)


async def test_a_user_is_not_offered_commands_of_their_managers(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app(made.actor("lone")), WIDE) as pilot:
        assert OF_MANAGERS & {offer.command.label for offer in offers(pilot.app.screen)} == set()
        assert not any(label in footer(pilot) for label in OF_MANAGERS)
        await press(pilot, "question_mark")
        assert isinstance(pilot.app.screen, KeysHelp)
        assert not any(f" {label} " in shown(pilot) for label in OF_MANAGERS)
        await press(pilot, "escape", "h")
        # The key still works and reports the reason.
        assert "recorded by who held it" in said(pilot)


async def test_a_leader_is_offered_the_commands_of_managers(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app(made.actor("bob")), WIDE) as pilot:
        await put_cursor_on(pilot, "Dina Willems")
        offered = {offer.command.label for offer in offers(pilot.app.screen)}
        assert offered >= OF_MANAGERS


async def _try(pilot: Pilot[Any], offer: Offer) -> None:
    app = cast(StudioApp, pilot.app)
    here = app.screen
    offer.start()
    await settled(pilot)
    assert " may not " not in said(pilot), offer.command.id
    for _ in range(4):
        if app.screen is here:
            break
        await press(pilot, "escape")
    assert app.screen is here, offer.command.id


@pytest.mark.parametrize("login", ["lone", "bob", "sam"])
async def test_no_offered_command_is_forbidden(made: Example, login: str) -> None:
    """A2: run each available command of every place as a user, a leader and support."""
    pushes_in_every_state(made)
    async with running(made.whole_app(made.actor(login)), WIDE) as pilot:
        app = cast(StudioApp, pilot.app)
        for place in app.open_places():
            await press(pilot, place.key)
            await settled(pilot)
            tried = set()
            for offer in list(offers(app.screen)):
                command = offer.command
                if offer.why_not or offer.node is app or command.id in {"back", "again"}:
                    continue
                await _try(pilot, offer)
                tried.add(command.id)
            assert tried
