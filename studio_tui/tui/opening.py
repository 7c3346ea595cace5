"""The two screens that stand in for the others: while the database opens, and where no screen
would fit."""

from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Static

from studio_tui.domain.shared.errors import Away, StudioError
from studio_tui.tui.commands import Command, Commands
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.text import line

LEAST_WIDTH = 60
LEAST_HEIGHT = 15
_PATIENCE = 0.5
_AGAIN = 2.0
"""Seconds until a database that does not answer is tried again."""


class Opening(StudioScreen):
    """The frame without anything in it, until the database is open; or why it cannot be opened."""

    OWN_COMMANDS = (Command("retry", "r", "Try again", "Open the database again"),)

    def __init__(self) -> None:
        super().__init__()
        self._error: StudioError | None = None

    @property
    def waiting(self) -> bool:
        """Whether the database is still being opened."""
        return self._error is None

    def body(self) -> ComposeResult:
        """A place for a sentence."""
        yield Static(classes="notice")

    def on_mount(self) -> None:
        """Say what takes so long, if it does."""
        self.set_timer(_PATIENCE, self._explain)

    def tell(self, sentence: str) -> None:
        """Show how far it is."""
        if self._error is None:
            self._notice.update(line(sentence))

    def failed(self, error: StudioError) -> None:
        """Show why the database cannot be opened."""
        self._error = error
        self._notice.update(line(str(error), "$error"))
        self.refresh_bindings()
        if isinstance(error, Away):
            self.set_timer(_AGAIN, self._again)

    def may_do(self, command: Command) -> bool:
        """One can try again after it failed."""
        return (command.id != "retry" or self._error is not None) and super().may_do(command)

    def action_retry(self) -> None:
        """Open the database again."""
        self._error = None
        self._notice.update("Opening the database…")
        self.refresh_bindings()
        self.shell.open()

    @property
    def _notice(self) -> Static:
        return self.query_one(".notice", Static)

    def _again(self) -> None:
        if self._error is not None:
            self.shell.open()

    def _explain(self) -> None:
        if self._error is None:
            self._notice.update("Opening the database…")


class TooSmall(Commands, ModalScreen[None]):
    """One sentence, until the terminal is large enough again. No key reaches what it covers."""

    OWN_COMMANDS = (Command("quit", "q", "Quit", "Leave the Studio"),)

    def compose(self) -> ComposeResult:
        """The sentence."""
        yield Static()

    def on_resize(self) -> None:
        """Say how large the terminal is."""
        width, height = self.app.size
        self.query_one(Static).update(
            f"The terminal is {width}×{height}; "
            f"the Studio needs at least {LEAST_WIDTH}×{LEAST_HEIGHT}."
        )

    async def action_quit(self) -> None:
        """Leave the Studio."""
        await self.app.action_quit()


def too_small(width: int, height: int) -> bool:
    """Whether no screen would fit."""
    return width < LEAST_WIDTH or height < LEAST_HEIGHT
