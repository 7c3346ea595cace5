"""The screen of the calendar of the coming year (P17)."""

from typing import Any, cast

import pytest
from textual.pilot import Pilot

from studio_tui.domain.pushes.calendar import CalendarEntry
from studio_tui.domain.pushes.push import Push
from studio_tui.domain.pushes.repeats import parse_every
from studio_tui.services.pushes import calendar, repeats
from studio_tui.tui.screens.outbox.outbox import OutboxScreen
from studio_tui.tui.screens.pushes.calendar import CalendarScreen
from studio_tui.tui.screens.pushes.push import PushScreen
from studio_tui.tui.screens.pushes.push_settings import PushSettings
from tests.hostile import HOSTILE
from tests.tui import press, running, settled
from tests.tui.pictures import EVERY_SIZE, Pictures
from tests.tui.screens.looking import listed, rows, shown
from tests.tui.screens.organisation import Example
from tests.tui.screens.pushing import footer, pushes_in_every_state, said


def _coming_again(made: Example) -> Push:
    late = pushes_in_every_state(made)["Late"]
    repeats.set_rhythm(made.studio, made.admin, late, parse_every("6m"))
    return late


async def _to(pilot: Pilot[Any], kind: str, push: str) -> None:
    places = [
        place
        for place, row in enumerate(rows(pilot))
        if (row.entry.kind, row.entry.push) == (kind, push)
    ]
    listed(pilot).move_to(places[0])
    await settled(pilot)


async def test_a_day_of_a_rhythm_is_skipped_changed_and_taken_back(made: Example) -> None:
    late = _coming_again(made)
    async with running(made.app(), (120, 40)) as pilot:
        await press(pilot, "2", "v")
        entries = [row.entry for row in rows(pilot)]
        assert entries == calendar.show(made.studio, made.admin)
        await _to(pilot, "repeats", "Late")
        days = [each.day for each in entries if each.kind == "repeats"]
        assert len(days) == 2
        await press(pilot, "S")
        assert f"{days[0]} is skipped" in said(pilot)
        assert "is not made again: skipped" in shown(pilot)
        left = calendar.show(made.studio, made.admin)
        assert [each.day for each in left if each.kind == "repeats"] == days[1:]
        await press(pilot, "S")
        assert "made after all" in said(pilot)
        assert [row.entry for row in rows(pilot)] == entries
        await press(pilot, "e", *["backspace"] * 2, *"3m", "ctrl+s")
        assert "every 3 months" in said(pilot)
        assert len([row for row in rows(pilot) if row.entry.kind == "repeats"]) == 4
        await press(pilot, "f", *"made", "enter")
        assert {row.entry.kind for row in rows(pilot)} == {"repeats"}
        assert "only: is made again (f)" in shown(pilot)
        repeats.stop(made.studio, made.admin, late)
        cast(CalendarScreen, pilot.app.screen).reload()
        await settled(pilot)
        assert "Nothing of this kind happens within a year" in shown(pilot)


async def test_a_line_leads_to_its_push_its_settings_and_its_mail(made: Example) -> None:
    ahead = pushes_in_every_state(made)["Ahead"]
    async with running(made.app()) as pilot:
        await press(pilot, "1", "ctrl+p", *"Calendar", "enter")
        assert isinstance(pilot.app.screen, CalendarScreen)
        await _to(pilot, "ends", "Ahead")
        assert "Ahead ends: 1 still to hold" in shown(pilot)
        await press(pilot, "S")
        assert "Only what is made again by a rhythm" in said(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, PushScreen)
        await press(pilot, "escape", "e")
        assert pilot.app.screen.query(PushSettings)
        await press(pilot, "escape")
        await _to(pilot, "mail", "Ahead")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, OutboxScreen)
        assert {row.push_id for row in rows(pilot)} == {ahead.id}


async def test_what_changes_while_it_is_read_is_shown(
    made: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stale result of the earlier read is dropped, and the months keep their markers."""
    _coming_again(made)
    show, late = calendar.show, list[int]()

    def changed_meanwhile(*asked: Any, **how: Any) -> list[CalendarEntry]:
        found = show(*asked, **how)
        if not late:
            late.append(made.push("Meanwhile", "ann").id)
            pilot.app.call_from_thread(cast(CalendarScreen, pilot.app.screen).reload)
        return found

    async with running(made.app(), (120, 40)) as pilot:
        await press(pilot, "2", "v")
        await _to(pilot, "ends", "Ahead")
        assert "30▲" in shown(pilot)
        monkeypatch.setattr(calendar, "show", changed_meanwhile)
        cast(CalendarScreen, pilot.app.screen).reload()
        await settled(pilot)
        assert "Meanwhile" in {row.entry.push for row in rows(pilot)}
        assert "30▲" in shown(pilot)


async def test_who_changes_no_push_only_reads_it(made: Example) -> None:
    _coming_again(made)
    async with running(made.app(made.actor("sam"))) as pilot:
        await press(pilot, "2", "v")
        await _to(pilot, "repeats", "Late")
        assert "Skip" not in footer(pilot)
        before = calendar.show(made.studio, made.admin)
        await press(pilot, "S", "e", "=")
        assert calendar.show(made.studio, made.admin) == before
        assert isinstance(pilot.app.screen, CalendarScreen)


def test_calendar(made: Example, pictures: Pictures) -> None:
    late = _coming_again(made)
    (day, *_) = (
        each.day for each in calendar.show(made.studio, made.admin) if each.kind == "repeats"
    )
    repeats.skip(made.studio, made.admin, late, day)
    made.push(HOSTILE[2], "ann")

    async def before(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        await press(pilot, "2", "v")
        await _to(pilot, "ends", "Ahead")

    pictures(made.app(), before, EVERY_SIZE)
