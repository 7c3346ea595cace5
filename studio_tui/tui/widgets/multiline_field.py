"""A form field of several lines."""

from textual import events, on
from textual.widgets import TextArea

from studio_tui.domain.shared.text import clean_text
from studio_tui.tui.widgets.field import LabelledField


class LinesEntry(TextArea):
    """A text area with a steady cursor, whose pasted text is cleaned (A5)."""

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


class LinesField(LabelledField):
    """A form field of a few lines, like `Field`; tab moves on to the next field."""

    def __init__(self, name: str, label: str, value: str = "", *, hint: str = "") -> None:
        self._lines = LinesEntry(value)
        super().__init__(name, label, self._lines, hint)

    @property
    def value(self) -> str:
        """The entered text."""
        return self._lines.text

    @property
    def lines(self) -> list[str]:
        """The lines that are not blank."""
        return [entered for entered in self.value.split("\n") if entered.strip()]

    @on(TextArea.Changed)
    def _corrected(self) -> None:
        self.error = ""
