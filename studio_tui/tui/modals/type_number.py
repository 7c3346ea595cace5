"""A number to be typed, before something that reaches very many people."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from studio_tui.tui.modals.dialog import Dialog
from studio_tui.tui.text import block, line
from studio_tui.tui.widgets.field import Entry


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
            yield Entry(placeholder=f"Type {self._number} and enter, or escape")

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.replace(",", "").strip() == str(self._number):
            self.dismiss(True)
        else:
            event.input.value = ""
