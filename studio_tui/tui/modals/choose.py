"""One out of a list, found by typing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from studio_tui.domain.text import fold_search
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.dialog import Dialog
from studio_tui.tui.text import line, plain

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """One of the things to choose from. Its texts may come from people."""

    value: T
    title: str
    hint: str = ""
    """What stands beside it, less bright."""
    key: str = ""
    """The key that does the same, if there is one."""
    possible: bool = True
    """Whether it is shown as one that can be had."""

    @property
    def content(self) -> Content:
        """As it is drawn."""
        title = line(self.title, "" if self.possible else "$unavailable $unavailable-style")
        hint = f"  {plain(self.hint)}" if self.hint else ""
        key = f"  {self.key}" if self.key else ""
        return Content.assemble(title, (hint, "$muted"), (key, "$key"))

    def matches(self, words: Iterable[str]) -> bool:
        """Whether every one of ``words`` is in it."""
        text = fold_search(f"{self.title} {self.hint}")
        return all(word in text for word in words)


class Choose(Dialog[T]):
    """Asks for one of ``choices``; ends with its value.

    The first match of what is typed has the cursor, so that typing and enter is enough.
    """

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("choose", "enter", "Choose", "Take the one under the cursor"),
        Command("up", "up,ctrl+k", "Up", "Go up", footer=False),
        Command("down", "down,ctrl+j", "Down", "Go down", footer=False),
    )
    AUTO_FOCUS = "Input"

    def __init__(
        self, title: str, choices: Sequence[Choice[T]], *, empty: str = "Nothing matches."
    ) -> None:
        super().__init__()
        self._title = title
        self._choices = choices
        self._empty = empty
        self._shown: list[Choice[T]] = []

    def compose(self) -> ComposeResult:
        """The title, what is typed, and the matches."""
        with Vertical(classes="dialog wide"):
            yield Static(line(self._title), classes="question")
            typed = Input(placeholder="Type to find", compact=True)
            typed.cursor_blink = False
            yield typed
            yield OptionList(compact=True)
            yield Static(line(self._empty), classes="empty")

    def on_mount(self) -> None:
        """Show them all."""
        self._options.can_focus = False
        self._find("")

    def action_choose(self) -> None:
        """End with the choice under the cursor."""
        place = self._options.highlighted
        if place is not None:
            self.dismiss(self._shown[place].value)

    def action_up(self) -> None:
        """Go up."""
        self._options.action_cursor_up()

    def action_down(self) -> None:
        """Go down."""
        self._options.action_cursor_down()

    @property
    def _options(self) -> OptionList:
        return self.query_one(OptionList)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._find(event.value)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_choose()

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._shown[event.option_index].value)

    def _find(self, text: str) -> None:
        words = fold_search(text).split()
        self._shown = [choice for choice in self._choices if choice.matches(words)]
        self._options.clear_options()
        self._options.add_options([Option(choice.content) for choice in self._shown])
        self._options.highlighted = 0 if self._shown else None
        self.set_class(not self._shown, "-empty")
