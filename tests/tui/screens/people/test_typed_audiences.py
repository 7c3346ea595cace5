"""Audience expressions in the filter of a list (P13)."""

from typing import Any

from textual import events
from textual.pilot import Pilot
from textual.widgets import Static

from studio_tui.services.people import by_hand
from studio_tui.tui.screens.people.user import UserScreen
from studio_tui.tui.widgets.list.filter_bar import FilterInput
from tests.tui import press, running, settled
from tests.tui.screens.looking import listed, rows, shown
from tests.tui.screens.organisation import PEOPLE, Example
from tests.tui.screens.pushing import user_id


def _names(pilot: Pilot[Any]) -> list[str]:
    return [user.name for user in rows(pilot)]


def _said(pilot: Pilot[Any]) -> str:
    said = pilot.app.screen.query_one("RecordBrowser > .audience", Static)
    return str(said.render()) if said.display else ""


async def test_an_audience_filters_completes_and_reports_errors(made: Example) -> None:
    made.load(PEOPLE)
    async with running(made.app()) as pilot:
        await press(pilot, "3", "slash", *'department "Fin')
        assert len(_names(pilot)) == 7
        assert "no second one" in _said(pilot)
        assert 'tab "Finance"' in _said(pilot)
        await press(pilot, "tab")
        assert pilot.app.screen.query_one(FilterInput).value == 'department "Finance"'
        assert _names(pilot) == ["Carl Maes", "Dina Willems"]
        await press(pilot, *" and not name Carl")
        assert _names(pilot) == ["Dina Willems"]
        assert "1 of 7 users" in shown(pilot)
        await press(pilot, *"x")
        assert _names(pilot) == ["Carl Maes", "Dina Willems"]
        await press(pilot, *" andd")
        assert "Did you mean “and”?" in _said(pilot)
        await press(pilot, "enter", "escape")
        assert len(_names(pilot)) == 7
        assert _said(pilot) == ""
        await press(pilot, "slash", *"finance")
        assert _names(pilot) == ["Carl Maes", "Dina Willems"]


async def test_an_audience_filters_the_activity_by_subject(made: Example) -> None:
    made.load(PEOPLE)
    by_hand.leave(made.studio, made.admin, [user_id(made, "dina")])
    async with running(made.app()) as pilot:
        await press(pilot, "5", "slash", *'department "Finance" and left')
        assert {done.subject for done in rows(pilot)} >= {"dina"}
        number = len(rows(pilot))
        await press(pilot, *' and not login "dina"')
        assert len(rows(pilot)) < number


async def test_the_page_of_a_user_explains_why_the_user_matches_a_filter(made: Example) -> None:
    made.load(PEOPLE)
    async with running(made.app()) as pilot:
        await press(pilot, "3", "slash", *"dina", "enter", "enter", "ampersand")
        await press(pilot, *"department Fin", "enter")
        assert "there is no department “Fin”" in shown(pilot)
        await press(pilot, *"ance and not left", "enter")
        told = shown(pilot)
        assert "Dina Willems is in:" in told
        assert 'yes department "Finance"  (department Finance)' in told
        assert "no  left  (there)" in told
        await press(pilot, "escape")
        assert type(pilot.app.screen) is UserScreen


async def test_marked_rows_and_pasted_lists_are_converted_to_audiences(made: Example) -> None:
    """Convert filters and marks to an expression and back, and explain a row (P13)."""
    made.load(PEOPLE)
    async with running(made.app()) as pilot:
        await press(pilot, "3", "j", "space", "j", "space")
        marked = sorted(listed(pilot).selection.terms[0].marked)
        await press(pilot, "T")
        text = pilot.app.screen.query_one(FilterInput).value
        assert text.startswith("login in (")
        assert sorted(row.id for row in rows(pilot)) == marked
        assert pilot.app.clipboard == text
        await press(pilot, "a", "ampersand")
        assert " is in:" in shown(pilot)
        assert f"yes {text}" in shown(pilot)
        await press(pilot, "escape", "escape")
        assert len(rows(pilot)) == 7
        listed(pilot).post_message(events.Paste("ann\ndina@example.org\n"))
        await settled(pilot)
        assert _names(pilot) == ["Ann Peeters", "Dina Willems"]
        await press(pilot, "escape", "escape", "slash", *"no manager", "enter", "T")
        assert pilot.app.clipboard == "no manager"
        assert "Lou Alone" in _names(pilot)
        assert "Ann Peeters" not in _names(pilot)


async def test_the_keyword_left_alone_finds_users_who_left(made: Example) -> None:
    made.load(PEOPLE)
    by_hand.leave(made.studio, made.admin, [user_id(made, "dina")])
    async with running(made.app()) as pilot:
        await press(pilot, "3", "slash", *"left")
        assert _names(pilot) == ["Dina Willems"]
        await press(pilot, *"y")
        assert _names(pilot) == []
