"""The list of users, and the page of a user (U1, U4, P16)."""

from dataclasses import replace
from typing import Any

import msgspec
from textual.pilot import Pilot
from textual.widgets import Static

from studio_tui.config.settings import Privacy
from studio_tui.domain.people.users import User
from studio_tui.services import conversations
from studio_tui.services.people import by_hand
from studio_tui.tui.modals.read_text import ReadText
from studio_tui.tui.screens.outbox.mail import MailScreen
from studio_tui.tui.screens.people.user import UserScreen
from studio_tui.tui.screens.people.users import UsersScreen
from studio_tui.tui.screens.pushes.push import PushScreen
from studio_tui.tui.widgets.facts import Facts
from tests.hostile import HOSTILE, PACKED
from tests.tui import WIDE, press, running, settled
from tests.tui.screens.looking import assert_text, listed, rows, shown
from tests.tui.screens.organisation import PEOPLE, Example, fill_outbox, hostile_rows
from tests.tui.screens.pushing import user_id


def _names(pilot: Pilot[Any]) -> list[str]:
    return [user.name for user in rows(pilot)]


def _logins(pilot: Pilot[Any]) -> list[str]:
    return [user.login for user in rows(pilot)]


async def test_all_users_are_listed_and_missing_managers_are_displayed(made: Example) -> None:
    made.load(PEOPLE)
    async with running(made.app()) as pilot:
        await press(pilot, "3")
        assert len(_names(pilot)) == 7
        rows = {line[2:16].strip(): line for line in shown(pilot).splitlines()}
        assert "no manager" in rows["Lou Alone"]
        assert " 3" in rows["Dina Willems"]
        assert "no manager" not in rows["Dina Willems"]
        assert "support" in rows["Sam Claes"]


async def test_an_empty_list_explains_how_to_import_users(made: Example) -> None:
    async with running(made.app()) as pilot:
        await press(pilot, "3")
        assert pilot.app.screen.query_one(".begin").display
        assert "Press i to import users from a CSV file." in shown(pilot)
        made.load(PEOPLE)
        made.check_for_changes(pilot)
        await settled(pilot)
        assert not pilot.app.screen.query_one(".begin").display


async def test_the_list_of_users_is_filtered_and_sorted(made: Example) -> None:
    made.load(PEOPLE)
    async with running(made.app()) as pilot:
        await press(pilot, "3", "slash", *"finance", "enter")
        assert _names(pilot) == ["Carl Maes", "Dina Willems"]
        await press(pilot, "slash", "escape", "escape")
        await press(pilot, "o")
        assert _logins(pilot) == sorted(_logins(pilot))
        await press(pilot, "O")
        assert _logins(pilot) == sorted(_logins(pilot), reverse=True)


async def test_users_who_left_are_displayed_on_request(made: Example) -> None:
    made.load(PEOPLE)
    made.load("ann,ann@example.org,Ann,Peeters,no", "login,email,given_name,family_name,active")
    async with running(made.app()) as pilot:
        await press(pilot, "3")
        assert "Ann Peeters" not in _names(pilot)
        await press(pilot, "f")
        assert "Ann Peeters" in _names(pilot)
        await press(pilot, "slash", *"peeters", "enter")
        assert _names(pilot) == ["Ann Peeters"]
        assert "left" in shown(pilot)
        await press(pilot, "f")
        assert _names(pilot) == []


async def test_marks_survive_changes_of_the_filter(made: Example) -> None:
    made.load(PEOPLE)
    async with running(made.app()) as pilot:
        await press(pilot, "3", "space", "slash", *"sales", "enter", "a", "f")
        assert listed(pilot).selected_count == 3
        assert "3 selected" in shown(pilot)


async def test_support_can_read_users_but_not_import_them(made: Example) -> None:
    made.load(PEOPLE)
    async with running(made.app(made.actor("sam"))) as pilot:
        await press(pilot, "3", "i")
        assert isinstance(pilot.app.screen, UsersScreen)
        assert "Import" not in shown(pilot)


async def test_the_page_of_a_user_lists_pushes_and_mail(made: Example) -> None:
    await fill_outbox(made)
    conversation = conversations.find(made.studio, "Q1 review", "ann")
    conversations.record_held(made.studio, made.actor("bob"), conversation)
    async with running(made.app(), WIDE) as pilot:
        await press(pilot, "3", "slash", *"peeters", "enter", "enter")
        assert isinstance(pilot.app.screen, UserScreen)
        seen = shown(pilot)
        assert "Bob Janssens (leads Belgium)" in seen
        assert "Carl Maes (coach)" in seen
        assert "Check-in [/x]" in seen
        assert "held 2026-03-02 by Bob Janssens" in seen
        await press(pilot, "right")
        assert listed(pilot, "#mail").length == 3
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, MailScreen)
        await press(pilot, "escape", "right", "enter")
        assert isinstance(pilot.app.screen, ReadText)
        await press(pilot, "escape", "right", "enter")
        assert isinstance(pilot.app.screen, PushScreen)


async def test_the_page_of_a_user_without_a_manager_says_so(made: Example) -> None:
    made.load(PEOPLE)
    async with running(made.app()) as pilot:
        await press(pilot, "3", "enter")
        assert "no manager: nobody is told" in shown(pilot)
        assert "In no push yet." in shown(pilot)


async def test_hostile_names_stay_text(made: Example) -> None:
    made.load(PEOPLE + hostile_rows() + hostile_rows("", PACKED, "p", 170))
    async with running(made.app(), (120, 60)) as pilot:
        await press(pilot, "3")
        users: list[User] = rows(pilot)
        assert len(users) > len(HOSTILE) + len(PACKED)
        assert_text(pilot)
        for user in [user for user in users if user.login[0] == "p"]:
            pilot.app.push_screen(UserScreen(user.id))
            await settled(pilot)
            assert user.name[:20] in str(pilot.app.screen.query_one(".title", Static).content)
            assert user.login in str(pilot.app.screen.query_one(Facts).content)
            assert_text(pilot)
            await press(pilot, "escape")
        assert isinstance(pilot.app.screen, UsersScreen)


async def test_changes_of_others_are_displayed_on_the_page_of_a_user(made: Example) -> None:
    made.load(PEOPLE)
    async with running(made.app()) as pilot:
        await press(pilot, "3", "slash", *"alone", "enter", "enter")
        assert "Legal" in shown(pilot)
        moved = "lone@example.org,Lou,Alone,Care"
        made.load(moved, "email,given_name,family_name,department")
        made.check_for_changes(pilot)
        await settled(pilot)
        assert "Legal" not in shown(pilot)
        assert "Care" in shown(pilot)


async def test_today_leads_to_the_users_who_are_erased_soon(made: Example) -> None:
    """U13, S1: the list contains only these users until the user asks for everybody."""
    made.load(PEOPLE)
    by_hand.leave(made.studio, made.admin, [user_id(made, login) for login in ("ann", "dina")])
    made.clock.move(days=27)
    settings = msgspec.structs.replace(made.studio.settings, privacy=Privacy(retention_months=1))
    made.studio = replace(made.studio, settings=settings)
    async with running(made.whole_app()) as pilot:
        assert "2 people are erased" in shown(pilot)
        await press(pilot, "enter")
        assert sorted(_logins(pilot)) == ["ann", "dina"]
        assert "erased within two weeks; f shows everybody" in shown(pilot)
        await press(pilot, "f")
        assert "bob" in _logins(pilot)
        assert "erased within two weeks" not in shown(pilot)
        await press(pilot, "escape", "enter")
        assert "erased within two weeks; f shows everybody" in shown(pilot)
        await press(pilot, "F", *"usual", "enter")
        assert "bob" in _logins(pilot)
        assert "erased within two weeks" not in shown(pilot)
