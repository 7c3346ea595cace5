"""Pictures of the screens around people and mail: empty, typical, filtered and marked, in error."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui import NARROW, WIDE, press, settled
from tests.tui.screens.organisation import PEOPLE, Example, fill_outbox, hostile_rows
from tests.tui.screens.people.test_import import GOOD, REFUSED

SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])
Size = tuple[int, int]
Snap = Callable[..., bool]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _pressing(*keys: str, path: str = "", theme: str = "") -> Any:
    async def before(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        if theme:
            pilot.app.theme = theme
        for key in keys:
            if key == "path":
                pilot.app.screen.query_one(Input).value = path
            else:
                await press(pilot, key)
        await settled(pilot)

    return before


@SIZES
def test_users_empty(snap_compare: Snap, made: Example, size: Size) -> None:
    assert snap_compare(made.app(), terminal_size=size, run_before=_pressing("3"))


@SIZES
@pytest.mark.parametrize("theme", ["studio-dark", "studio-light", "studio-plain"])
def test_users(snap_compare: Snap, made: Example, size: Size, theme: str) -> None:
    made.load(PEOPLE + hostile_rows())
    keys = _pressing("3", theme=theme)
    assert snap_compare(made.app(), terminal_size=size, run_before=keys)


@SIZES
def test_users_filtered_and_marked(snap_compare: Snap, made: Example, size: Size) -> None:
    made.load(PEOPLE + hostile_rows())
    keys = _pressing("3", "space", "slash", *"sales", "enter", "a", "f")
    assert snap_compare(made.app(), terminal_size=size, run_before=keys)


@SIZES
def test_user(snap_compare: Snap, made: Example, size: Size) -> None:
    asyncio.run(fill_outbox(made))
    keys = _pressing("3", "slash", *"willems", "enter", "enter")
    assert snap_compare(made.app(), terminal_size=size, run_before=keys)


@SIZES
def test_user_without_manager(snap_compare: Snap, made: Example, size: Size) -> None:
    made.load(PEOPLE + hostile_rows())
    keys = _pressing("3", "slash", "h", "2", "0", "enter", "enter")
    assert snap_compare(made.app(), terminal_size=size, run_before=keys)


@SIZES
def test_import(snap_compare: Snap, made: Example, size: Size) -> None:
    assert snap_compare(made.app(), terminal_size=size, run_before=_pressing("3", "i"))


@SIZES
def test_import_of_an_unreadable_file(snap_compare: Snap, made: Example, size: Size) -> None:
    Path("odd.csv").write_text("Mail thing,[/x],Laatste\na@example.org,A,B\n")
    keys = _pressing("3", "i", "path", "enter", path="odd.csv")
    assert snap_compare(made.app(), terminal_size=size, run_before=keys)


@SIZES
@pytest.mark.parametrize("content", [GOOD, REFUSED], ids=["good", "refused"])
def test_import_plan(snap_compare: Snap, made: Example, size: Size, content: str) -> None:
    made.load(PEOPLE)
    Path("new.csv").write_text(content)
    keys = _pressing("3", "i", "path", "enter", path="new.csv")
    assert snap_compare(made.app(), terminal_size=size, run_before=keys)


@SIZES
def test_outbox_empty(snap_compare: Snap, made: Example, size: Size) -> None:
    assert snap_compare(made.app(), terminal_size=size, run_before=_pressing("4"))


@SIZES
@pytest.mark.parametrize("theme", ["studio-dark", "studio-light"])
def test_outbox(snap_compare: Snap, made: Example, size: Size, theme: str) -> None:
    asyncio.run(fill_outbox(made))
    keys = _pressing("4", theme=theme)
    assert snap_compare(made.app(), terminal_size=size, run_before=keys)


@SIZES
def test_outbox_filtered_and_marked(snap_compare: Snap, made: Example, size: Size) -> None:
    asyncio.run(fill_outbox(made))
    keys = _pressing("4", "slash", *"ann", "enter", "a", "space", "x")
    assert snap_compare(made.app(), terminal_size=size, run_before=keys)


@SIZES
@pytest.mark.parametrize("to", [("right",) * 3, ("G",)], ids=["failed", "sent"])
def test_mail(snap_compare: Snap, made: Example, size: Size, to: tuple[str, ...]) -> None:
    asyncio.run(fill_outbox(made))
    keys = _pressing("4", *to, "enter")
    assert snap_compare(made.app(), terminal_size=size, run_before=keys)


@SIZES
def test_activity(snap_compare: Snap, made: Example, size: Size) -> None:
    asyncio.run(fill_outbox(made))
    assert snap_compare(made.app(), terminal_size=size, run_before=_pressing("5"))
