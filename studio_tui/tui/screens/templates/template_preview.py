"""The preview of a template, as its participants see it (T6)."""

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
"""Widest line of text, in cells, that is still easy to read."""


class TemplatePreview(StudioScreen):
    """A preview of a conversation from planning to finishing, for either side.

    The ``definition`` need not be saved.
    """

    OWN_COMMANDS = (
        Command("other_side", "tab,v,left,right", "Other side", "See it as the other one would"),
    )
    AUTO_FOCUS = "Pages"

    def __init__(self, definition: Definition) -> None:
        super().__init__()
        self._definition = definition

    def body(self) -> ComposeResult:
        """Compose the name, the tabs of the two sides, and the preview."""
        yield Static(
            line(f"Preview of “{self._definition.name or 'no name yet'}”"), classes="title"
        )
        yield TabLine(_TABS)
        with Pages():
            yield Static(classes="talk")

    def on_mount(self) -> None:
        """Draw the preview. The tabs take no focus, because a key of the screen switches them."""
        self.query_one(TabLine).can_focus = False
        self._draw()

    def on_resize(self) -> None:
        """Wrap the text for the new width."""
        self._draw()

    def action_other_side(self) -> None:
        """Show the other side's view."""
        self.query_one(TabLine).action_next_tab()

    @on(TabLine.Chosen)
    def _chosen(self) -> None:
        self._draw()
        self.query_one(Pages).scroll_home(animate=False)

    def _draw(self) -> None:
        width = min(self.size.width - 4, _WIDEST)
        side = Side(self.query_one(TabLine).chosen)
        self.query_one(".talk", Static).update(preview(self._definition, side, width))
