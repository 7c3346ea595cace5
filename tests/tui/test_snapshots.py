"""Snapshots of the shell and the list: empty, typical, filtered and marked, and with an error."""

from typing import Any

import pytest
from textual.pilot import Pilot

from studio_tui.domain.shared.errors import Unavailable
from studio_tui.tui.app import StudioApp
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.modals.read_text import ReadText
from tests.hostile import HOSTILE
from tests.tui import press, settled
from tests.tui.demo import ListApp, studio_app
from tests.tui.people import PeopleSource, hostile_people
from tests.tui.pictures import THEMES, Pictures


def pressing(*keys: str) -> Any:
    async def before(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        for key in keys:
            await press(pilot, key)

    return before


def test_typical(pictures: Pictures) -> None:
    keys = pressing("down", "space", "down")
    pictures(studio_app(), keys, themes=THEMES)


def test_filtered_and_marked(pictures: Pictures) -> None:
    keys = pressing("slash", "3", "enter", "a", "space", "p")
    pictures(studio_app(), keys)


def test_hostile_names(pictures: Pictures) -> None:
    app = ListApp(PeopleSource(hostile_people()), "")
    pictures(app, pressing())


def test_empty(pictures: Pictures) -> None:
    pictures(ListApp(PeopleSource([]), ""), pressing())


def test_a_database_that_does_not_open(pictures: Pictures) -> None:
    def fail(_: Any) -> Any:
        raise Unavailable("The database /srv/studio/[x].db is locked: try again in a moment.")

    pictures(StudioApp(fail), pressing())


@pytest.mark.parametrize("key", ["ctrl+p", "question_mark"])
def test_over_the_screen(pictures: Pictures, key: str) -> None:
    pictures(studio_app(), pressing(key))


def test_confirm(pictures: Pictures) -> None:
    async def before(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        detail = "12 unsent mails are dropped.\nConversations in progress can be finished."
        await pilot.app.push_screen(Confirm("Close “[/x] Q1 2026”?", "Close it", detail=detail))
        await settled(pilot)

    pictures(studio_app(), before)


def test_read_text(pictures: Pictures) -> None:
    async def before(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        await pilot.app.push_screen(ReadText("A mail", "\n".join(HOSTILE)))
        await settled(pilot)

    pictures(studio_app(), before)


def test_too_small(pictures: Pictures) -> None:
    pictures(studio_app(), pressing(), [(20, 5)])
