"""Changes by other users: detected off the event loop and passed to the app."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.app import App

from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import (
    DatabaseGone,
    DatabaseUnavailable,
    Forbidden,
    StudioError,
)
from studio_tui.tui.parts.messages import Messages
from studio_tui.tui.shell import shell_of

if TYPE_CHECKING:
    from studio_tui.services.system.context import Studio

    CurrentActor = Callable[[Studio], Actor]


class Changes:
    """Checks whether the data has changed and whether the database is reachable.

    ``current_actor`` returns the current actor or raises `Forbidden` (A1, A2). ``on_change`` is
    called after every change with the current actor (None if unchanged or not determined) and
    whether earlier changes may have been missed. ``on_access_lost`` is called when the actor has
    lost access.
    """

    def __init__(
        self,
        app: App[Any],
        messages: Messages,
        current_actor: "CurrentActor | None",
        on_change: Callable[[Actor | None, bool], None],
        on_access_lost: Callable[[StudioError], None],
    ) -> None:
        self._app = app
        self._messages = messages
        self._current_actor = current_actor
        self._on_change = on_change
        self._on_access_lost = on_access_lost
        self.stamp = 0
        """A counter that increases with every change in the database."""
        self.is_away = False
        """Whether the database is unreachable."""

    def check(self) -> None:
        """Check off the event loop."""
        shell = shell_of(self._app)
        if shell.actor is not None:
            studio = shell.studio
            shell.bridge.read(
                self._app.get_default_screen(),
                "stamp",
                lambda: self._read_stamp(studio),
                self._checked,
                self._check_failed,
            )

    def _read_stamp(self, studio: "Studio") -> "tuple[int, Actor | None]":
        """Return the current stamp and, if it is new, the result of ``current_actor`` if set."""
        stamp = studio.stamp()
        if self._current_actor is None or stamp == self.stamp:
            return stamp, None
        actor, known = self._current_actor(studio), shell_of(self._app).actor
        if known is not None and actor.user_id != known.user_id:
            raise Forbidden("Your login belongs to another user now: open the Studio again.")
        return stamp, actor

    def _checked(self, seen: "tuple[int, Actor | None]") -> None:
        stamp, actor = seen
        back, self.is_away = self.is_away, False
        if back:
            self._messages.show_unreachable("")
            self._messages.show_message("The database answers again.")
        if stamp != self.stamp or back:
            self.stamp = stamp
            self._on_change(actor, back)

    def _check_failed(self, error: StudioError) -> None:
        # The next check follows soon. Errors are reported for actions of the user only.
        if isinstance(error, DatabaseUnavailable) and not self.is_away:
            self.is_away = True
            self._messages.show_unreachable(
                f"The database does not answer since {self._now()}; typing is kept."
            )
        if isinstance(error, Forbidden | DatabaseGone):
            self._on_access_lost(error)

    def _now(self) -> str:
        shell = shell_of(self._app)
        studio = shell.studio
        zone = studio.zone_of(shell.actor) if shell.actor else studio.zone
        return f"{studio.now().astimezone(zone):%H:%M} ({zone.key})"
