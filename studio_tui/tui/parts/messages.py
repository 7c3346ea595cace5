"""What the status line says, the most urgent first."""

from typing import Any

from textual.app import App
from textual.content import Content

from studio_tui.tui.text import line
from studio_tui.tui.widgets.frame import StatusLine

_NOTHING = Content("")


class Messages:
    """What there is to say, each until it is taken back; one of it is shown."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._said: Content | None = None
        self._under_way = self._slow = self._away = self._counting = self._standing = _NOTHING

    @property
    def shown(self) -> Content:
        """What is under way, what takes long to open, what just happened, that the database is
        away, what can still be taken back, or what is always worth knowing."""
        return (
            self._under_way
            or self._slow
            or self._said
            or self._away
            or self._counting
            or self._standing
        )

    @property
    def said(self) -> str:
        """What was said since the last key; empty where nothing was."""
        return self._said.plain if self._said else ""

    @property
    def standing(self) -> str:
        """What is always worth knowing; empty where there is nothing."""
        return self._standing.plain

    def say(self, sentence: str) -> None:
        """Show ``sentence`` until the next key."""
        self._said = line(sentence, "$foreground")
        self.refresh()

    def complain(self, sentence: str) -> None:
        """Show ``sentence``, as something that went wrong, until the next key."""
        self._said = line(sentence, "$error")
        self.refresh()

    def read(self) -> None:
        """A key was pressed: what was said is read."""
        if self._said is not None:
            self._said = None
            self.refresh()

    def stand(self, sentence: str) -> None:
        """Show ``sentence`` whenever there is nothing else to say; empty: nothing."""
        self._standing = line(sentence, "$warning")
        self.refresh()

    def count_down(self, sentence: str) -> None:
        """Show ``sentence`` before what stands; empty: nothing."""
        self._counting = line(sentence, "$key")
        self.refresh()

    def away(self, sentence: str) -> None:
        """Show ``sentence`` as long as the database is away; empty: it answers.

        It takes the place of what was said: that is as a rule the first call that got no answer.
        """
        if sentence:
            self._said = None
        self._away = line(sentence, "$error")
        self.refresh()

    def opening(self, *, slow: bool) -> None:
        """Something takes long to open: say how to give that up; or it no longer does."""
        self._slow = line("Opening…  esc gives it up", "$foreground") if slow else _NOTHING
        self.refresh()

    def under_way(self, words: Content) -> None:
        """Show how far something is, before all else; empty: it is done."""
        self._under_way = words
        self.refresh()

    def refresh(self) -> None:
        """Draw it on every screen of the place."""
        for screen in self._app.screen_stack:
            if (status := screen.query_one_optional(StatusLine)) is not None:
                status.refresh_status()
