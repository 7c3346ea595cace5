"""The keys help (``?``): all keys of the screen, grouped, filtered and run from the list (S4)."""

from typing import Any

import click
import pytest
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import Static

from studio_tui.cli.main import program
from studio_tui.domain.people.access import Action
from studio_tui.tui.modals.keys import KeysHelp
from studio_tui.tui.start import PLACES
from tests.tui import press, running, settled
from tests.tui.demo import EmptyScreen, PeopleScreen, studio_app
from tests.tui.pictures import EVERY_SIZE, THEMES, Pictures
from tests.tui.screens.conftest import made
from tests.tui.screens.looking import assert_text, listed, rows
from tests.tui.screens.organisation import Example, hostile_rows
from tests.tui.screens.pushing import pushes_in_every_state, said
from tests.tui.test_keys import every_command

__all__ = ["made"]


def lines(pilot: Pilot[Any]) -> list[str]:
    """Return the rows of the help: headings, and keys with their titles."""
    assert isinstance(pilot.app.screen, KeysHelp)
    return [f"{r.choice.key} {r.choice.title}" if r.choice else r.heading for r in rows(pilot)]


def detail(pilot: Pilot[Any]) -> list[str]:
    content = pilot.app.screen.query_one(".under", Static).content
    assert isinstance(content, Content)
    return content.plain.split("\n")


async def test_what_has_the_focus_comes_first_then_the_screen_then_everywhere() -> None:
    async with running(studio_app()) as pilot:
        await press(pilot, "question_mark")
        shown = lines(pilot)
        headings = [
            line for line in shown if (line.isupper() and " " in line) or line == "EVERYWHERE"
        ]
        assert headings == ["THIS LIST", "THIS SCREEN", "EVERYWHERE"]
        assert shown.index("/ Show only what matches what you type") < shown.index("THIS SCREEN")
        assert shown.index("n Say something") < shown.index("EVERYWHERE")
        assert shown.index("q Leave the Studio") > shown.index("EVERYWHERE")


async def test_it_filters_as_one_types_and_a_key_finds_what_it_does_first() -> None:
    async with running(studio_app()) as pilot:
        await press(pilot, "question_mark", *"up push")
        assert lines(pilot) == ["THIS SCREEN", "p Set up pushes of this template"]
        await press(pilot, *["backspace"] * 7, "n")
        assert lines(pilot)[:2] == ["KEY n", "n Say something"]
        assert lines(pilot).count("n Say something") == 1
        await press(pilot, "backspace", "slash")
        assert lines(pilot)[:2] == ["KEY /", "/ Show only what matches what you type"]
        await press(pilot, *"zzz")
        assert lines(pilot) == []


async def test_what_is_chosen_is_done_or_it_says_why_not() -> None:
    app = studio_app()
    async with running(app) as pilot:
        await press(pilot, "question_mark", *"say", "enter")
        assert isinstance(app.screen, PeopleScreen)
        assert "O'Brien" in said(pilot)
        await press(pilot, "question_mark", *"up push")
        assert "Not now: This template does not allow push" in detail(pilot)[0]
        await press(pilot, "enter")
        assert "does not allow push" in said(pilot)
        await press(pilot, "question_mark", *"elsewhere", "enter")
        assert isinstance(app.screen, EmptyScreen)
        await press(pilot, "1", "question_mark", *"last row", "enter")
        assert listed(pilot).cursor == 249


async def test_it_names_the_command_that_does_the_same_from_a_shell(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await press(pilot, "2", "question_mark", *"end this push")
        assert detail(pilot)[1] == "studio-tui pushes close PUSH"
        await press(pilot, *["backspace"] * 20, *"pushes edit")
        assert lines(pilot) == ["THIS SCREEN", "e Change name, days, close"]


def _parse(verb: str) -> None:
    """Fail if the command line has no such command, option or argument."""
    command: click.Command = program
    context = click.Context(program, info_name="studio-tui")
    words = verb.split()
    while isinstance(command, click.Group) and words:
        inner = command.get_command(context, words[0])
        if inner is None:
            break
        command, context = inner, click.Context(inner, info_name=words.pop(0), parent=context)
    assert command is not program, verb
    # Raises `NoSuchOption`; surplus arguments are returned in `left`.
    given, left, _ = command.make_parser(context).parse_args(words)
    assert not left, verb
    needed = [given.get(str(each.name)) for each in command.params if each.required]
    # A missing parameter is None, or a sentinel of click.
    assert all(value and isinstance(value, str | tuple | list) for value in needed), verb


def test_every_command_that_is_named_is_one_of_the_command_line() -> None:
    places = (place.command for place in PLACES)
    named = [command.verb for command in (*every_command(), *places) if command.verb]
    assert len(named) > 80
    for verb in named:
        _parse(verb)


@pytest.mark.parametrize("verb", ["pushes forget PUSH", "pushes close", "pushes close P --zap"])
def test_what_is_no_command_is_told(verb: str) -> None:
    with pytest.raises((AssertionError, click.UsageError)):
        _parse(verb)


def test_what_takes_a_right_can_be_done_from_a_shell() -> None:
    """Every command that needs a permission has an equivalent command line."""
    bare = {c.id for c in every_command() if c.needs is not None and not c.verb}
    assert bare == set()
    assert any(c.needs is Action.REMIND for c in every_command())


async def test_hostile_names_are_text(made: Example) -> None:
    made.load(hostile_rows())
    async with running(made.app()) as pilot:
        await press(pilot, "3", "question_mark")
        await settled(pilot)
        assert_text(pilot)


def test_keys_of_a_push(made: Example, pictures: Pictures) -> None:
    pushes_in_every_state(made)

    async def before(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        await press(pilot, "2", "enter", "question_mark")

    pictures(made.app(), before, EVERY_SIZE, THEMES)


def test_keys_that_are_found(made: Example, pictures: Pictures) -> None:
    pushes_in_every_state(made)

    async def before(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        await press(pilot, "2", "enter", "question_mark", *"rem")

    pictures(made.app(), before, EVERY_SIZE)
