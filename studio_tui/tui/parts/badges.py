"""The badges of the places in the top bar (S1): the number of items that wait there."""

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
    """The badges of ``app``, which are counted again after every change."""

    def __init__(self, app: App[Any], messages: Messages) -> None:
        self._app = app
        self._messages = messages
        self.counted: Mapping[str, Badge] = {}
        """The badges by the id of the place."""
        self.sight: tuple[str, ...] = ()
        """The scope of the actor, as texts of decreasing length; empty if it is the whole
        organisation (U12)."""

    def count(self) -> None:
        """Count again, off the event loop."""
        shell = shell_of(self._app)
        actor = shell.actor
        if actor is not None and may(actor, Action.READ_OUTBOX):
            studio = shell.studio
            shell.bridge.read(
                self._app.get_default_screen(),
                "badges",
                lambda: _counted(studio, actor),
                self._show,
                # The next change counts again. Errors are reported for actions of the user only.
                lambda error: None,
            )

    def _show(self, counted: "tuple[Mapping[str, Badge], tuple[str, ...]]") -> None:
        if counted != (self.counted, self.sight):
            self.counted, self.sight = counted
            for screen in self._app.screen_stack:
                for bar in screen.query(TopBar):
                    bar.update()
            self._messages.refresh()


# Imported in the background thread, so that the first frame does not wait for it.


def _counted(studio: "Studio", actor: Actor) -> "tuple[Mapping[str, Badge], tuple[str, ...]]":
    from studio_tui.services.today import today

    badges = {str(place): badge for place, badge in today.badges(studio, actor).items()}
    return badges, _sight(studio, actor) if actor.scope else ()


def _sight(studio: "Studio", actor: Actor) -> tuple[str, ...]:
    from studio_tui.services.people import scopes
    from studio_tui.wording.people import sight_in_words

    found = scopes.own(studio, actor)
    return sight_in_words(found), f"{found.seen:,} of {found.of:,} people"
