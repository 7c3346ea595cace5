"""What the tabs say beside their names (S1): how much waits there, on every screen."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from textual.app import App

from studio_tui.domain.people.access import Action, Actor, may
from studio_tui.tui.shell import shell_of
from studio_tui.tui.widgets.frame import TopBar

if TYPE_CHECKING:
    from studio_tui.domain.today.today import Badge
    from studio_tui.services.system.context import Studio


class Badges:
    """What the tabs of ``app`` say, counted again whenever anything changed."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self.counted: Mapping[str, Badge] = {}
        """By the id of the place."""

    def count(self) -> None:
        """Count again, off the loop."""
        shell = shell_of(self._app)
        actor = shell.actor
        if actor is not None and may(actor, Action.READ_OUTBOX):
            studio = shell.studio
            shell.bridge.read(
                self._app.get_default_screen(),
                "badges",
                lambda: _counted(studio, actor),
                self._show,
                # The next change counts again; what people do themselves reports its errors.
                lambda error: None,
            )

    def _show(self, badges: "Mapping[str, Badge]") -> None:
        if badges != self.counted:
            self.counted = badges
            for screen in self._app.screen_stack:
                for bar in screen.query(TopBar):
                    bar.update()


# Imported where the answer is waited for, off the loop: the first picture waits for none of it.


def _counted(studio: "Studio", actor: Actor) -> "Mapping[str, Badge]":
    from studio_tui.services.today import today

    return {str(place): badge for place, badge in today.badges(studio, actor).items()}
