"""Entry of several lines: a label, what is typed, and what is wrong with it on the line below."""

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static, TextArea

from studio_tui.domain.shared.text import clean_text
from studio_tui.tui.text import line


class LinesEntry(TextArea):
    """Text that does not blink and takes in nothing that a terminal would obey (A5)."""

    def __init__(
        self,
        text: str,
        *,
        read_only: bool = False,
        numbers: bool = False,
        classes: str | None = None,
    ) -> None:
        super().__init__(
            text,
            soft_wrap=True,
            show_line_numbers=numbers,
            read_only=read_only,
            compact=True,
            highlight_cursor_line=numbers,
            classes=classes,
        )
        self.cursor_blink = False

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        await super()._on_paste(events.Paste(clean_text(event.text)))


class LinesField(Vertical):
    """One thing to enter in a few lines, like a `Field`; ``tab`` goes on."""

    def __init__(self, name: str, label: str, value: str = "", *, hint: str = "") -> None:
        super().__init__(name=name)
        self.field_name = name
        self._label = label
        self._hint = hint
        self._error = ""
        self._entry = LinesEntry(value)

    def compose(self) -> ComposeResult:
        """The label beside what is typed, and the line below it."""
        with Horizontal():
            yield Static(line(self._label), classes="label")
            yield self._entry
        yield Static(line(self._hint), classes="below")

    @property
    def value(self) -> str:
        """What is entered."""
        return self._entry.text

    @property
    def lines(self) -> list[str]:
        """The lines that have something in them."""
        return [entered for entered in self.value.split("\n") if entered.strip()]

    @property
    def hint(self) -> str:
        """What stands below while nothing is wrong."""
        return self._hint

    @hint.setter
    def hint(self, hint: str) -> None:
        self._hint = hint
        if not self._error:
            self.query_one(".below", Static).update(line(hint))

    @property
    def error(self) -> str:
        """What is wrong with it; empty: nothing."""
        return self._error

    @error.setter
    def error(self, error: str) -> None:
        if error != self._error:
            self._error = error
            self.set_class(bool(error), "-wrong")
            self.query_one(".below", Static).update(line(error or self._hint))

    def focus_entry(self) -> None:
        """Put the cursor into it."""
        self.screen.set_focus(self._entry)

    @on(TextArea.Changed)
    def _corrected(self) -> None:
        self.error = ""
