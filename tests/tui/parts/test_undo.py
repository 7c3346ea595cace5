"""Undoing an action while its mail is held (N5)."""

import asyncio
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from studio_tui.domain.pushes.push import AssignmentFilter
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.outbox import undo
from studio_tui.services.pushes import assign, pushes, remind
from studio_tui.tui.start import OpenedStudio
from tests.tui import press, running, settled
from tests.tui.screens.looking import shown
from tests.tui.screens.organisation import PEOPLE, Example, FakeTransport, StartsAfterToday, example
from tests.tui.screens.pushing import create, said


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Example]:
    with example(tmp_path) as one:
        one.load(PEOPLE)
        yield one


def app(made: Example, login: str = "") -> OpenedStudio:
    """Return the app with a working transport for its mail."""
    actor = made.actor(login) if login else made.admin
    return StartsAfterToday(lambda _: (made.studio, actor), transports=lambda _: [FakeTransport()])


async def follow(made: Example, pilot: Pilot[Any]) -> None:
    """Let the app notice changes in the database and the current time."""
    made.check_for_changes(pilot)
    await settled(pilot)
    cast(OpenedStudio, pilot.app).undo.count()


def assigned(made: Example, name: str) -> set[str]:
    push = pushes.find(made.studio, made.admin, name)
    return {row.login for row in assign.every(made.studio, made.admin, push)}


def ticking(pilot: Pilot[Any]) -> bool:
    return cast(OpenedStudio, pilot.app).undo.ticking


async def test_an_assignment_counts_down_and_a_key_undoes_it(made: Example) -> None:
    async with running(app(made)) as pilot:
        assert said(pilot) == ""
        made.push("Q1 review", "ann", "dina")
        await follow(made, pilot)
        assert said(pilot) == "2 users assigned to “Q1 review”: mail leaves in 2:00 · z undo"
        made.clock.move(seconds=31)
        await follow(made, pilot)
        assert "in 1:29" in said(pilot)
        await press(pilot, "z")
        assert said(pilot) == "Taken back: 2 users assigned to “Q1 review”; 5 mails dropped."
        await press(pilot, "down")
        assert said(pilot) == ""
        assert not ticking(pilot)
    assert assigned(made, "Q1 review") == set()


async def test_the_newest_action_is_undone_first(made: Example) -> None:
    async with running(app(made)) as pilot:
        made.push("First", "ann")
        made.push("Second", "ann", "bob")
        await follow(made, pilot)
        assert "2 users assigned to “Second”" in said(pilot)
        await press(pilot, "z", "down")
        assert "1 user assigned to “First”" in said(pilot)
        await press(pilot, "z")
        assert undo.undoable(made.studio, made.admin) == []


async def test_a_reminder_is_undone(made: Example) -> None:
    push = made.push("Q1 review", "ann", "dina")
    made.clock.move(days=4)
    async with running(app(made, "sam")) as pilot:
        everyone = Selection.matching(AssignmentFilter())
        remind.remind(made.studio, made.actor("sam"), push, everyone)
        await follow(made, pilot)
        assert "2 users reminded of “Q1 review”: mail leaves in 2:00" in said(pilot)
        await press(pilot, "z")
        assert "Taken back: 2 users reminded of “Q1 review”" in said(pilot)
    assert assigned(made, "Q1 review") == {"ann", "dina"}


async def test_undo_is_not_offered_once_the_mail_may_leave(made: Example) -> None:
    async with running(app(made)) as pilot:
        made.push("Q1 review", "ann")
        await follow(made, pilot)
        made.clock.move(minutes=2)
        await press(pilot, "z")
        assert not said(pilot).startswith("Taken back")
        await follow(made, pilot)
        assert said(pilot) == ""
        assert not ticking(pilot)
    assert assigned(made, "Q1 review") == {"ann"}


async def test_undoing_too_late_reports_it_and_refreshes_the_status(made: Example) -> None:
    async with running(app(made)) as pilot:
        push = made.push("Q1 review", "ann")
        await follow(made, pilot)
        pushes.close(made.studio, made.admin, push)
        await press(pilot, "z")
        assert "Nothing to undo" in said(pilot)
        await press(pilot, "down")
        assert said(pilot) == ""


async def test_mail_of_a_later_day_is_displayed_during_the_hold_and_again_before_it_leaves(
    made: Example,
) -> None:
    async with running(app(made)) as pilot:
        push = create(made, "Spring", date(2026, 4, 1), date(2026, 4, 30))
        chosen = assign.users_named(made.studio, made.admin, ["ann"])
        assign.assign(made.studio, made.admin, push, chosen)
        await follow(made, pilot)
        assert said(pilot) == (
            "1 user assigned to “Spring”: mail leaves on 2026-04-01 at 08:00 · z undo"
        )
        made.clock.move(minutes=3)
        await follow(made, pilot)
        await press(pilot, "z")
        assert said(pilot) == ""
        assert assigned(made, "Spring") == {"ann"}
        leaves = undo.undoable(made.studio, made.admin)[0].leaves_at
        made.clock.move(seconds=(leaves - made.clock.now()).total_seconds() - 61)
        await follow(made, pilot)
        assert "mail leaves in 1:01 · z undo" in said(pilot)


async def test_the_reason_why_no_mail_is_sent_stays_displayed(made: Example) -> None:
    async with running(made.app()) as pilot:
        assert said(pilot).startswith("No mail server is set up")
        made.push("Q1 review", "ann")
        await follow(made, pilot)
        assert said(pilot).startswith(
            "1 user assigned to “Q1 review” · z undo, 2:00 left · No mail server is set up"
        )
        made.clock.move(minutes=2)
        await follow(made, pilot)
        assert said(pilot).startswith("No mail server is set up")


async def test_a_long_or_hostile_name_leaves_room_for_the_key(made: Example) -> None:
    async with running(app(made)) as pilot:
        made.push("[/x] " + "名" * 90, "ann")
        await follow(made, pilot)
        assert said(pilot).startswith("1 user assigned to “[/x] 名")
        assert said(pilot).endswith("mail leaves in 2:00 · z undo")
        assert pilot.app.status.cell_length <= 78  # type: ignore[attr-defined]


async def test_z_is_typed_as_text_in_an_input(made: Example) -> None:
    async with running(app(made)) as pilot:
        made.push("Q1 review", "ann")
        await follow(made, pilot)
        await press(pilot, "3", "slash", "z")
        assert assigned(made, "Q1 review") == {"ann"}


async def test_users_cannot_undo_actions_of_others(made: Example) -> None:
    async with running(app(made, "sam")) as pilot:
        made.push("Q1 review", "ann")
        await follow(made, pilot)
        assert said(pilot) == ""
        await press(pilot, "z")
    assert assigned(made, "Q1 review") == {"ann"}


async def test_the_outbox_and_the_mail_display_that_the_mail_was_dropped_by_undo(
    made: Example,
) -> None:
    async with running(app(made)) as pilot:
        made.push("Q1 review", "ann")
        await follow(made, pilot)
        await press(pilot, "z", "4")
        detail = str(pilot.app.screen.query_one(".current", Static).render())
        assert detail.endswith(": what caused it was undone")
        await press(pilot, "enter")
        assert "dropped: what caused it was undone. This is how it would" in shown(pilot)


async def test_a_standing_message_is_displayed_in_full_at_80_columns(made: Example) -> None:
    """Also next to an action that can be undone, and with a long reason."""
    reason = (
        "No mail is sent: the mail server smtp.example.org does not let hr-studio@example.org send "
        "as personeelsdienst@voorbeeld-organisatie.be: ask who keeps it"
    )
    async with running(made.app()) as pilot:
        made.push("Jaarlijks functioneringsgesprek", "ann")
        await follow(made, pilot)
        for words in ("mail server is set up:", "waits in the outbox", "z undo"):
            assert words in " ".join(shown(pilot).split())
        # The app may replace the message at any time when it checks the mail by itself.
        async with asyncio.timeout(60):
            while reason not in " ".join(shown(pilot).split()):
                pilot.app.messages.show_standing(reason)  # type: ignore[attr-defined]
                pilot.app.messages.show_countdown("")  # type: ignore[attr-defined]
                await settled(pilot)
