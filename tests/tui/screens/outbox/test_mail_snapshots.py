"""Snapshots of screens of mail that is about to be sent: typical, with an error and with hostile
names."""

import asyncio
from typing import Any, cast

import pytest
from textual.pilot import Pilot

from studio_tui.domain.pushes.push import AssignmentFilter, Push
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.pushes import remind
from studio_tui.services.today import today
from studio_tui.tui.start import OpenedStudio
from studio_tui.worker.loop import Worker
from tests.hostile import HOSTILE
from tests.tui import press, settled
from tests.tui.pictures import Pictures
from tests.tui.screens.organisation import (
    PEOPLE,
    Example,
    FakeTransport,
    StartsAfterToday,
    hostile_rows,
)
from tests.tui.screens.pushes.test_pushes_snapshots import pressing
from tests.tui.screens.pushing import pushes_in_every_state

HOSTILE_NAME = "[/x] O'Brien [HR]"


def hostile_push(made: Example) -> None:
    """Create a push and assign all users with hostile names."""
    made.load(PEOPLE)
    made.load(hostile_rows())
    made.push(HOSTILE_NAME, "ann", *(f"h{number}" for number in range(len(HOSTILE))))


def delivered(made: Example, **later: int) -> None:
    """Advance the clock and send all due mail, so that none is sent during a snapshot."""
    made.clock.move(**later)
    asyncio.run(Worker(made.studio, [FakeTransport()]).run(drain=True))


def told(made: Example) -> Push:
    """Create “Late” and send its assignment mail. A user with unsent mail gets no reminder."""
    late = pushes_in_every_state(made)["Late"]
    delivered(made, minutes=5)
    return late


def reminded(made: Example, *logins: str) -> None:
    """Remind these users of “Late”, one hour before the snapshot."""
    late = told(made)
    chosen = remind.users_named(made.studio, made.admin, late, logins)
    remind.remind(made.studio, made.admin, late, chosen)
    made.clock.move(hours=1)


async def until_said(pilot: Pilot[Any], words: str) -> None:
    """Wait until the status line displays the undo and ends with ``words``. The worker counts the
    waiting mail in the background."""
    status = cast(OpenedStudio, pilot.app)
    while "z undo" not in status.status.plain or not status.status.plain.endswith(words):
        await settled(pilot)


@pytest.fixture(autouse=True)
def no_badges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the counts next to the places, which change while mail is sent."""
    monkeypatch.setattr(today, "badges", lambda *_: {})


def with_postman(made: Example) -> OpenedStudio:
    """Return the app with a working transport for its mail."""
    return StartsAfterToday(
        lambda _: (made.studio, made.admin),
        transports=lambda _: [FakeTransport()],
    )


@pytest.mark.parametrize("server", [True, False], ids=["server", "none"])
def test_undo(made: Example, pictures: Pictures, server: bool) -> None:
    made.load(PEOPLE)

    async def assign_and_wait(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        made.push(HOSTILE_NAME, "ann", "dina")
        made.clock.move(seconds=2)
        await press(pilot, "2")
        made.check_for_changes(pilot)
        await until_said(pilot, "z undo" if server else "waiting)")
        await press(pilot, "down")

    app = with_postman(made) if server else made.app()
    pictures(app, assign_and_wait)


def test_taken_back(made: Example, pictures: Pictures) -> None:
    hostile_push(made)
    keys = pressing("2", "enter", "z")
    pictures(with_postman(made), keys)


def test_remind(made: Example, pictures: Pictures) -> None:
    reminded(made, "lone")
    delivered(made)
    keys = pressing("2", "enter", "E", on="Late")
    pictures(with_postman(made), keys)


def test_remind_nobody(made: Example, pictures: Pictures) -> None:
    late = told(made)
    everyone = Selection.matching(AssignmentFilter())
    remind.remind(made.studio, made.admin, late, everyone)
    made.clock.move(hours=1)
    keys = pressing("2", "enter", "E", "ctrl+s", on="Late")
    pictures(with_postman(made), keys)


def test_remind_hostile(made: Example, pictures: Pictures) -> None:
    hostile_push(made)
    made.clock.move(hours=1)
    keys = pressing("2", "enter", "E", "a", on=HOSTILE_NAME)
    pictures(with_postman(made), keys)


def test_reminded(made: Example, pictures: Pictures) -> None:
    reminded(made, "lone", "dina")
    keys = pressing("2", "enter", on="Late")
    pictures(with_postman(made), keys)


def test_what_assigning_sends(made: Example, pictures: Pictures) -> None:
    hostile_push(made)
    made.clock.move(hours=1)
    keys = pressing("2", "a", "a", "v", on=HOSTILE_NAME)
    pictures(with_postman(made), keys)


def test_what_closing_sends(made: Example, pictures: Pictures) -> None:
    told(made)
    keys = pressing("2", "c", "v", on="Late")
    pictures(with_postman(made), keys)


def test_hand_over(made: Example, pictures: Pictures) -> None:
    pushes_in_every_state(made)
    keys = pressing("2", "enter", "slash", *"dina", "enter", "H", on="Late")
    pictures(with_postman(made), keys)


def test_settings(made: Example, pictures: Pictures) -> None:
    pushes_in_every_state(made)
    keys = pressing("2", "e", "tab", "tab", "end", "backspace", "8", "tab", on="Late")
    pictures(with_postman(made), keys)


def test_settings_in_error(made: Example, pictures: Pictures) -> None:
    pushes_in_every_state(made)
    to_reminders = ("tab", "tab", "tab")
    keys = pressing("2", "e", *to_reminders, "end", *", soon", "tab", "0", "ctrl+s", on="Late")
    pictures(with_postman(made), keys)
