"""Pictures of My conversations, Plan and the history: for leader, user and admin; empty, typical,
filtered, in error."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from textual.pilot import Pilot

from studio_tui.domain.conversations.conversation import Plan
from studio_tui.services import conversations
from studio_tui.tui.widgets.field import Field
from tests.tui import NARROW, WIDE, press, settled
from tests.tui.screens.conversations.test_history import past
from tests.tui.screens.conversations.test_my_conversations import matter
from tests.tui.screens.meeting import busy, hostile_team
from tests.tui.screens.organisation import PEOPLE, Example

SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])
THEMES = pytest.mark.parametrize("theme", ["studio-dark", "studio-light"])
Size = tuple[int, int]
Snap = Callable[..., bool]


def _pressing(
    *keys: str, theme: str = "", typed: dict[str, str] | None = None, then: tuple[str, ...] = ()
) -> Any:
    async def before(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        if theme:
            pilot.app.theme = theme
        await press(pilot, *keys)
        for each in pilot.app.screen.query(Field):
            each.value = (typed or {}).get(each.field_name, each.value)
        await press(pilot, *then)

    return before


@SIZES
@THEMES
def test_leader(snap_compare: Snap, made: Example, size: Size, theme: str) -> None:
    busy(made)
    app = made.app(made.actor("bob"))
    assert snap_compare(app, terminal_size=size, run_before=_pressing("j", theme=theme))


@SIZES
def test_leader_filtered(snap_compare: Snap, made: Example, size: Size) -> None:
    busy(made)
    keys = _pressing("f", "slash", *"late", "enter", "j")
    assert snap_compare(made.app(made.actor("bob")), terminal_size=size, run_before=keys)


@SIZES
def test_leader_of_hostile_names(snap_compare: Snap, made: Example, size: Size) -> None:
    hostile_team(made)
    keys = _pressing("j", "j")
    assert snap_compare(made.app(made.actor("bob")), terminal_size=size, run_before=keys)


@SIZES
def test_leader_offered(snap_compare: Snap, made: Example, size: Size) -> None:
    busy(made)
    keys = _pressing("enter")
    assert snap_compare(made.app(made.actor("bob")), terminal_size=size, run_before=keys)


@SIZES
def test_user(snap_compare: Snap, made: Example, size: Size) -> None:
    busy(made)
    keys = _pressing("p")
    assert snap_compare(made.app(made.actor("eva")), terminal_size=size, run_before=keys)


@SIZES
def test_empty(snap_compare: Snap, made: Example, size: Size) -> None:
    made.load(PEOPLE)
    keys = _pressing()
    assert snap_compare(made.app(made.actor("lone")), terminal_size=size, run_before=keys)


@SIZES
def test_admin(snap_compare: Snap, made: Example, size: Size) -> None:
    busy(made)
    assert snap_compare(made.app(), terminal_size=size, run_before=_pressing("6"))


@SIZES
@THEMES
def test_plan(snap_compare: Snap, made: Example, size: Size, theme: str) -> None:
    busy(made)
    app = made.app(made.actor("bob"))
    assert snap_compare(app, terminal_size=size, run_before=_pressing("p", theme=theme))


@SIZES
def test_plan_with_oneself(snap_compare: Snap, made: Example, size: Size) -> None:
    busy(made)
    keys = _pressing("plus", "shift+tab")
    assert snap_compare(made.app(made.actor("ann")), terminal_size=size, run_before=keys)


@SIZES
def test_plan_refused(snap_compare: Snap, made: Example, size: Size) -> None:
    busy(made)
    wrong = {"date": "2026-03-29", "time": "02:30", "minutes": "long"}
    keys = _pressing("p", typed=wrong, then=("ctrl+s",))
    assert snap_compare(made.app(made.actor("bob")), terminal_size=size, run_before=keys)


@SIZES
def test_plan_changed_by_somebody_else(snap_compare: Snap, made: Example, size: Size) -> None:
    busy(made)

    async def before(pilot: Pilot[Any]) -> None:
        await _pressing("j", "p", typed={"place": "My room"})(pilot)
        bob, planned = made.actor("bob"), matter(made, "bob", "eva", "Late").conversation_id or 0
        current = conversations.read(made.studio, bob, planned).conversation
        other = Plan(datetime(2026, 3, 9, 12, tzinfo=UTC), 30, "[/theirs]")
        conversations.move(made.studio, bob, current, other)
        await press(pilot, "ctrl+s")

    assert snap_compare(made.app(made.actor("bob")), terminal_size=size, run_before=before)


@SIZES
@pytest.mark.parametrize("login", ["bob", "els"])
def test_history(snap_compare: Snap, made: Example, size: Size, login: str) -> None:
    past(made)
    keys = _pressing("6", "t", "E") if login == "els" else _pressing("t", "E")
    assert snap_compare(made.app(made.actor(login)), terminal_size=size, run_before=keys)


@SIZES
def test_history_narrowed(snap_compare: Snap, made: Example, size: Size) -> None:
    past(made)
    keys = _pressing("t", "f", *"cancelled", "enter")
    assert snap_compare(made.app(made.actor("bob")), terminal_size=size, run_before=keys)


@THEMES
def test_held_on_a_day_to_come(snap_compare: Snap, made: Example, theme: str) -> None:
    busy(made)
    keys = _pressing("h", theme=theme, typed={"held_on": "2026-04-01"}, then=("enter",))
    assert snap_compare(made.app(made.actor("bob")), terminal_size=NARROW, run_before=keys)
