"""Snapshots of a conversation for leader, user and admin: before, during and after it."""

from typing import Any

from textual.pilot import Pilot

from studio_tui.domain.conversations.conversation import Conversation, Part
from studio_tui.services import conversations
from tests.tui import NARROW, WIDE, press, settled, until
from tests.tui.pictures import Pictures
from tests.tui.screens.looking import shown
from tests.tui.screens.one_conversation import (
    ANSWERS,
    CONDUCTOR,
    ENERGY,
    FEELING,
    RESULT,
    USER,
    open_one,
    planned,
    write,
)
from tests.tui.screens.organisation import Example

_CUSTOMERS = (
    "The weekly talks with customers: I hear what they do with what we build, and it comes back in "
    "my own work.\n\nWhat cost me energy: the offers that changed three times [/x]."
)
_HERS = "She seems at ease with customers. Ask what she needs for the large accounts."


def _prepared(made: Example, *, submitted: bool = True) -> Conversation:
    talk = planned(made)
    write(made, talk, "ann", USER, ENERGY, _CUSTOMERS)
    write(made, talk, "ann", USER, FEELING, "Just right")
    write(made, talk, "bob", CONDUCTOR, ENERGY, _HERS)
    if submitted:
        conversations.submit(made.studio, made.actor("ann"), talk.id)
    return talk


def _talking(made: Example) -> Conversation:
    talk = _prepared(made)
    conversations.begin(made.studio, made.actor("bob"), talk.id)
    write(made, talk, "bob", ANSWERS, ENERGY, "Large accounts from May on, with Carl beside her.")
    write(made, talk, "bob", ANSWERS, RESULT, "The offer to Acme.")
    return talk


def _held(made: Example) -> Conversation:
    talk = _talking(made)
    write(made, talk, "bob", Part.SUMMARY, "summary", "A good year. Large accounts from May on.")
    return conversations.finish(made.studio, made.actor("bob"), talk.id)


def _at(talk: Conversation, *keys: str) -> Any:
    async def before(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        await open_one(pilot, talk)
        await press(pilot, *keys)

    return before


def test_leader_prepares(made: Example, pictures: Pictures) -> None:
    before = _at(_prepared(made), "g", "enter")
    app = made.app(made.actor("bob"))
    pictures(app, before)


def test_leader_talks(made: Example, pictures: Pictures) -> None:
    before = _at(_talking(made), "g")
    app = made.app(made.actor("bob"))
    pictures(app, before)


def test_leader_talks_in_the_light(made: Example, pictures: Pictures) -> None:
    before = _at(_talking(made), "g", "enter")
    app = made.app(made.actor("bob"))
    pictures(app, before, [WIDE], ["studio-light"])


def test_leader_rates_in_the_light(made: Example, pictures: Pictures) -> None:
    before = _at(_talking(made), "g", "j", "enter", "3", "ctrl+s")
    app = made.app(made.actor("bob"))
    pictures(app, before, [NARROW], ["studio-light"])


def test_leader_reads_what_was_held(made: Example, pictures: Pictures) -> None:
    before = _at(_held(made))
    app = made.app(made.actor("bob"))
    pictures(app, before)


def test_user_prepares(made: Example, pictures: Pictures) -> None:
    before = _at(_prepared(made, submitted=False), "g", "enter")
    app = made.app(made.actor("ann"))
    pictures(app, before)


def test_user_waits(made: Example, pictures: Pictures) -> None:
    before = _at(_prepared(made), "j")
    app = made.app(made.actor("ann"))
    pictures(app, before)


def test_user_reads(made: Example, pictures: Pictures) -> None:
    before = _at(_held(made))
    app = made.app(made.actor("ann"))
    pictures(app, before)


def test_admin_sees_that_it_was_held(made: Example, pictures: Pictures) -> None:
    pictures(made.app(), _at(_held(made)))


def test_two_versions(made: Example, pictures: Pictures) -> None:
    talk = _prepared(made)

    async def before(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        await open_one(pilot, talk)
        await press(pilot, "g", "enter")
        # An answer that is not being edited would be updated with the text of the other user.
        await pilot.press("A")
        write(made, talk, "ann", USER, ENERGY, "Only the customers; the rest is left out.")
        await press(pilot, *"nd more. ")
        # Wait for autosave. Pressing ctrl+s could save a second time on a slow machine.
        await until(pilot, lambda: "The other version" in shown(pilot))

    pictures(made.app(made.actor("ann")), before)


def test_asked_before_it_is_sealed(made: Example, pictures: Pictures) -> None:
    before = _at(_talking(made), "f")
    app = made.app(made.actor("bob"))
    pictures(app, before)
