"""Pictures of the screens around people and mail: empty, typical, filtered and marked, in error."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui import press, settled
from tests.tui.pictures import THEMES, Pictures
from tests.tui.screens.organisation import PEOPLE, Example, fill_outbox, hostile_rows
from tests.tui.screens.people.test_import import GOOD, REFUSED


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _pressing(*keys: str, path: str = "") -> Any:
    async def before(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        for key in keys:
            if key == "path":
                pilot.app.screen.query_one(Input).value = path
            else:
                await press(pilot, key)
        await settled(pilot)

    return before


def test_users_empty(pictures: Pictures, made: Example) -> None:
    pictures(made.app(), _pressing("3"))


def test_users(pictures: Pictures, made: Example) -> None:
    made.load(PEOPLE + hostile_rows())
    keys = _pressing("3")
    pictures(made.app(), keys, themes=THEMES)


def test_users_filtered_and_marked(pictures: Pictures, made: Example) -> None:
    made.load(PEOPLE + hostile_rows())
    keys = _pressing("3", "space", "slash", *"sales", "enter", "a", "f")
    pictures(made.app(), keys)


def test_user(pictures: Pictures, made: Example) -> None:
    asyncio.run(fill_outbox(made))
    keys = _pressing("3", "slash", *"willems", "enter", "enter")
    pictures(made.app(), keys)


def test_user_without_manager(pictures: Pictures, made: Example) -> None:
    made.load(PEOPLE + hostile_rows())
    keys = _pressing("3", "slash", "h", "2", "0", "enter", "enter")
    pictures(made.app(), keys)


def test_import(pictures: Pictures, made: Example) -> None:
    pictures(made.app(), _pressing("3", "i"))


def test_import_of_an_unreadable_file(pictures: Pictures, made: Example) -> None:
    Path("odd.csv").write_text("Mail thing,[/x],Laatste\na@example.org,A,B\n")
    keys = _pressing("3", "i", "path", "enter", path="odd.csv")
    pictures(made.app(), keys)


@pytest.mark.parametrize("content", [GOOD, REFUSED], ids=["good", "refused"])
def test_import_plan(pictures: Pictures, made: Example, content: str) -> None:
    made.load(PEOPLE)
    Path("new.csv").write_text(content)
    keys = _pressing("3", "i", "path", "enter", path="new.csv")
    pictures(made.app(), keys)


def test_outbox_empty(pictures: Pictures, made: Example) -> None:
    pictures(made.app(), _pressing("4"))


def test_outbox(pictures: Pictures, made: Example) -> None:
    asyncio.run(fill_outbox(made))
    keys = _pressing("4")
    pictures(made.app(), keys, themes=THEMES[:2])


def test_outbox_filtered_and_marked(pictures: Pictures, made: Example) -> None:
    asyncio.run(fill_outbox(made))
    keys = _pressing("4", "slash", *"ann", "enter", "a", "space", "x")
    pictures(made.app(), keys)


@pytest.mark.parametrize("to", [("right",) * 3, ("G",)], ids=["failed", "sent"])
def test_mail(pictures: Pictures, made: Example, to: tuple[str, ...]) -> None:
    asyncio.run(fill_outbox(made))
    keys = _pressing("4", *to, "enter")
    pictures(made.app(), keys)


def test_activity(pictures: Pictures, made: Example) -> None:
    asyncio.run(fill_outbox(made))
    pictures(made.app(), _pressing("5"))
