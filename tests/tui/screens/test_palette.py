"""The palette: people, pushes, templates and commands by a few letters (S4)."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import pytest
from textual import events
from textual.keys import key_to_character
from textual.pilot import Pilot

from studio_tui.domain.shared.destinations import Person, Push
from studio_tui.tui.app import StudioApp
from studio_tui.tui.modals.palette import Palette
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.people.user import UserScreen
from studio_tui.tui.screens.pushes.push import PushScreen
from studio_tui.tui.screens.templates.template import TemplateScreen
from tests.hostile import HOSTILE
from tests.tui import press, running, settled
from tests.tui.pictures import EVERY_SIZE, THEMES, Pictures
from tests.tui.screens.looking import assert_text, rows, shown
from tests.tui.screens.organisation import PEOPLE, Example, hostile_rows
from tests.tui.screens.pushing import create, pushes_in_every_state, said, user_id
from tests.tui.slow import slow_machine


def offered(pilot: Pilot[Any]) -> list[tuple[str, str]]:
    """Return kind and title of each entry of the palette."""
    assert isinstance(pilot.app.screen, Palette)
    return [(row.choice.kind, row.choice.title) for row in rows(pilot)]


def place(pilot: Pilot[Any]) -> object:
    """Return the destination of the current screen."""
    assert isinstance(pilot.app.screen, StudioScreen)
    return pilot.app.screen.destination


async def test_people_pushes_and_templates_are_a_few_letters_away(made: Example) -> None:
    late = pushes_in_every_state(made)["Late"]
    async with running(made.app()) as pilot:
        await press(pilot, "ctrl+p", *"dina", "enter")
        assert isinstance(pilot.app.screen, UserScreen)
        assert place(pilot) == Person(user_id(made, "dina"))
        await press(pilot, "colon", *"late", "enter")
        assert isinstance(pilot.app.screen, PushScreen)
        assert place(pilot) == Push(late.id)
        await press(pilot, "colon", *"regul", "enter")
        assert isinstance(pilot.app.screen, TemplateScreen)
        assert pilot.app.screen.template.name == "Regular"
        await press(pilot, "escape", "escape", "escape")
        assert len(pilot.app.screen_stack) == 1


async def test_the_best_of_all_kinds_stands_first(made: Example) -> None:
    pushes_in_every_state(made)
    made.load("quinten,q@example.org,Quinten,Quick,,,,,,,\n")
    create(made, "Quit smoking", date(2026, 3, 1), date(2026, 3, 31))
    async with running(made.app()) as pilot:
        await press(pilot, "ctrl+p", *"qui")
        assert offered(pilot)[:4] == [
            ("command", "Quit"),
            ("push", "Quit smoking"),
            ("template", "Quick"),
            ("user", "Quinten Quick"),
        ]
        await press(pilot, *"n")
        assert offered(pilot) == [("user", "Quinten Quick")]
        await press(pilot, "backspace", "backspace", "backspace", "backspace")
        assert {kind for kind, _ in offered(pilot)} == {"command"}
        await press(pilot, *"no such thing")
        assert offered(pilot) == []
        assert "Nothing goes by that name." in shown(pilot)


async def test_who_may_not_see_users_finds_none(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app(made.actor("bob"))) as pilot:
        await press(pilot, "ctrl+p", *"ann")
        assert {kind for kind, _ in offered(pilot)} <= {"command"}
        await press(pilot, "escape", "ctrl+p", *"late")
        assert {kind for kind, _ in offered(pilot)} <= {"command"}


async def test_enter_takes_what_was_typed_and_not_what_was_shown(
    made: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys that arrive at once over a slow line choose among the matches of the whole text."""
    pushes_in_every_state(made)
    with slow_machine(monkeypatch) as gate:
        async with running(made.app()) as pilot:
            gate.shut()
            for key in ("colon", *"ann pee", "enter"):
                pilot.app.post_message(events.Key(key, key_to_character(key)))
            await gate.run_until_blocked()
            gate.open()
            await settled(pilot)
            assert place(pilot) == Person(user_id(made, "ann"))


async def test_commands_are_there_when_the_database_is_not(
    made: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio_tui.domain.shared.errors import Unavailable
    from studio_tui.services.system import search

    def away(*_: object) -> Any:
        raise Unavailable("The database does not answer.")

    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        monkeypatch.setattr(search, "find", away)
        await press(pilot, "ctrl+p", *"quit")
        assert offered(pilot) == [("command", "Quit")]
        await press(pilot, *"ting")
        assert "does not answer" in said(pilot)
        await press(pilot, "escape")


async def test_a_template_that_is_gone_is_not_opened(made: Example) -> None:
    from studio_tui.services.templates import templates

    made.load(PEOPLE)
    async with running(made.app()) as pilot:
        await press(pilot, "3", "ctrl+p", *"quick")
        templates.delete(made.studio, made.admin, templates.find(made.studio, made.admin, "Quick"))
        await press(pilot, "enter")
        assert "no longer there" in said(pilot)
        assert len(pilot.app.screen_stack) == 1


async def test_hostile_names_are_text(made: Example) -> None:
    made.load(hostile_rows())
    async with running(made.app()) as pilot:
        await press(pilot, "ctrl+p", "h")
        assert_text(pilot)
        for name in HOSTILE:
            await press(pilot, "ctrl+u")
            pilot.app.post_message(events.Paste(name))
            await settled(pilot)
            assert_text(pilot)


def finding_(
    text: str, fill: Callable[[Example], object], made: Example
) -> tuple[StudioApp, Callable[[Pilot[Any]], Awaitable[None]]]:
    fill(made)

    async def before(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        await press(pilot, "ctrl+p", *text)

    return made.app(), before


def a_crowd(made: Example) -> None:
    pushes_in_every_state(made)
    made.load(
        "".join(
            f"ann{n},ann{n}@example.org,Ann,Maes {n},,,,Customer care,nl,,\n" for n in range(60)
        )
    )
    for number in range(1, 6):
        create(made, f"Annual review {number}", date(2026, 4, number), date(2026, 12, 31))


def hostile(made: Example) -> None:
    made.load(hostile_rows())
    create(made, "[/x] [bold]h[/]\u202eolla", date(2026, 4, 1), date(2026, 12, 31))


def test_empty(made: Example, pictures: Pictures) -> None:
    pictures(*finding_("zzz", lambda _: None, made), EVERY_SIZE)


def test_typical(made: Example, pictures: Pictures) -> None:
    pictures(*finding_("re", pushes_in_every_state, made), EVERY_SIZE, THEMES)


def test_crowded(made: Example, pictures: Pictures) -> None:
    pictures(*finding_("ann", a_crowd, made), EVERY_SIZE)


def test_hostile(made: Example, pictures: Pictures) -> None:
    pictures(*finding_("h", hostile, made), EVERY_SIZE)
