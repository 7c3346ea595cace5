"""Choosing columns and saving views on the lists of the app (S5, S9)."""

from typing import Any

import pytest

from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.list_views import ListView
from studio_tui.services.people import by_hand, users
from studio_tui.services.system import list_views
from studio_tui.tui.modals.choose_columns import ChooseColumns
from studio_tui.tui.widgets.list.record_browser import RecordBrowser
from tests.hostile import HOSTILE
from tests.tui import press, running
from tests.tui.pictures import Pictures
from tests.tui.screens.looking import listed, shown
from tests.tui.screens.organisation import PEOPLE, Example, fill_outbox
from tests.tui.screens.pushing import pushes_in_every_state, said


def columns(pilot: Any) -> list[str]:
    return [column.key for column in listed(pilot).shown_columns]


def browser(pilot: Any) -> RecordBrowser[Any, Any]:
    found: RecordBrowser[Any, Any] = pilot.app.screen.query_one(RecordBrowser)
    return found


async def test_columns_are_chosen_and_remembered(made: Example) -> None:
    made.load(PEOPLE)
    async with running(made.app(), (120, 40)) as pilot:
        await press(pilot, "3")
        usual = columns(pilot)
        assert {"login", "managers"} <= set(usual)
        await press(pilot, "vertical_line", "j", "space", "enter")
        assert columns(pilot) == [key for key in usual if key != "login"]
    async with running(made.app(), (120, 40)) as pilot:
        await press(pilot, "3")
        assert "login" not in columns(pilot)
        await press(pilot, "vertical_line", "ctrl+n", "ctrl+s")
        assert columns(pilot) == usual
    assert list_views.every(made.studio, made.admin)["users"].columns == ()


async def test_one_column_stays(made: Example) -> None:
    made.load(PEOPLE)
    async with running(made.app()) as pilot:
        await press(pilot, "3", "vertical_line", "a")
        if listed(pilot).selected_count:
            await press(pilot, "a")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ChooseColumns)
        assert "At least one column stays" in shown(pilot)
        await press(pilot, "g", "space", "enter")
        assert columns(pilot) == ["name"]


async def test_a_view_is_saved_shown_and_opened_with(made: Example) -> None:
    made.load(PEOPLE)
    async with running(made.app(), (120, 40)) as pilot:
        await press(pilot, "3", "slash", *"sales", "enter", "f", "o", "O")
        sort = listed(pilot).sort
        await press(pilot, "vertical_line", "j", "space", "enter")
        await press(pilot, "F", "ctrl+s", *"Sellers", "enter")
        assert "“Sellers” saved" in said(pilot)
        await press(pilot, "escape", "F")
        assert "Sellers" in shown(pilot)
        assert "“sales” · those who have left" in shown(pilot)
        await press(pilot, *"sell", "ctrl+o")
        assert "opens with “Sellers”" in said(pilot)
        assert browser(pilot).text == ""
    async with running(made.app(), (120, 40)) as pilot:
        await press(pilot, "3")
        assert browser(pilot).text == "sales"
        assert listed(pilot).sort == sort
        assert browser(pilot).filter.include_left
        assert "login" not in columns(pilot)
        await press(pilot, "F", *"usual", "enter")
        assert (browser(pilot).text, listed(pilot).sort) == ("", Sort("name"))
        await press(pilot, "F", *"sell", "ctrl+r")
        assert "removed" in said(pilot)
    assert list_views.every(made.studio, made.admin)["users"].named == ()


async def test_a_view_says_how_many_it_shows(made: Example) -> None:
    made.load(PEOPLE)
    carl = users.find(made.studio, made.admin, "carl").user
    by_hand.leave(made.studio, made.admin, [carl.id])
    views = (
        ListView("Both", "sales"),
        ListView("None", "nobodyhere"),
        ListView("There", "login in (carl, dina)"),
        ListView("All", "login in (carl, dina)", narrowed="those who have left, too"),
    )
    for view in views:
        list_views.save(made.studio, made.admin, "users", view)
    async with running(made.app()) as pilot:
        await press(pilot, "3", "F")
        for name, number in (("Both", 2), ("There", 1), ("All", 2)):
            (line,) = [line for line in shown(pilot).splitlines() if f" {name} " in line]
            assert line.rstrip(" │").endswith(f" {number}")


async def test_a_name_that_is_taken_is_replaced_by_entering_it_again(made: Example) -> None:
    made.load(PEOPLE)
    list_views.save(made.studio, made.admin, "users", ListView("Sellers", "old"))
    async with running(made.app()) as pilot:
        await press(pilot, "3", "slash", *"new", "enter", "F", "ctrl+s", "enter")
        assert "Enter a name" in shown(pilot)
        await press(pilot, *"sellers", "enter")
        assert "There is a view “Sellers” already" in shown(pilot)
        await press(pilot, "enter")
        assert "saved" in said(pilot)
    (view,) = list_views.every(made.studio, made.admin)["users"].named
    assert (view.name, view.text) == ("sellers", "new")


async def test_what_a_list_does_not_know_of_a_view_is_left_out_and_said(made: Example) -> None:
    made.load(PEOPLE)
    gone = ListView("Old", "bob", "nonsense", Sort("gone"), ("name", "gone"), opens=True)
    list_views.save(made.studio, made.admin, "users", gone)
    async with running(made.app()) as pilot:
        await press(pilot, "3")
        for word in ("a column", "its order", "narrowed"):
            assert word in said(pilot)
        assert (browser(pilot).text, columns(pilot)) == ("bob", ["name"])
        assert listed(pilot).sort == Sort("name")


async def test_what_a_key_narrows_to_belongs_to_the_view(made: Example) -> None:
    await fill_outbox(made)
    list_views.save(made.studio, made.admin, "outbox", ListView("Gone", narrowed="sent"))
    list_views.save(made.studio, made.admin, "push_users", ListView("Late", narrowed="overdue"))
    async with running(made.app()) as pilot:
        await press(pilot, "4", "F", *"gone", "enter")
        assert browser(pilot).filter.state == "sent"
        await press(pilot, "F", *"usual", "enter")
        assert browser(pilot).filter.state is None


@pytest.mark.parametrize("hostile", [False, True])
def test_pictures(made: Example, pictures: Pictures, hostile: bool) -> None:
    pushes_in_every_state(made)
    names = (*HOSTILE[:6], "x" * 200, "長" * 100) if hostile else ("Sellers", "Without a manager")
    for name in names:
        view = ListView(name, name if hostile else "sales", "", Sort("login", descending=True))
        list_views.save(made.studio, made.admin, "users", view)

    async def before(pilot: Any) -> None:
        await press(pilot, "3", "F", "down")

    pictures(made.app(), before)


def test_pictures_of_columns(made: Example, pictures: Pictures) -> None:
    pushes_in_every_state(made)

    async def before(pilot: Any) -> None:
        await press(pilot, "3", "vertical_line", "j", "space")

    pictures(made.app(), before)
