"""A preview of the mail that an act would send: the act is run and rolled back (P14)."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.widgets import Static

from studio_tui.domain.shared.errors import StudioError
from studio_tui.services.outbox.dry_run import dry_run_of
from studio_tui.tui.modals.dry_run_words import DryRunResult, in_words
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.text import line
from studio_tui.tui.widgets.mail_text import MailText


def show_sent(screen: StudioScreen, title: str, act: Callable[[], object]) -> None:
    """Show the mail that ``act``, run by the actor of ``screen``, would send."""
    studio, actor = screen.studio, screen.actor

    def trying(wanted: Callable[[], bool]) -> DryRunResult:
        return DryRunResult(dry_run_of(studio, actor, act, wanted))

    screen.app.push_screen(DryRunScreen(title, trying))


class DryRunScreen(StudioScreen):
    """Shows the result of ``trying``, a call made off the event loop, under ``title``.

    ``trying`` receives a function that returns False once the screen is closed, so that it can stop
    early.
    """

    def __init__(self, title: str, trying: Callable[[Callable[[], bool]], DryRunResult]) -> None:
        super().__init__()
        self._title = title
        self._trying = trying

    def body(self) -> ComposeResult:
        """Compose the title and the text."""
        yield Static(line(self._title), classes="title")
        with MailText():
            yield Static("One moment: it is tried, and taken back.")

    def on_mount(self) -> None:
        """Start the dry run; the keys scroll the text."""
        self.set_focus(self.query_one(MailText))
        trying, zone = self._trying, self.studio.zone
        self.read(
            "trial",
            lambda: in_words(trying(self._is_wanted), zone),
            self._text.update,
            self._failed,
        )

    def _is_wanted(self) -> bool:
        return self.is_attached

    def _failed(self, error: StudioError) -> None:
        self._text.update(line(error.message, "$error"))

    @property
    def _text(self) -> Static:
        return self.query_one("MailText Static", Static)
