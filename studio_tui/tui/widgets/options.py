"""The answer to a question with given options: a rating, a choice, or yes and no (T2)."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from studio_tui.tui.commands import Command, Commands
from studio_tui.tui.text import fit
from studio_tui.tui.theme import cursor_style

_DIGITS = "1234567890"
_MARK = 5
"""Cells of the key and the mark before an option."""
_YES_NO = ("yes", "no")


class Options(Commands, VerticalScroll, can_focus=True):
    """Options below each other, at most one of which is chosen.

    ``taken`` is called at once with the chosen option, empty for none. A message would arrive too
    late: the next key may be queued already, and be meant for another question.
    """

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command.moving("up", "up,k", "Go to the option above"),
        Command.moving("down", "down,j", "Go to the option below"),
        Command("choose", "space,enter", "Choose", "Choose the option under the cursor"),
        Command("clear", "delete,backspace", "Clear", "Take the answer back"),
    )

    def __init__(self, taken: Callable[[str], None]) -> None:
        super().__init__()
        self._taken = taken
        self._options: tuple[str, ...] = ()
        self._chosen = ""
        self._cursor = 0
        self._drawn = Static()

    def compose(self) -> ComposeResult:
        """Compose the options."""
        yield self._drawn

    @property
    def chosen(self) -> str:
        """The chosen option; empty if none."""
        return self._chosen

    def show(self, options: Sequence[str], chosen: str) -> None:
        """Replace the options, which may be text entered by people."""
        if tuple(options) != self._options:
            self._options = tuple(options)
            self._cursor = 0
        self._chosen = chosen
        if chosen in self._options:
            self._cursor = self._options.index(chosen)
        self._draw()

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Return whether the key chooses an option: a digit, or y and n for yes and no."""
        return self._typed(character) is not None

    def on_key(self, event: events.Key) -> None:
        """Choose the option of the key."""
        option = self._typed(event.character)
        if option is not None:
            event.stop()
            event.prevent_default()
            self._choose(option)

    def action_up(self) -> None:
        """Move the cursor up."""
        self._move(-1)

    def action_down(self) -> None:
        """Move the cursor down."""
        self._move(1)

    def action_choose(self) -> None:
        """Choose the option under the cursor."""
        if self._options:
            self._choose(self._options[self._cursor])

    def action_clear(self) -> None:
        """Clear the choice."""
        self._choose("")

    def on_click(self, event: events.Click) -> None:
        """Choose the clicked option."""
        offset = event.get_content_offset(self._drawn)
        if offset is not None and 0 <= offset.y < len(self._options):
            self._choose(self._options[offset.y])

    def watch_has_focus(self, has_focus: bool) -> None:
        """Redraw: the cursor is visible only with the focus."""
        super().watch_has_focus(has_focus)
        self._draw()

    def on_resize(self) -> None:
        """Cut the options to the new width."""
        self._draw()

    def _typed(self, character: str | None) -> str | None:
        if not character:
            return None
        if self._options == _YES_NO and character in "yn":
            return "yes" if character == "y" else "no"
        place = _DIGITS.find(character)
        return self._options[place] if 0 <= place < len(self._options) else None

    def _move(self, by: int) -> None:
        if self._options:
            self._cursor = max(0, min(self._cursor + by, len(self._options) - 1))
            self._draw()
            self.scroll_to(y=max(self._cursor - 2, 0), animate=False)

    def _choose(self, option: str) -> None:
        if option in self._options:
            self._cursor = self._options.index(option)
        if option != self._chosen:
            self._chosen = option
            self._taken(option)
        self._draw()

    def _draw(self) -> None:
        width = max(self.scrollable_content_region.width, 10)
        drawn = [self._option(place, width) for place in range(len(self._options))]
        self._drawn.update(Content("\n").join(drawn))

    def _option(self, place: int, width: int) -> Content:
        option = self._options[place]
        key = option[0] if self._options == _YES_NO else _DIGITS[place : place + 1]
        mark = "●" if option == self._chosen else "○"
        text = f" {key or ' '} {mark} " + fit(option, width - _MARK)
        if place == self._cursor and self.has_focus:
            return Content.styled(text, cursor_style(self.app.theme))
        return Content.styled(text, "bold" if option == self._chosen else "")
