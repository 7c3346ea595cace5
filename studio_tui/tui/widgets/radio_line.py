"""A group of radio buttons on one line: ``(•) text  ( ) rating  ( ) choice``."""

import sys
from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.tui.commands import Command, Commands

_GAP = "  "


class RadioLine(Commands, Static, can_focus=True):
    """A label and its options, one of which is chosen; readable without colour.

    ``options`` are pairs of a value and a title, defined by the program. The label is aligned with
    that of a `Field`. Posts `Changed`.
    """

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("next_option", "right,space", "Next", "Choose the next one", in_palette=False),
        Command.moving("previous_option", "left", "Choose the one before"),
    )

    @dataclass
    class Changed(Message):
        """Posted when another option was chosen."""

        radio_line: "RadioLine"
        value: str

        @property
        def control(self) -> "RadioLine":
            """The widget."""
            return self.radio_line

    def __init__(
        self,
        name: str,
        label: str,
        options: Sequence[tuple[str, str]],
        value: str,
        *,
        label_width: int = 18,
    ) -> None:
        super().__init__(id=name)
        self._label_width = label_width
        self.field_name = name
        self._label = label
        self._options = tuple(options)
        self._value = value
        self._draw()

    @property
    def value(self) -> str:
        """The value of the chosen option."""
        return self._value

    def choose(self, value: str) -> None:
        """Choose the option with ``value``."""
        if value != self._value:
            self._value = value
            self._draw()
            self.post_message(self.Changed(self, value))

    def action_next_option(self) -> None:
        """Choose the next option; the first one follows the last."""
        self._step(1)

    def action_previous_option(self) -> None:
        """Choose the previous option; the last one precedes the first."""
        self._step(-1)

    def on_resize(self) -> None:
        """Wrap the options again."""
        self._draw()

    def on_click(self, event: events.Click) -> None:
        """Choose the clicked option."""
        event.stop()
        offset = event.get_content_offset(self)
        if offset is None:
            return
        for y, row in enumerate(self._rows()):
            x = self._label_width
            for value, title in row:
                if (offset.y == y) and x <= offset.x < x + _width(title):
                    self.choose(value)
                x += _width(title) + len(_GAP)

    def _step(self, by: int) -> None:
        values = [value for value, _ in self._options]
        self.choose(values[(values.index(self._value) + by) % len(values)])

    def _rows(self) -> list[list[tuple[str, str]]]:
        """Return the options, wrapped to the width; before the first layout, all on one line."""
        room = (self.size.width or sys.maxsize) - self._label_width
        rows: list[list[tuple[str, str]]] = [[]]
        left = room
        for value, title in self._options:
            if left < _width(title) and rows[-1]:
                rows.append([])
                left = room
            rows[-1].append((value, title))
            left -= _width(title) + len(_GAP)
        return rows

    def _draw(self) -> None:
        lines = [
            _GAP.join(f"({'•' if value == self._value else ' '}) {title}" for value, title in row)
            for row in self._rows()
        ]
        label = (f"{self._label:<{self._label_width}}", "$muted")
        self.update(Content.assemble(label, ("\n" + " " * self._label_width).join(lines)))


def _width(title: str) -> int:
    return len(title) + len("( ) ")
