"""The two placeholder screens: one while the database opens, one if the terminal is too small."""

from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Static

from studio_tui.domain.shared.errors import DatabaseUnavailable, StudioError
from studio_tui.tui.commands import Command, Commands
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.text import line

LEAST_WIDTH = 60
LEAST_HEIGHT = 15
_NOTICE_DELAY = 0.5
_RETRY_SECONDS = 2.0
"""Seconds until an unreachable database is tried again."""


class Opening(StudioScreen):
    """The empty frame that is shown until the database is open, or the error that prevents it."""

    OWN_COMMANDS = (Command("retry", "r", "Try again", "Open the database again"),)

    def __init__(self) -> None:
        super().__init__()
        self._error: StudioError | None = None

    @property
    def waiting(self) -> bool:
        """Whether the database is still being opened."""
        return self._error is None

    def body(self) -> ComposeResult:
        """Compose an empty notice."""
        yield Static(classes="notice")

    def on_mount(self) -> None:
        """Explain the wait if opening takes long."""
        self.set_timer(_NOTICE_DELAY, self._explain)

    def tell(self, sentence: str) -> None:
        """Show the progress of opening, unless it has failed."""
        if self._error is None:
            self._notice.update(line(sentence))

    def failed(self, error: StudioError) -> None:
        """Show why the database cannot be opened. An unreachable one is tried again."""
        self._error = error
        self._notice.update(line(str(error), "$error"))
        self.refresh_bindings()
        if isinstance(error, DatabaseUnavailable):
            self.set_timer(_RETRY_SECONDS, self._retry)

    def may_do(self, command: Command) -> bool:
        """Allow a retry only after opening has failed."""
        return (command.id != "retry" or self._error is not None) and super().may_do(command)

    def action_retry(self) -> None:
        """Try to open the database again."""
        self._error = None
        self._notice.update("Opening the database…")
        self.refresh_bindings()
        self.shell.open()

    @property
    def _notice(self) -> Static:
        return self.query_one(".notice", Static)

    def _retry(self) -> None:
        if self._error is not None:
            self.shell.open()

    def _explain(self) -> None:
        if self._error is None:
            self._notice.update("Opening the database…")


class TooSmall(Commands, ModalScreen[None]):
    """One sentence that covers the screen while the terminal is too small. Blocks its keys."""

    OWN_COMMANDS = (Command("quit", "q", "Quit", "Leave the Studio"),)

    def compose(self) -> ComposeResult:
        """Compose an empty sentence."""
        yield Static()

    def on_resize(self) -> None:
        """Show the size of the terminal and the required size."""
        width, height = self.app.size
        self.query_one(Static).update(
            f"The terminal is {width}×{height}; "
            f"the Studio needs at least {LEAST_WIDTH}×{LEAST_HEIGHT}."
        )

    async def action_quit(self) -> None:
        """Leave the Studio."""
        await self.app.action_quit()


def too_small(width: int, height: int) -> bool:
    """Return whether the terminal is too small for any screen."""
    return width < LEAST_WIDTH or height < LEAST_HEIGHT
