"""Modal dialogs: their results, and hostile text in them."""

from typing import Any

import pytest
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from studio_tui.tui.modals.choose import Choice, Choose
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.modals.excuse import SingleFieldDialog
from studio_tui.tui.modals.read_text import ReadText
from studio_tui.tui.text import line, plain
from studio_tui.tui.widgets.field import Field
from tests.hostile import HOSTILE
from tests.tui import press, running, settled
from tests.tui.demo import EmptyScreen, studio_app


async def ask(modal: ModalScreen[Any], *keys: str) -> list[Any]:
    """Press keys in the modal and return the results with which it is dismissed."""
    answers: list[Any] = []
    app = studio_app()
    async with running(app) as pilot:
        await press(pilot, "2")
        await app.push_screen(modal, answers.append)
        await press(pilot, *keys)
        assert isinstance(app.screen, EmptyScreen)
    return answers


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["enter"], None),
        (["escape"], None),
        (["right", "enter"], True),
        (["tab", "enter"], True),
        (["right", "left", "enter"], None),
    ],
)
async def test_confirm_returns_none_unless_the_user_moves_to_yes(
    keys: list[str], answer: bool | None
) -> None:
    assert await ask(Confirm("Close “[/x]”?", "Close it", detail="3 mails wait."), *keys) == [
        answer
    ]


async def test_choose_by_typing() -> None:
    choices = [Choice(number, name) for number, name in enumerate(("Élodie", "Ann", "Anna"))]
    assert await ask(Choose("Who?", choices), *"elo", "enter") == [0]
    assert await ask(Choose("Who?", choices), *"ann", "down", "enter") == [2]
    assert await ask(Choose("Who?", choices), *"zzz", "enter", "escape") == [None]


async def test_a_long_text_scrolls_and_closes() -> None:
    text = "\n".join(f"line {number}" for number in range(100))
    assert await ask(ReadText("A mail", text), "pagedown", "down", "G", "escape") == [None]


async def test_hostile_text_is_shown_as_text() -> None:
    app = studio_app()
    async with running(app) as pilot:
        for name in HOSTILE:
            await app.push_screen(Confirm(name, name, detail=name))
            await press(pilot)
            assert app.screen.query_one(".question", Static).content == line(name)
            assert str(app.screen.query_one("#yes", Button).label) == plain(name)
            app.pop_screen()
            await app.push_screen(ReadText(name, name))
            await press(pilot)
            app.pop_screen()
            await app.push_screen(Choose(name, [Choice(1, name, name)]))
            await press(pilot)
            app.pop_screen()


@pytest.mark.parametrize("width", [60, 80, 120])
async def test_a_detail_is_never_wider_than_its_dialog(width: int) -> None:
    """Neither in a dialog that is sized by its content, nor in a dialog with a fixed width."""
    told = "What is dropped goes. " * 12
    dialogs: list[ModalScreen[Any]] = [
        Confirm("Drop it?", "Drop it", detail=told),
        SingleFieldDialog("Drop it?", Field("why", "Why"), lambda _, __: None, detail=told),
    ]
    async with running(studio_app(), (width, 24)) as pilot:
        for dialog in dialogs:
            pilot.app.push_screen(dialog)
            await settled(pilot)
            detail = pilot.app.screen.query_one(".detail")
            within = pilot.app.screen.query_one(".dialog")
            assert within.content_region.contains_region(detail.region)
            assert detail.region.width <= 72
