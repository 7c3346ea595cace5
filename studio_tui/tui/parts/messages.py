"""The messages of the status line in order of urgency."""

from typing import Any

from textual.app import App
from textual.content import Content

from studio_tui.tui.text import line
from studio_tui.tui.widgets.frame import StatusLine

_NOTHING = Content("")


class Messages:
    """The current messages of all sources, the most urgent of which is shown."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._transient: Content | None = None
        self._under_way = self._slow = self._away = self._counting = self._standing = _NOTHING

    @property
    def shown(self) -> Content:
        """The most urgent message.

        In order: progress of a job, slow opening, the last transient message, unreachable database,
        undo countdown, standing message.
        """
        return (
            self._under_way
            or self._slow
            or self._transient
            or self._away
            or self._counting
            or self._standing
        )

    @property
    def transient(self) -> str:
        """The transient message since the last key press; empty if none."""
        return self._transient.plain if self._transient else ""

    @property
    def standing(self) -> str:
        """The standing message; empty if none."""
        return self._standing.plain

    def show_message(self, sentence: str) -> None:
        """Show ``sentence`` until the next key press."""
        self._transient = line(sentence, "$foreground")
        self.refresh()

    def show_error(self, sentence: str) -> None:
        """Show ``sentence`` as an error until the next key press."""
        self._transient = line(sentence, "$error")
        self.refresh()

    def clear_transient(self) -> None:
        """Clear the transient message: a key was pressed."""
        if self._transient is not None:
            self._transient = None
            self.refresh()

    def show_standing(self, sentence: str) -> None:
        """Show ``sentence`` whenever no other message is shown; empty: nothing."""
        self._standing = line(sentence, "$warning")
        self.refresh()

    def show_countdown(self, sentence: str) -> None:
        """Show ``sentence`` in preference to the standing message; empty: nothing."""
        self._counting = line(sentence, "$key")
        self.refresh()

    def show_unreachable(self, sentence: str) -> None:
        """Show ``sentence`` while the database is unreachable; empty: it is reachable again.

        It replaces the transient message, which as a rule reports the first call that failed for
        the same reason.
        """
        if sentence:
            self._transient = None
        self._away = line(sentence, "$error")
        self.refresh()

    def show_opening(self, *, slow: bool) -> None:
        """Show or hide the message that a screen opens slowly and how to cancel that."""
        self._slow = line("Opening…  esc gives it up", "$foreground") if slow else _NOTHING
        self.refresh()

    def show_progress(self, words: Content) -> None:
        """Show progress in preference to all other messages; empty: done."""
        self._under_way = words
        self.refresh()

    def refresh(self) -> None:
        """Redraw the status line of every screen of the current place."""
        for screen in self._app.screen_stack:
            if (status := screen.query_one_optional(StatusLine)) is not None:
                status.refresh_status()
