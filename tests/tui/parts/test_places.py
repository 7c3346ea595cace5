"""Back and forward through places, and through the pages that are opened in them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from textual.pilot import Pilot

from studio_tui.domain.shared import destinations as to
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.people.user import UserScreen
from studio_tui.tui.screens.people.users import UsersScreen
from studio_tui.tui.screens.pushes.assign import AssignScreen
from studio_tui.tui.screens.pushes.push import PushScreen
from studio_tui.tui.start import OpenedStudio
from tests.tui import press, running
from tests.tui.screens.organisation import PEOPLE, Example, example
from tests.tui.screens.pushing import said

BACK, FORWARD = "left_square_bracket", "right_square_bracket"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Example]:
    with example(tmp_path) as one:
        one.load(PEOPLE)
        yield one


def at(pilot: Pilot[Any]) -> tuple[str, to.Destination | None]:
    """Return the current place and the destination of its page; None if no page is open."""
    screen = cast(StudioScreen, pilot.app.screen)
    return pilot.app.current_mode, screen.destination


def test_the_app_is_composed_of_parts_instead_of_inheriting_mixins() -> None:
    ours = [each.__name__ for each in OpenedStudio.__mro__ if "studio_tui" in each.__module__]
    assert ours == ["OpenedStudio", "StudioApp", "Commands"]


async def test_back_and_forward_lead_through_places_and_pages(made: Example) -> None:
    made.push("Q1 review", "ann")
    async with running(made.whole_app()) as pilot:
        assert at(pilot) == ("today", None)
        await press(pilot, "3", "enter")
        person = at(pilot)
        assert person[0] == "users"
        assert isinstance(person[1], to.Person)
        await press(pilot, "2", "enter")
        push = at(pilot)
        assert isinstance(push[1], to.Push)
        way = [("today", None), ("users", None), person, ("pushes", None), push]
        for stop in reversed(way[:-1]):
            await press(pilot, BACK)
            assert at(pilot) == stop
        await press(pilot, BACK)
        assert "nowhere to go back to" in said(pilot)
        for stop in way[1:]:
            await press(pilot, FORWARD)
            assert at(pilot) == stop
        assert isinstance(pilot.app.screen, PushScreen)
        await press(pilot, FORWARD)
        assert "nowhere to go forward to" in said(pilot)


async def test_escape_goes_back_and_forward_opens_the_page_again(made: Example) -> None:
    async with running(made.whole_app()) as pilot:
        await press(pilot, "3", "enter")
        person = at(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, UsersScreen)
        await press(pilot, FORWARD)
        assert isinstance(pilot.app.screen, UserScreen)
        assert at(pilot) == person


async def test_going_back_keeps_the_marks_of_a_page(made: Example) -> None:
    made.push("Q1 review", "ann")
    async with running(made.whole_app()) as pilot:
        await press(pilot, "2", "a", "space")
        assert isinstance(pilot.app.screen, AssignScreen)
        await press(pilot, BACK)
        assert pilot.app.current_mode == "today"
        await press(pilot, FORWARD)
        screen = pilot.app.screen
        assert isinstance(screen, AssignScreen)
        assert screen.unsaved


async def test_the_key_of_the_place_itself_returns_to_its_first_screen(made: Example) -> None:
    made.push("Q1 review", "ann")
    async with running(made.whole_app()) as pilot:
        await press(pilot, "2", "enter", "enter")
        assert isinstance(pilot.app.screen, UserScreen)
        await press(pilot, "2")
        assert at(pilot) == ("pushes", None)
        assert len(pilot.app.screen_stack) == 1
        await press(pilot, "2", FORWARD)
        assert isinstance(pilot.app.screen, PushScreen)


async def test_the_key_of_the_place_itself_loses_nothing_unsaved(made: Example) -> None:
    made.push("Q1 review", "ann")
    async with running(made.whole_app()) as pilot:
        await press(pilot, "2", "a", "space", "2")
        assert isinstance(pilot.app.screen, Confirm)
        await press(pilot, "escape")
        screen = pilot.app.screen
        assert isinstance(screen, AssignScreen)
        assert screen.unsaved


async def test_going_back_from_unsaved_settings_asks_for_confirmation(made: Example) -> None:
    made.push("Q1 review", "ann")
    async with running(made.whole_app()) as pilot:
        await press(pilot, "2", "e", "end", "x", "tab", "tab", "tab", "tab", "tab")
        await press(pilot, BACK)
        assert isinstance(pilot.app.screen, Confirm)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, PushScreen)
