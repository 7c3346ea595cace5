"""A confirmation by typing a number, before an act that affects very many people."""

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


class ConfirmByNumber(Dialog[bool]):
    """Asks ``question``; returns True once ``number`` is typed, or None.

    ``question`` and ``detail`` may contain text entered by people.
    """

    AUTO_FOCUS = "Input"

    def __init__(self, question: str, number: int, *, detail: str) -> None:
        super().__init__()
        self._question = question
        self._number = number
        self._detail = detail

    def compose(self) -> ComposeResult:
        """Compose the question, the details and the input for the number."""
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
    """Run ``act``, after a confirmation if it affects more than `MANY` people.

    The user confirms by typing ``number``, the number of people.
    """
    if number <= MANY:
        act()
        return

    def typed(meant: bool | None) -> None:
        if meant:
            act()

    asked = ConfirmByNumber(question, number, detail=f"{detail}\nType how many they are.")
    app.push_screen(asked, typed)
