"""Snapshots of My conversations, Plan and the history for leader, user and admin: empty, typical,
filtered and with an error."""

from datetime import UTC, datetime
from typing import Any

import pytest
from textual.pilot import Pilot

from studio_tui.domain.conversations.conversation import Plan
from studio_tui.services import conversations
from studio_tui.tui.widgets.field import Field
from tests.tui import NARROW, press, settled
from tests.tui.pictures import THEMES, Pictures
from tests.tui.screens.conversations.test_history import past
from tests.tui.screens.conversations.test_my_conversations import my_conversation
from tests.tui.screens.conversations_by_state import busy, hostile_team
from tests.tui.screens.organisation import PEOPLE, Example


def _pressing(*keys: str, typed: dict[str, str] | None = None, then: tuple[str, ...] = ()) -> Any:
    async def before(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        await press(pilot, *keys)
        for each in pilot.app.screen.query(Field):
            each.value = (typed or {}).get(each.field_name, each.value)
        await press(pilot, *then)

    return before


def test_leader(pictures: Pictures, made: Example) -> None:
    busy(made)
    app = made.app(made.actor("bob"))
    pictures(app, _pressing("j"), themes=THEMES[:2])


def test_leader_filtered(pictures: Pictures, made: Example) -> None:
    busy(made)
    keys = _pressing("f", "slash", *"late", "enter", "j")
    pictures(made.app(made.actor("bob")), keys)


def test_leader_of_hostile_names(pictures: Pictures, made: Example) -> None:
    hostile_team(made)
    keys = _pressing("j", "j")
    pictures(made.app(made.actor("bob")), keys)


def test_leader_offered(pictures: Pictures, made: Example) -> None:
    busy(made)
    keys = _pressing("enter")
    pictures(made.app(made.actor("bob")), keys)


def test_user(pictures: Pictures, made: Example) -> None:
    busy(made)
    keys = _pressing("p")
    pictures(made.app(made.actor("eva")), keys)


def test_empty(pictures: Pictures, made: Example) -> None:
    made.load(PEOPLE)
    keys = _pressing()
    pictures(made.app(made.actor("lone")), keys)


def test_admin(pictures: Pictures, made: Example) -> None:
    busy(made)
    pictures(made.app(), _pressing("6"))


def test_plan(pictures: Pictures, made: Example) -> None:
    busy(made)
    app = made.app(made.actor("bob"))
    pictures(app, _pressing("p"), themes=THEMES[:2])


def test_plan_with_oneself(pictures: Pictures, made: Example) -> None:
    busy(made)
    keys = _pressing("plus", "shift+tab")
    pictures(made.app(made.actor("ann")), keys)


def test_plan_refused(pictures: Pictures, made: Example) -> None:
    busy(made)
    wrong = {"date": "2026-03-29", "time": "02:30", "minutes": "long"}
    keys = _pressing("p", typed=wrong, then=("ctrl+s",))
    pictures(made.app(made.actor("bob")), keys)


def test_plan_changed_by_somebody_else(pictures: Pictures, made: Example) -> None:
    busy(made)

    async def before(pilot: Pilot[Any]) -> None:
        await _pressing("j", "p", typed={"place": "My room"})(pilot)
        bob, planned = (
            made.actor("bob"),
            my_conversation(made, "bob", "eva", "Late").conversation_id or 0,
        )
        current = conversations.read(made.studio, bob, planned).conversation
        other = Plan(datetime(2026, 3, 9, 12, tzinfo=UTC), 30, "[/theirs]")
        conversations.move(made.studio, bob, current, other)
        await press(pilot, "ctrl+s")

    pictures(made.app(made.actor("bob")), before)


@pytest.mark.parametrize("login", ["bob", "els"])
def test_history(pictures: Pictures, made: Example, login: str) -> None:
    past(made)
    keys = _pressing("6", "t", "E") if login == "els" else _pressing("t", "E")
    pictures(made.app(made.actor(login)), keys)


def test_history_narrowed(pictures: Pictures, made: Example) -> None:
    past(made)
    keys = _pressing("t", "f", *"cancelled", "enter")
    pictures(made.app(made.actor("bob")), keys)


def test_held_on_a_day_to_come(pictures: Pictures, made: Example) -> None:
    busy(made)
    keys = _pressing("h", typed={"held_on": "2026-04-01"}, then=("enter",))
    pictures(made.app(made.actor("bob")), keys, [NARROW], THEMES[:2])
