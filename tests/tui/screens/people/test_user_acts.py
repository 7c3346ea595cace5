"""Commands on the page of a user (S3), and correcting an address there (U8)."""

from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.pushes.push import Status
from studio_tui.services.people import by_hand, users
from studio_tui.services.people.person_input import PersonInput
from studio_tui.tui.modals.correct_address import CorrectAddress
from studio_tui.tui.screens.people.user import UserScreen
from studio_tui.tui.screens.pushes.remind import RemindScreen
from tests.tui import WIDE, press, running
from tests.tui.screens.looking import listed, rows, shown
from tests.tui.screens.organisation import Example, fill_outbox
from tests.tui.screens.pushing import footer, pushes_in_every_state, put_cursor_on, said

EVERYBODY = UserFilter(include_left=True)


async def _open(pilot: Pilot[Any], name: str) -> None:
    await press(pilot, "3")
    await put_cursor_on(pilot, name)
    await press(pilot, "enter")


def _email(made: Example, login: str) -> str:
    return next(
        u.email for u in users.every(made.studio, made.admin, UserFilter()) if u.login == login
    )


async def test_an_address_is_corrected_on_the_page_of_the_user(made: Example) -> None:
    pushes_in_every_state(made)
    # Support may change only the address, so the form has no other field.
    async with running(made.app(made.actor("sam")), WIDE) as pilot:
        await _open(pilot, "Dina Willems")
        await press(pilot, "e", "ctrl+u", *"ann@example.org", "enter")
        assert "“ann@example.org” is Ann Peeters" in shown(pilot)
        assert "(ann)" in shown(pilot)
        assert isinstance(pilot.app.screen, CorrectAddress)
        await press(pilot, "ctrl+u", *"dina", "enter")
        assert isinstance(pilot.app.screen, CorrectAddress)
        await press(pilot, "ctrl+u", *"dina.w@example.org", "enter")
        assert isinstance(pilot.app.screen, UserScreen)
        assert "The address of Dina Willems is dina.w@example.org." in said(pilot)
        assert "dina.w@example.org" in shown(pilot)
    assert _email(made, "dina") == "dina.w@example.org"


async def test_commands_act_on_the_push_under_the_cursor(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app(), WIDE) as pilot:
        await _open(pilot, "Dina Willems")
        await press(pilot, "r")
        assert isinstance(pilot.app.screen, RemindScreen)
        assert "Only Dina Willems" in shown(pilot)
        await press(pilot, "ctrl+s")
        assert "1 user reminded (z undo)" in said(pilot)
        await press(pilot, "h", *"carl", "enter", "enter", "enter")
        assert "Carl Maes talked with Dina Willems" in said(pilot)
        (row,) = rows(pilot, "#pushes")
        assert row.assignment.status is Status.DONE
        await press(pilot, "r")
        assert "Dina Willems: held" in said(pilot)
        await press(pilot, "u", "right", "enter")
        assert rows(pilot, "#pushes") == []


async def test_commands_act_on_the_mail_under_the_cursor(made: Example) -> None:
    await fill_outbox(made)
    async with running(made.app(), WIDE) as pilot:
        await _open(pilot, "Carl Maes")
        assert "✗ 1 mail failed" in shown(pilot)
        await press(pilot, "right")
        assert "r Retry" in footer(pilot)
        states = [mail.state for mail in rows(pilot, "#mail")]
        listed(pilot, "#mail").move_to(states.index(NotificationState.FAILED))
        await press(pilot, "r")
        assert "It is tried once more." in said(pilot)
        assert NotificationState.FAILED not in {mail.state for mail in rows(pilot, "#mail")}
        assert "✗" not in shown(pilot)


async def test_support_is_offered_address_corrections_but_no_other_changes(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app(made.actor("sam")), WIDE) as pilot:
        await press(pilot, "3")
        await put_cursor_on(pilot, "Dina Willems")
        await press(pilot, "enter")
        assert "e Address" in footer(pilot)
        assert "h Held" not in footer(pilot)
        assert "u Unassign" not in footer(pilot)


async def test_a_record_is_exported_merged_and_erased(made: Example, tmp_path: Path) -> None:
    """U11, U13: each step is displayed before it runs, and erasing requires typing the login."""
    pushes_in_every_state(made)
    double = PersonInput({"email": "dw@example.org", "given_name": "Dina", "family_name": "W"})
    by_hand.add(made.studio, made.admin, "dw", double)
    async with running(made.app(), WIDE) as pilot:
        await _open(pilot, "Dina Willems")
        await press(pilot, "w", "ctrl+u", *str(tmp_path / "dina.zip"), "enter")
        assert "In the file: " in said(pilot)
        assert (tmp_path / "dina.zip").is_file()
        await press(pilot, "d", *"dina", "enter")
        assert "are one record already" in shown(pilot)
        await press(pilot, "ctrl+u", *"dw", "enter")
        assert "Merge Dina W (dw) into Dina Willems (dina)?" in shown(pilot)
        assert "Moved: 0 pushes" in shown(pilot)
        await press(pilot, "right", "enter")
        assert "Dina W (dw) is merged into Dina Willems." in said(pilot)
        await press(pilot, "D")
        assert "has not left" in said(pilot)
        await press(pilot, "x", "right", "enter", "D", *"din", "enter")
        assert "Type dina, or escape" in shown(pilot)
        await press(pilot, "a", "enter")
        assert "stands in the place" in said(pilot)
        assert "Erased person" in shown(pilot)
    logins = {user.login for user in users.every(made.studio, made.admin, EVERYBODY)}
    assert not logins & {"dina", "dw"}


async def test_an_invalid_date_of_a_substitute_is_reported_below_its_field(made: Example) -> None:
    """U14."""
    pushes_in_every_state(made)
    async with running(made.app(), WIDE) as pilot:
        await _open(pilot, "Carl Maes")
        await press(pilot, "S", *"dina", "enter", "enter", *"no day", "enter")
        assert "Who stands in for Carl" in shown(pilot)
        assert "“no day”" in shown(pilot)
