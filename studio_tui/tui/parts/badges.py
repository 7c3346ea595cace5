"""What the tabs say beside their names (S1): how much waits there, on every screen."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from textual.app import App

from studio_tui.domain.people.access import Action, Actor, may
from studio_tui.tui.parts.messages import Messages
from studio_tui.tui.shell import shell_of
from studio_tui.tui.widgets.frame import TopBar

if TYPE_CHECKING:
    from studio_tui.domain.today.today import Badge
    from studio_tui.services.system.context import Studio


class Badges:
    """What the tabs of ``app`` say, counted again whenever anything changed."""

    def __init__(self, app: App[Any], messages: Messages) -> None:
        self._app = app
        self._messages = messages
        self.counted: Mapping[str, Badge] = {}
        """By the id of the place."""
        self.sight: tuple[str, ...] = ()
        """Whom the actor sees, ever shorter; nothing where it is the whole organisation (U12)."""

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

    def _show(self, counted: "tuple[Mapping[str, Badge], tuple[str, ...]]") -> None:
        if counted != (self.counted, self.sight):
            self.counted, self.sight = counted
            for screen in self._app.screen_stack:
                for bar in screen.query(TopBar):
                    bar.update()
            self._messages.refresh()


# Imported where the answer is waited for, off the loop: the first picture waits for none of it.


def _counted(studio: "Studio", actor: Actor) -> "tuple[Mapping[str, Badge], tuple[str, ...]]":
    from studio_tui.services.today import today

    badges = {str(place): badge for place, badge in today.badges(studio, actor).items()}
    return badges, _sight(studio, actor) if actor.scope else ()


def _sight(studio: "Studio", actor: Actor) -> tuple[str, ...]:
    from studio_tui.services.people import scopes
    from studio_tui.wording.people import sight_in_words

    found = scopes.own(studio, actor)
    return sight_in_words(found), f"{found.seen:,} of {found.of:,} people"
