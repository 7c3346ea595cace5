"""What the tabs say beside their names (S1): how much waits there, on every screen."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from studio_tui.domain.people.access import Action, Actor, may
from studio_tui.tui.runtime.undo import UndoingApp
from studio_tui.tui.widgets.frame import TopBar

if TYPE_CHECKING:
    from studio_tui.domain.today.today import Badge
    from studio_tui.services.system.context import Studio


class BadgedApp(UndoingApp):
    """The shell, with badges that are counted again whenever anything changed."""

    def changed(self) -> None:
        """Count again, off the loop."""
        super().changed()
        studio, actor = self._studio, self.actor
        if studio is not None and actor is not None and may(actor, Action.READ_OUTBOX):
            self.bridge.read(
                self.get_default_screen(),
                "badges",
                lambda: _counted(studio, actor),
                self._show_badges,
                # The next change counts again; what people do themselves reports its errors.
                lambda error: None,
            )

    def _show_badges(self, badges: "Mapping[str, Badge]") -> None:
        if badges != self.badges:
            self.badges = badges
            for screen in self.screen_stack:
                for bar in screen.query(TopBar):
                    bar.update()


# Imported where the answer is waited for, off the loop: the first picture waits for none of it.


def _counted(studio: "Studio", actor: Actor) -> "Mapping[str, Badge]":
    from studio_tui.services.today import today

    return {str(place): badge for place, badge in today.badges(studio, actor).items()}
