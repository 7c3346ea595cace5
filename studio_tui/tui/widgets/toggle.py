"""A check box: ``[x] Tell those who know of it``."""

from typing import ClassVar

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.tui.commands import Command, Commands


class Toggle(Commands, Static, can_focus=True):
    """A box and a label defined by the program; readable without colour. Posts `Changed`."""

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("change", "space,enter", "Change", "Turn it on or off"),
    )

    @dataclass
    class Changed(Message):
        """Posted when the user has changed the box."""

        toggle: "Toggle"
        on: bool

        @property
        def control(self) -> "Toggle":
            """The toggle."""
            return self.toggle

    def __init__(self, label: str, *, on: bool = False, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._label = label
        self._on = on
        self._draw()

    @property
    def on(self) -> bool:
        """Whether the box is checked."""
        return self._on

    @on.setter
    def on(self, on: bool) -> None:
        self._on = on
        self._draw()

    def action_change(self) -> None:
        """Invert the box."""
        self.on = not self._on
        self.post_message(self.Changed(self, self._on))

    def on_click(self, event: events.Click) -> None:
        """Invert the box."""
        event.stop()
        self.action_change()

    def _draw(self) -> None:
        self.update(Content(f"[{'x' if self._on else ' '}] {self._label}"))
