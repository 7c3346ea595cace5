"""A form field for one of several choices, with the hint of the choice on the line below."""

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Static

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.tui.commands import Command, Commands
from studio_tui.tui.modals.choose import Choice, Choose
from studio_tui.tui.text import line

T = TypeVar("T")


class _Chosen(Commands, Static, can_focus=True):
    """The current choice, which is changed by keys."""

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("pick", "enter,space", "Choose", "Choose another from the list"),
        Command.moving("next", "right", "Take the next one"),
        Command.moving("previous", "left", "Take the one before"),
    )

    def __init__(self, pick: "Pick[T]") -> None:
        super().__init__(classes="chosen")
        self._pick = pick

    def why_not_pick(self) -> str | None:
        """Require at least one choice."""
        return None if self._pick.choices else "There is nothing to choose from."

    def action_pick(self) -> None:
        """Choose from the list."""
        self._pick.ask()

    def action_next(self) -> None:
        """Take the next choice."""
        self._pick.step(1)

    def action_previous(self) -> None:
        """Take the previous choice."""
        self._pick.step(-1)

    def on_click(self, event: events.Click) -> None:
        """Choose from the list."""
        event.stop()
        if self._pick.choices:
            self._pick.ask()


class Pick(Vertical, Generic[T]):
    """A field with one of ``choices``, at first the first one; its hint stands below.

    Posts `Changed` when another is taken by a key or the mouse.
    """

    @dataclass
    class Changed(Message):
        """Posted when another choice was taken."""

        pick: "Pick[object]"

        @property
        def control(self) -> "Pick[object]":
            """The field."""
            return self.pick

    def __init__(self, label: str, title: str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._label = label
        self._title = title
        self._choices: tuple[Choice[T], ...] = ()
        self._place = 0
        self._shown = _Chosen(self)
        self._below = Static(classes="below")

    def compose(self) -> ComposeResult:
        """Compose the label, the current choice and the line below."""
        with Horizontal():
            yield Static(line(self._label), classes="label")
            yield self._shown
        yield self._below

    @property
    def choices(self) -> tuple[Choice[T], ...]:
        """The available choices."""
        return self._choices

    @property
    def value(self) -> T | None:
        """The value of the current choice; None if there are no choices."""
        return self._choices[self._place].value if self._choices else None

    def offer(self, choices: Sequence[Choice[T]], *, chosen: int = 0) -> None:
        """Replace the choices; ``chosen`` is the index of the current one."""
        self._choices, self._place = tuple(choices), chosen
        self._draw()

    def step(self, by: int) -> None:
        """Take the choice ``by`` places further on, cyclically."""
        if len(self._choices) > 1:
            self._take((self._place + by) % len(self._choices))

    def ask(self) -> None:
        """Open a dialog with all choices."""
        numbered = [
            Choice(number, each.title, each.hint) for number, each in enumerate(self._choices)
        ]

        def answered(place: int | None) -> None:
            if place is not None:
                self._take(place)

        self.app.push_screen(Choose(self._title, numbered), answered)

    def _take(self, place: int) -> None:
        self._place = place
        self._draw()
        self.post_message(self.Changed(self))  # type: ignore[arg-type] # for any T

    def _draw(self) -> None:
        chosen = self._choices[self._place] if self._choices else None
        more = " ▾" if len(self._choices) > 1 else ""
        self._shown.update(line(f"{chosen.title}{more}" if chosen else "nothing"))
        self._below.update(line(chosen.hint if chosen else ""))
