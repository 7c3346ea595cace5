"""A template as those see it who talk by it (T6)."""

from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from studio_tui.domain.templates.template import Definition
from studio_tui.tui.commands import Command
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.templates.preview_words import Side, preview
from studio_tui.tui.text import line
from studio_tui.tui.widgets.pages import Pages
from studio_tui.tui.widgets.tabs import TabLine

_TABS = ((Side.LEADER, "As leader or coach"), (Side.USER, "As user"))
_WIDEST = 100
"""Cells of a line that is still easy to read."""


class TemplatePreview(StudioScreen):
    """From plan to finish, on either side of the table; ``definition`` need not be saved."""

    OWN_COMMANDS = (
        Command("other_side", "tab,v,left,right", "Other side", "See it as the other one would"),
    )
    AUTO_FOCUS = "Pages"

    def __init__(self, definition: Definition) -> None:
        super().__init__()
        self._definition = definition

    def body(self) -> ComposeResult:
        """The name, the two sides, and how it goes."""
        yield Static(
            line(f"Preview of “{self._definition.name or 'no name yet'}”"), classes="title"
        )
        yield TabLine(_TABS)
        with Pages():
            yield Static(classes="talk")

    def on_mount(self) -> None:
        """The tabs are chosen by a key of the screen."""
        self.query_one(TabLine).can_focus = False
        self._draw()

    def on_resize(self) -> None:
        """Break the lines anew."""
        self._draw()

    def action_other_side(self) -> None:
        """See it as the other one would."""
        self.query_one(TabLine).action_next_tab()

    @on(TabLine.Chosen)
    def _chosen(self) -> None:
        self._draw()
        self.query_one(Pages).scroll_home(animate=False)

    def _draw(self) -> None:
        width = min(self.size.width - 4, _WIDEST)
        side = Side(self.query_one(TabLine).chosen)
        self.query_one(".talk", Static).update(preview(self._definition, side, width))
