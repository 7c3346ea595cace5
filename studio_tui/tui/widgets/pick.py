"""One out of a few, in a form: a label, what is chosen, and a word on it on the line below."""

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
    """What is chosen; the keys change it."""

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("pick", "enter,space", "Choose", "Choose another from the list"),
        Command.moving("next", "right", "Take the next one"),
        Command.moving("previous", "left", "Take the one before"),
    )

    def __init__(self, pick: "Pick[T]") -> None:
        super().__init__(classes="chosen")
        self._pick = pick

    def why_not_pick(self) -> str | None:
        """It takes something to choose from."""
        return None if self._pick.choices else "There is nothing to choose from."

    def action_pick(self) -> None:
        """Choose from the list."""
        self._pick.ask()

    def action_next(self) -> None:
        """Take the next one."""
        self._pick.step(1)

    def action_previous(self) -> None:
        """Take the one before."""
        self._pick.step(-1)

    def on_click(self, event: events.Click) -> None:
        """Choose from the list."""
        event.stop()
        if self._pick.choices:
            self._pick.ask()


class Pick(Vertical, Generic[T]):
    """One of ``choices``, the first until another is taken; their hints stand below. Posts
    `Changed` when a key or the mouse takes another."""

    @dataclass
    class Changed(Message):
        """Another was taken."""

        pick: "Pick[object]"

        @property
        def control(self) -> "Pick[object]":
            """Where."""
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
        """The label beside what is chosen, and the line below."""
        with Horizontal():
            yield Static(line(self._label), classes="label")
            yield self._shown
        yield self._below

    @property
    def choices(self) -> tuple[Choice[T], ...]:
        """What there is to choose from."""
        return self._choices

    @property
    def value(self) -> T | None:
        """What is chosen; None where there is nothing to choose from."""
        return self._choices[self._place].value if self._choices else None

    def offer(self, choices: Sequence[Choice[T]], *, chosen: int = 0) -> None:
        """Let one choose from these."""
        self._choices, self._place = tuple(choices), chosen
        self._draw()

    def step(self, by: int) -> None:
        """Take another, so many places on."""
        if len(self._choices) > 1:
            self._take((self._place + by) % len(self._choices))

    def ask(self) -> None:
        """Choose from the list."""
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
        self.post_message(self.Changed(self))  # type: ignore[arg-type] # whatever it is about

    def _draw(self) -> None:
        chosen = self._choices[self._place] if self._choices else None
        more = " ▾" if len(self._choices) > 1 else ""
        self._shown.update(line(f"{chosen.title}{more}" if chosen else "nothing"))
        self._below.update(line(chosen.hint if chosen else ""))
