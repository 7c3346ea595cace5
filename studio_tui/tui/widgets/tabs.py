"""Tabs within a screen: a line of titles above a pane."""

from collections.abc import Sequence
from typing import ClassVar

from textual.content import Content
from textual.message import Message

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.tui.commands import Command, Commands
from studio_tui.tui.widgets.labels import Label, LabelLine


class TabLine(Commands, LabelLine, can_focus=True):
    """Titles, one of which is chosen; a `ContentSwitcher` or another widget follows it.

    ``tabs`` are pairs of a key and a title. Posts `Chosen`.
    """

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command.moving("next_tab", "right", "Go to the next tab"),
        Command.moving("previous_tab", "left", "Go to the previous tab"),
    )

    @dataclass
    class Chosen(Message):
        """Posted when another tab was chosen."""

        tabs: "TabLine"
        key: str

        @property
        def control(self) -> "TabLine":
            """The line of tabs."""
            return self.tabs

    def __init__(self, tabs: Sequence[tuple[str, str]], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._tabs = dict(tabs)
        self._chosen = tabs[0][0]
        self._draw()

    @property
    def chosen(self) -> str:
        """The key of the chosen tab."""
        return self._chosen

    def choose(self, key: str) -> None:
        """Choose the tab with ``key``."""
        if key != self._chosen:
            self._chosen = key
            self._draw()
            self.post_message(self.Chosen(self, key))

    def rename(self, key: str, title: str) -> None:
        """Change the title of a tab."""
        self._tabs[key] = title
        self._draw()

    def action_next_tab(self) -> None:
        """Choose the tab to the right; the first one follows the last."""
        self._step(1)

    def action_previous_tab(self) -> None:
        """Choose the tab to the left; the last one precedes the first."""
        self._step(-1)

    def on_label_line_pressed(self, event: LabelLine.Pressed) -> None:
        """Choose the clicked tab."""
        event.stop()
        self.choose(event.key)

    def _step(self, by: int) -> None:
        keys = list(self._tabs)
        self.choose(keys[(keys.index(self._chosen) + by) % len(keys)])

    def _draw(self) -> None:
        self.show([Label(key, self._title(key)) for key in self._tabs])

    def _title(self, key: str) -> Content:
        title = self._tabs[key]
        return Content.styled(title, "bold underline" if key == self._chosen else "$muted")
