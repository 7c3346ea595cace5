"""Snapshots of screens of people and mail: empty, typical, filtered and marked, with an error."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.hostile import HOSTILE
from tests.tui import press, settled
from tests.tui.pictures import THEMES, Pictures
from tests.tui.screens.organisation import PEOPLE, Example, fill_outbox, hostile_rows
from tests.tui.screens.people.test_import import GOOD, REFUSED
from tests.tui.screens.pushing import pushes_in_every_state


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


def test_new_user_in_error(pictures: Pictures, made: Example) -> None:
    made.load(PEOPLE)
    pictures(made.app(), _pressing("3", "n", *"ann", "tab", *"[/x]", "ctrl+s"))


def test_user_form(pictures: Pictures, made: Example) -> None:
    made.load(PEOPLE + hostile_rows())
    pictures(made.app(), _pressing("3", "slash", *"h20", "enter", "enter", "e", "tab", "x"))


def test_teams_empty(pictures: Pictures, made: Example) -> None:
    pictures(made.app(), _pressing("3", "B"))


def test_teams(pictures: Pictures, made: Example) -> None:
    made.load(PEOPLE)
    pictures(made.app(), _pressing("3", "B"))


def test_teams_crowded_and_hostile(pictures: Pictures, made: Example) -> None:
    """More teams than fit on the screen, with the subteams folded."""
    made.load(PEOPLE + hostile_rows() + hostile_rows("Group > Sales", HOSTILE[:12], "g"))
    pictures(made.app(), _pressing("3", "B", "G", "k"))


def test_team(pictures: Pictures, made: Example) -> None:
    made.load(PEOPLE + hostile_rows("Sales > Belgium"))
    keys = _pressing("3", "B", "G", "enter")
    pictures(made.app(), keys)


def test_team_form_in_error(pictures: Pictures, made: Example) -> None:
    made.load(PEOPLE)
    pictures(made.app(), _pressing("3", "B", "e", "tab", *"Nowhere", "ctrl+s"))


def test_joining_pushes(pictures: Pictures, made: Example) -> None:
    pushes_in_every_state(made)
    keys = _pressing("3", "slash", *"claes", "enter", "j", "enter", "A", "space")
    pictures(made.app(), keys)


def test_leaving(pictures: Pictures, made: Example) -> None:
    pushes_in_every_state(made)
    keys = _pressing("3", "slash", *"janssens", "enter", "enter", "x")
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
    keys = _pressing("4", "slash", *"peeters", "enter", "a", "space", "x")
    pictures(made.app(), keys)


@pytest.mark.parametrize("to", [("right",) * 3, ("G",)], ids=["failed", "sent"])
def test_mail(pictures: Pictures, made: Example, to: tuple[str, ...]) -> None:
    asyncio.run(fill_outbox(made))
    keys = _pressing("4", *to, "enter")
    pictures(made.app(), keys)


def test_activity(pictures: Pictures, made: Example) -> None:
    asyncio.run(fill_outbox(made))
    pictures(made.app(), _pressing("5"))
