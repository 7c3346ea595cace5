"""Editing users and teams by hand: forms and the tree of teams (U2, U8, A4)."""

from typing import Any

from textual.pilot import Pilot

from studio_tui.domain.people.users import User
from studio_tui.domain.shared.errors import NotFound
from studio_tui.services.people import by_hand, teams, users
from studio_tui.services.people.person_input import PersonInput
from studio_tui.services.people.teams import TeamEdit
from studio_tui.tui.screens.people.person_form import AddPersonScreen, EditPersonScreen
from studio_tui.tui.screens.people.team import TeamScreen
from studio_tui.tui.screens.people.teams import TeamsScreen
from studio_tui.tui.screens.people.user import UserScreen
from studio_tui.tui.screens.people.users import UsersScreen
from studio_tui.tui.widgets.field import Field
from tests.tui import WIDE, press, running
from tests.tui.screens.looking import listed, rows, shown
from tests.tui.screens.organisation import PEOPLE, Example
from tests.tui.screens.pushing import footer, pushes_in_every_state, put_cursor_on, said


def _user(made: Example, login: str) -> User:
    return users.find(made.studio, made.admin, login).user


async def _open(pilot: Pilot[Any], name: str) -> None:
    await press(pilot, "3")
    await put_cursor_on(pilot, name)
    await press(pilot, "enter")


def _paths(pilot: Pilot[Any]) -> list[str]:
    return [row.path for row in rows(pilot)]


async def test_a_user_is_added(made: Example) -> None:
    """Errors are displayed next to their fields, and the input is retained."""
    made.load(PEOPLE)
    async with running(made.app(), WIDE) as pilot:
        await press(pilot, "3", "n", *"zoe", "tab", *"ann@example.org", "ctrl+s")
        assert isinstance(pilot.app.screen, AddPersonScreen)
        assert "a name is needed" in shown(pilot)
        await press(pilot, *"Zoé", "ctrl+s")
        assert "ann@example.org” is Ann Peeters (ann)" in shown(pilot)
        await press(pilot, "ctrl+u", *"zoe@example.org", "ctrl+o")
        assert "Put the cursor into a field of teams first." in said(pilot)
        teams_field = next(each for each in pilot.app.screen.query(Field) if each.name == "teams")
        teams_field.focus_entry()
        await press(pilot, "ctrl+o", *"sal", "enter")
        assert teams_field.value == "Sales"
        await press(pilot, "ctrl+u", "ctrl+s")
        assert isinstance(pilot.app.screen, UserScreen)
        assert "Zoé is added, with no manager." in said(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, UsersScreen)
    assert _user(made, "zoe").email == "zoe@example.org"


async def test_a_user_is_edited_and_unsaved_changes_are_discarded_only_after_confirmation(
    made: Example,
) -> None:
    made.load(PEOPLE)
    async with running(made.app(), WIDE) as pilot:
        await _open(pilot, "Dina Willems")
        await press(pilot, "e", "tab", *"Edina", "escape")
        assert "Leave without saving?" in shown(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, EditPersonScreen)
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, UserScreen)
        assert "DinaEdina Willems is saved." in said(pilot)
        assert "overwrites this" in said(pilot)
        await press(pilot, "e", "ctrl+s")
        assert "Nothing is changed." in said(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, UserScreen)


async def test_the_second_of_two_conflicting_edits_of_a_user_is_reported(made: Example) -> None:
    """A4: both values of a conflicting field are displayed, and the input is retained."""
    made.load(PEOPLE)
    dina = _user(made, "dina").id
    async with running(made.app(), WIDE) as pilot:
        await _open(pilot, "Dina Willems")
        await press(pilot, "e", "ctrl+u", *"mine@example.org")
        theirs = PersonInput({"email": "theirs@example.org", "department": "Law"})
        by_hand.edit(made.studio, made.admin, dina, theirs)
        made.check_for_changes(pilot)
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, EditPersonScreen)
        assert "e-mail address is “theirs@example.org”" in shown(pilot)
        assert "mine@example.org" in shown(pilot)
        assert "Law" in shown(pilot)
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, UserScreen)
    assert (_user(made, "dina").email, _user(made, "dina").department) == (
        "mine@example.org",
        "Law",
    )


async def test_marking_a_user_as_left_displays_the_effects_and_can_be_reverted(
    made: Example,
) -> None:
    pushes_in_every_state(made)
    async with running(made.app(), WIDE) as pilot:
        await _open(pilot, "Bob Janssens")
        await press(pilot, "x")
        assert "Mark Bob Janssens as left?" in shown(pilot)
        assert "In “Late”." in shown(pilot)
        assert "Manages 2 users." in shown(pilot)
        assert _user(made, "bob").active
        await press(pilot, "right", "enter")
        assert "U takes them back" in said(pilot)
        assert not _user(made, "bob").active
        await press(pilot, "A")
        assert "has left: take them back first" in said(pilot)
        await press(pilot, "U")
        assert "is back" in said(pilot)
        await press(pilot, "U")
        assert "has not left" in said(pilot)
    assert _user(made, "bob").active


async def test_a_new_user_is_added_to_several_pushes_and_removed_by_undo(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app(), WIDE) as pilot:
        await _open(pilot, "Sam Claes")
        await press(pilot, "A")
        assert "Enter adds to 1 push" in shown(pilot)
        assert "Over" not in shown(pilot)
        await press(pilot, "space", "space")
        assert "Enter adds to 2 pushes" in shown(pilot)
        await press(pilot, "v")
        assert "What adding Sam Claes to 2 pushes would send" in shown(pilot)
        assert "sam@example.org" in shown(pilot)
        await press(pilot, "escape", "enter")
        assert "Sam Claes is added to 2 pushes (z undo once for each push)" in said(pilot)
        assert len(rows(pilot, "#pushes")) == 2
        await press(pilot, "z")
        assert len(rows(pilot, "#pushes")) == 1


async def test_teams_are_displayed_and_edited_as_a_tree(made: Example) -> None:
    made.load(PEOPLE)
    async with running(made.app(), WIDE) as pilot:
        await press(pilot, "3", "B")
        assert isinstance(pilot.app.screen, TeamsScreen)
        assert _paths(pilot) == ["Finance", "Management", "Sales", "Sales > Belgium"]
        await put_cursor_on(pilot, "Belgium")
        await press(pilot, "left", "left")
        assert _paths(pilot) == ["Finance", "Management", "Sales"]
        await press(pilot, "right", "right", "enter")
        assert isinstance(pilot.app.screen, TeamScreen)
        assert "Bob Janssens" in shown(pilot)
        assert [row.login for row in rows(pilot)] == ["ann"]
        await press(pilot, "e", "tab", "ctrl+u", *"finance", "ctrl+s")
        assert "“Finance > Belgium” is saved. 1 user got other managers." in said(pilot)
        assert "Finance > Belgium" in shown(pilot)
        await press(pilot, "escape", "x", "right", "enter")
        assert "is not empty: 1 member (Ann Peeters)" in said(pilot)
        await put_cursor_on(pilot, "Sales")
        await press(pilot, "x", "right", "enter")
        assert _paths(pilot) == ["Finance", "Finance > Belgium", "Management"]
        await press(pilot, "n", *"Ghent", "ctrl+s")
        assert "is saved" in said(pilot)


async def test_a_team_form_updates_the_fields_without_unsaved_text(made: Example) -> None:
    """A4: another user's change of one field does not conflict with unsaved text in another."""
    made.load(PEOPLE)
    finance = teams.find(made.studio, made.admin, "Finance")
    async with running(made.app(), WIDE) as pilot:
        await press(pilot, "3", "B")
        await put_cursor_on(pilot, "Finance")
        await press(pilot, "e", *"s")
        teams.edit(made.studio, made.admin, finance.id, TeamEdit(leaders=["ann"]))
        made.check_for_changes(pilot)
        await press(pilot)
        assert "carl | ann" in shown(pilot), shown(pilot)
        await press(pilot, "tab", "tab", *" | bob", "ctrl+s")
        assert "“Finances” is saved" in said(pilot)
    led = teams.find(made.studio, made.admin, "Finances")
    assert sorted(leader.login for leader in led.leaders) == ["ann", "bob", "carl"]


async def test_a_cycle_of_teams_is_reported_next_to_the_field(made: Example) -> None:
    """U2, A4: two admins each move a team under the team that the other moves."""
    made.load(PEOPLE)
    finance = teams.find(made.studio, made.admin, "Finance")
    async with running(made.app(), WIDE) as pilot:
        await press(pilot, "3", "B")
        await put_cursor_on(pilot, "Management")
        await press(pilot, "e", "tab", *"Finance")
        teams.edit(made.studio, made.admin, finance.id, TeamEdit(under="Management"))
        await press(pilot, "ctrl+s")
        assert "“Management” cannot be put under “Management > Finance”" in shown(pilot)
        await press(pilot, "ctrl+u", "shift+tab", *"s", "ctrl+s")
        assert "“Managements” is saved" in said(pilot)
    try:
        teams.find(made.studio, made.admin, "Management")
    except NotFound:
        return
    raise AssertionError("it was not renamed")


async def test_support_can_read_teams_but_not_change_them(made: Example) -> None:
    made.load(PEOPLE)
    async with running(made.app(made.actor("sam")), WIDE) as pilot:
        await press(pilot, "3")
        assert "n New" not in footer(pilot)
        await press(pilot, "B")
        assert isinstance(pilot.app.screen, TeamsScreen)
        assert "e Edit" not in footer(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, TeamScreen)
        await press(pilot, "e", "n", "x")
        assert isinstance(pilot.app.screen, TeamScreen)
        assert listed(pilot).length
