"""Today: each case that needs the user is resolved by a single key (S1)."""

from datetime import date, datetime
from pathlib import Path
from typing import Any, cast, get_args
from zoneinfo import ZoneInfo

import pytest
from textual.pilot import Pilot

from studio_tui.config.settings import Smtp
from studio_tui.domain.outbox.notification import NotificationFilter, NotificationState
from studio_tui.domain.shared import destinations as to
from studio_tui.domain.shared.selection import Selection
from studio_tui.domain.today.leads_to import destination_of
from studio_tui.domain.today.today import MAX_BADGE, Badge, Case, CaseKind, FirstStep
from studio_tui.services.outbox import outbox
from studio_tui.services.pushes import pushes
from studio_tui.services.today.today import Today
from studio_tui.tui.app import StudioApp
from studio_tui.tui.modals.put_off import SnoozeDialog
from studio_tui.tui.router import _SCREENS, screen_of
from studio_tui.tui.screens.conversations.my_conversations import MyConversationsScreen
from studio_tui.tui.screens.outbox.outbox import OutboxScreen
from studio_tui.tui.screens.outbox.sent_again import SentAgainScreen
from studio_tui.tui.screens.people.import_users import ImportScreen
from studio_tui.tui.screens.pushes.push import PushScreen
from studio_tui.tui.screens.pushes.pushes import PushesScreen
from studio_tui.tui.screens.pushes.remind import RemindScreen
from studio_tui.tui.screens.templates.templates import TemplatesScreen
from studio_tui.tui.screens.today.lines import lines_of, time_of
from studio_tui.tui.screens.today.today import TodayScreen
from studio_tui.tui.start import OpenedStudio
from studio_tui.tui.widgets.frame import TopBar
from studio_tui.wording.today import SIGNS
from tests.tui import press, running, settled
from tests.tui.screens.looking import listed, rows, shown
from tests.tui.screens.organisation import PEOPLE, Example, example, fill_outbox
from tests.tui.screens.pushing import create, footer, pushes_in_every_state, said


def words(pilot: Pilot[Any]) -> list[str]:
    """Return the texts of the listed cases, from the top."""
    return [row.case.words for row in rows(pilot) if row.case is not None]


def under_cursor(pilot: Pilot[Any]) -> str:
    """Return the text of the case or first step under the cursor, which is never on a heading."""
    line = listed(pilot).current
    assert line is not None
    assert line.takes_cursor
    return line.case.words if line.case else str(line.step)


async def go_on_to(pilot: Pilot[Any], case: str) -> None:
    """Move the cursor from the top down to a case."""
    await press(pilot, "g")
    for _ in rows(pilot):
        if under_cursor(pilot) == case:
            return
        await press(pilot, "j")
    raise AssertionError(f"no {case}: {words(pilot)}")


@pytest.mark.parametrize(
    ("due", "shown_as"),
    [
        ("2026-03-10T00:00", "10 Mar"),
        ("2026-03-09T00:00", "today"),
        ("2026-03-09T08:00", "08:00"),
        ("2027-03-09T08:00", "9 Mar 2027"),
    ],
)
def test_a_day_is_shown_as_a_day_and_an_instant_of_today_as_a_time(due: str, shown_as: str) -> None:
    zone = ZoneInfo("Europe/Brussels")
    at = datetime.fromisoformat(due).replace(tzinfo=zone)
    assert time_of(Case(CaseKind.ENDS, 1, "", due=at), date(2026, 3, 9), zone) == shown_as


async def test_the_app_opens_at_today_and_a_case_opens_its_screen(
    made: Example,
) -> None:
    pushes_in_every_state(made)
    async with running(made.whole_app()) as pilot:
        assert isinstance(pilot.app.screen, TodayScreen)
        assert words(pilot) == [
            "2 without manager",
            "3 overdue",
            "1 planned after the deadline",
            "9 mails leave",
        ]
        await go_on_to(pilot, "3 overdue")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, PushScreen)
        assert "Only: overdue" in shown(pilot)
        assert {row.login for row in rows(pilot)} == {"bob", "dina", "lone"}
        await press(pilot, "escape")
        assert under_cursor(pilot) == "3 overdue"


async def test_the_cursor_skips_headings(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.whole_app()) as pilot:
        seen = []
        for key in ("g", "k", *("j" for _ in rows(pilot)), "j"):
            await press(pilot, key)
            seen.append(under_cursor(pilot))
        assert seen[:2] == ["2 without manager"] * 2
        assert "NEEDS YOU" in shown(pilot)
        assert seen[-1] == "set up the mail server"


async def test_reminding_displays_a_preview_and_moves_the_cursor_to_the_next_case(
    made: Example,
) -> None:
    pushes_in_every_state(made)
    async with running(made.whole_app()) as pilot:
        await go_on_to(pilot, "3 overdue")
        assert "Remind" in footer(pilot)
        await press(pilot, "r")
        preview = pilot.app.screen
        assert isinstance(preview, RemindScreen)
        assert preview.preview is not None
        assert preview.preview.reminding == 3
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, TodayScreen)
        assert "reminded (z undo)" in said(pilot)
        assert under_cursor(pilot) == "1 planned after the deadline"


async def test_failed_mail_is_retried_by_one_key_and_its_case_is_removed(made: Example) -> None:
    await fill_outbox(made)
    async with running(made.whole_app()) as pilot:
        await go_on_to(pilot, "1 mail failed")
        after = words(pilot)[words(pilot).index("1 mail failed") + 1]
        await press(pilot, "v")
        assert isinstance(pilot.app.screen, SentAgainScreen)
        await press(pilot, "escape", "r")
        assert "1 mail will be tried once more." in said(pilot)
        assert "1 mail failed" not in words(pilot)
        assert under_cursor(pilot) == after
        assert NotificationState.FAILED not in outbox.counts(made.studio, made.admin)


async def test_a_case_of_mail_opens_the_outbox_at_its_mail(made: Example) -> None:
    await fill_outbox(made)
    async with running(made.whole_app()) as pilot:
        await go_on_to(pilot, "1 mail failed")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, OutboxScreen)
        assert {row.state for row in rows(pilot)} == {NotificationState.FAILED}
        assert "Only the mail of this line of Today" in shown(pilot)
        await press(pilot, "left")
        assert "Only the mail of this line" not in shown(pilot)
        assert len(rows(pilot)) > 1


async def test_the_next_first_step_is_displayed_until_a_user_is_assigned(tmp_path: Path) -> None:
    with example(tmp_path, Smtp(host="localhost", sender="studio@example.org")) as made:
        made.load(PEOPLE)
        async with running(made.whole_app()) as pilot:
            assert under_cursor(pilot) == "set up a push"
            await press(pilot, "enter")
            assert isinstance(pilot.app.screen, TemplatesScreen)
            await press(pilot, "0")
            create(made, "Draft", date(2026, 3, 1), date(2026, 5, 31))
            made.check_for_changes(pilot)
            await settled(pilot)
            assert under_cursor(pilot) == "assign users to a push"
            await press(pilot, "enter")
            assert isinstance(pilot.app.screen, PushesScreen)


@pytest.mark.parametrize(
    ("typed", "until"),
    [("", "until it changes"), ("tomorrow", "until tomorrow"), ("fri", "until Fri 6 Mar")],
)
async def test_a_case_is_snoozed_and_restored(made: Example, typed: str, until: str) -> None:
    pushes_in_every_state(made)
    async with running(made.whole_app()) as pilot:
        await go_on_to(pilot, "3 overdue")
        await press(pilot, "Z", *typed, "enter")
        assert f"Put off {until}" in said(pilot)
        assert "3 overdue" not in words(pilot)
        assert under_cursor(pilot) == "1 planned after the deadline"
        assert "1 put off" in shown(pilot)
        await press(pilot, "f")
        await go_on_to(pilot, "3 overdue")
        await press(pilot, "Z", "f")
        assert "3 overdue" in words(pilot)
        assert "put off" not in shown(pilot)


async def test_a_case_is_not_snoozed_until_an_invalid_or_past_date(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.whole_app()) as pilot:
        await press(pilot, "Z", *"soonish", "enter")
        assert "Write a day as" in shown(pilot)
        await press(pilot, *["backspace"] * 7, *"today", "enter")
        assert "does not lie ahead" in shown(pilot)
        assert isinstance(pilot.app.screen, SnoozeDialog)
        await press(pilot, "escape")
        assert len(words(pilot)) == 4


async def test_changes_of_others_are_displayed_on_today_and_the_cursor_stays(made: Example) -> None:
    every = pushes_in_every_state(made)
    async with running(made.whole_app()) as pilot:
        await go_on_to(pilot, "3 overdue")
        await fill_outbox(made)
        made.check_for_changes(pilot)
        await settled(pilot)
        assert "1 mail failed" in words(pilot)
        assert under_cursor(pilot) == "3 overdue"
        pushes.close(made.studio, made.admin, every["Late"])
        made.check_for_changes(pilot)
        await settled(pilot)
        assert "3 overdue" not in words(pilot)
        assert under_cursor(pilot)


async def test_cases_are_filtered_and_escape_clears_the_filter(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.whole_app()) as pilot:
        await press(pilot, "slash", *"overdue", "enter")
        assert words(pilot) == ["3 overdue"]
        await press(pilot, "escape")
        assert len(words(pilot)) == 4


async def test_a_new_studio_displays_the_first_steps_until_they_are_done(made: Example) -> None:
    async with running(made.whole_app()) as pilot:
        assert [row.step for row in rows(pilot) if row.step] == [
            FirstStep.IMPORT_USERS,
            FirstStep.SET_UP_MAIL,
        ]
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ImportScreen)
        await press(pilot, "escape")
        made.load(PEOPLE)
        made.check_for_changes(pilot)
        await settled(pilot)
        assert [row.step for row in rows(pilot) if row.step] == [
            FirstStep.SET_UP_PUSH,
            FirstStep.SET_UP_MAIL,
        ]
        await press(pilot, "G", "enter")
        assert "config.toml" in said(pilot)


async def test_today_without_cases_displays_a_message_and_no_key_fails(tmp_path: Path) -> None:
    smtp = Smtp(host="localhost", sender="studio@example.org")
    with example(tmp_path, smtp) as made:
        made.load(PEOPLE)
        pushes.close(made.studio, made.admin, made.push("Q1 review", "ann"))
        async with running(made.whole_app()) as pilot:
            assert "Nothing needs you." in shown(pilot)
            await press(pilot, "r", "Z", "enter", "v", "f", "j", "G")
            assert isinstance(pilot.app.screen, TodayScreen)


async def test_the_app_of_a_leader_opens_at_my_conversations(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.whole_app(made.actor("bob"))) as pilot:
        assert isinstance(pilot.app.screen, MyConversationsScreen)


async def test_tabs_display_counts_on_every_screen(made: Example) -> None:
    await fill_outbox(made)
    async with running(made.whole_app()) as pilot:
        app = cast(StudioApp, pilot.app)
        for place in app.open_places():
            await press(pilot, place.key)
            bar = pilot.app.screen.query_one(TopBar).render()
            assert "Outbox 1!" in bar.plain
            assert "6 M" in bar.plain
        failed = Selection.matching(NotificationFilter(state=NotificationState.FAILED))
        outbox.retry(made.studio, made.admin, failed)
        made.check_for_changes(pilot)
        await settled(pilot)
        assert "!" not in pilot.app.screen.query_one(TopBar).render().plain


@pytest.mark.parametrize("number", [2, 12, 1_234])
async def test_all_tabs_are_visible_at_80_columns(made: Example, number: int) -> None:
    async with running(made.whole_app()) as pilot:
        app = cast(OpenedStudio, pilot.app)
        app.badges.counted = {"outbox": Badge(number, urgent=True), "users": Badge(number)}
        bar = pilot.app.screen.query_one(TopBar)
        bar.update()
        for place in app.open_places():
            assert f"{place.key} {place.short or place.title}"[:6] in bar.render().plain
        told = "999+" if number > MAX_BADGE else str(number)
        assert f"4 Outbox {told}!" in bar.render().plain


def test_every_kind_of_case_has_a_sign_and_a_destination() -> None:
    assert set(SIGNS) == set(CaseKind)
    assert len({*SIGNS.values()}) == len(SIGNS)
    for kind in CaseKind:
        for case in (Case(kind, 2, "", 1, "Q1"), Case(kind, 2, ""), Case(kind, 1, "", own=True)):
            assert type(destination_of(case)) in _SCREENS


def test_every_destination_has_a_screen() -> None:
    assert set(get_args(to.Destination)) == set(_SCREENS)
    assert isinstance(screen_of(to.Push(1)), PushScreen)


def test_all_lines_have_different_ids() -> None:
    """Also with very many cases."""
    cases = tuple(Case(kind, 1, "", push) for kind in CaseKind for push in range(500))
    lines = lines_of(Today(cases, (), tuple(FirstStep)))
    assert len({line.id for line in lines}) == len(lines)
    assert lines_of(Today((), (), ())) == []
