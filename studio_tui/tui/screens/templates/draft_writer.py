"""Storage of drafts while the user types, so that a lost connection loses nothing (A4)."""

from studio_tui.domain.shared.errors import DatabaseUnavailable, StudioError, Unavailable
from studio_tui.domain.templates.template import Definition
from studio_tui.services.templates import drafts
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.shell import bridge_of

_RETRY_DELAY = 2.0
"""Seconds before a failed write is retried."""


class DraftWriter:
    """A writer of drafts of ``subject``: one write at a time, skipping superseded drafts."""

    def __init__(self, screen: StudioScreen, subject: str) -> None:
        self.subject = subject
        self._screen = screen
        self._wanted: tuple[int, Definition] | None = None
        self._writing = False

    def save(self, base_version: int, definition: Definition) -> None:
        """Store ``definition``, which is based on ``base_version``."""
        self._wanted = base_version, definition
        if not self._writing:
            self._write()

    def delete(self) -> None:
        """Delete the stored draft and discard a pending one."""
        self._wanted = None
        studio, actor, subject = self._screen.studio, self._screen.actor, self.subject
        bridge_of(self._screen).write(self._screen, lambda: drafts.delete(studio, actor, subject))

    def _write(self) -> None:
        if self._wanted is None:
            return
        wanted, self._wanted, self._writing = self._wanted, None, True
        version, definition = wanted
        studio, actor, subject = self._screen.studio, self._screen.actor, self.subject
        bridge_of(self._screen).write(
            self._screen,
            lambda: drafts.save(studio, actor, subject, version, definition),
            lambda _: self._written(),
            lambda error: self._failed(wanted, error),
        )

    def _written(self) -> None:
        self._writing = False
        self._write()

    def _failed(self, tried: tuple[int, Definition], error: StudioError) -> None:
        self._writing = False
        if isinstance(error, Unavailable):
            self._wanted = self._wanted or tried
            self._screen.set_timer(_RETRY_DELAY, self._try_again)
        if isinstance(error, DatabaseUnavailable):
            # The shell reports that the database is away for as long as that lasts.
            self._screen.shell.check_for_changes()
        else:
            self._screen.show_error(f"What you type is not kept at this moment: {error.message}")

    def _try_again(self) -> None:
        if not self._writing:
            self._write()
