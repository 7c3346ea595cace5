"""A number to be typed, before something that reaches very many people."""

from collections.abc import Callable
from typing import Any

from textual import on
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from studio_tui.domain.shared.bulk_confirmation import MANY, confirms
from studio_tui.tui.modals.dialog import Dialog
from studio_tui.tui.text import block, line
from studio_tui.tui.widgets.field import LineInput


class TypeNumber(Dialog[bool]):
    """Asks ``question``; ends with True once ``number`` is typed, or with None.

    ``question`` and ``detail`` may hold text of people.
    """

    AUTO_FOCUS = "Input"

    def __init__(self, question: str, number: int, *, detail: str) -> None:
        super().__init__()
        self._question = question
        self._number = number
        self._detail = detail

    def compose(self) -> ComposeResult:
        """The question, what there is to know, and where the number is typed."""
        with Vertical(classes="dialog wide"):
            yield Static(line(self._question), classes="question")
            yield Static(block(self._detail), classes="detail")
            yield LineInput(placeholder=f"Type {self._number} and enter, or escape")

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        if confirms(event.value, self._number):
            self.dismiss(True)
        else:
            event.input.value = ""


def confirm_if_many(
    app: App[Any], number: int, question: str, detail: str, act: Callable[[], None]
) -> None:
    """``act``, where it reaches no more than `MANY`, or once ``number`` is typed."""
    if number <= MANY:
        act()
        return

    def typed(meant: bool | None) -> None:
        if meant:
            act()

    asked = TypeNumber(question, number, detail=f"{detail}\nType how many they are.")
    app.push_screen(asked, typed)
