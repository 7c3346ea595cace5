"""Protection against mass mail by mistake: the user types the number of recipients to confirm."""

from datetime import date
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from studio_tui.domain.pushes.push import PushState
from studio_tui.services.pushes import pushes
from studio_tui.tui.modals.type_number import ConfirmByNumber
from studio_tui.tui.screens.pushes.remind import RemindScreen
from studio_tui.tui.widgets.field import Field
from tests.tui import press, running
from tests.tui.screens.looking import shown
from tests.tui.screens.organisation import Example
from tests.tui.screens.pushing import assign, create, said

_MANY = range(501)


async def _not_meant(pilot: Pilot[Any], question: str) -> None:
    assert isinstance(pilot.app.screen, ConfirmByNumber)
    assert question in " ".join(shown(pilot).split())
    await press(pilot, *"500", "enter")
    assert isinstance(pilot.app.screen, ConfirmByNumber)
    await press(pilot, "escape")


async def test_everything_that_reaches_very_many_asks(made: Example, tmp_path: Path) -> None:
    made.load("".join(f"m{n},m{n}@example.org,Many,N{n},,,,,,,\n" for n in _MANY))
    push = create(made, "Q1 [/x]", date(2026, 3, 1), date(2026, 3, 31))
    assign(made, push, *(f"m{n}" for n in _MANY))
    gone = tmp_path / "gone.csv"
    rows = "".join(f"m{n}@example.org,Many,N{n},no\n" for n in _MANY)
    gone.write_text(f"email,given_name,family_name,active\n{rows}")
    async with running(made.app()) as pilot:
        await press(pilot, "2", "c", "right", "right", "enter")
        await _not_meant(pilot, "Close “Q1 [/x]” and tell up to 501 users?")
        await press(pilot, "enter", "E", "ctrl+s")
        await _not_meant(pilot, "Remind 501 users of “Q1 [/x]”?")
        assert isinstance(pilot.app.screen, RemindScreen)
        await press(pilot, "escape", "e")
        deadline = next(f for f in pilot.app.screen.query(Field) if f.field_name == "deadline")
        deadline.value = "2026-04-30"
        await press(pilot, "ctrl+s")
        await _not_meant(pilot, "Tell up to 501 users of another deadline?")
        deadline.value = "2026-03-31"
        pilot.app.go("users")  # type: ignore[attr-defined]
        await press(pilot, "i", *str(gone), "enter", "i")
        await _not_meant(pilot, "Mark 501 users as left?")
        (now,) = pushes.every(made.studio, made.admin)
        assert (now.state, now.deadline) == (PushState.OPEN, push.deadline)
        assert now.progress.left == 0
        await press(pilot, "i", *"501", "enter")
        assert "501 left" in said(pilot)
