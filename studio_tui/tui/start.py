"""How the app starts: where one can go, what runs beside the screens, how it ends."""

import importlib
import sys
from typing import TYPE_CHECKING

from studio_tui.domain.people.access import Action, Actor
from studio_tui.domain.shared.errors import StudioError
from studio_tui.domain.shared.text import clean_line
from studio_tui.tui.places import Place
from studio_tui.tui.runtime.terminal import in_gnu_screen, why_no_terminal
from studio_tui.tui.runtime.undo import UndoingApp
from studio_tui.tui.screen import StudioScreen

if TYPE_CHECKING:
    from studio_tui.services.system.context import Studio
    from studio_tui.tui.app import OpenStudio, Tell, WhoAsks
    from studio_tui.tui.runtime.embedded_worker import Carriers, Posting

__all__ = ["PLACES", "OpenedStudio", "run_app", "why_no_terminal"]

# A screen is imported when somebody goes there: the first picture waits for none of them.


def _templates() -> StudioScreen:
    from studio_tui.tui.screens.templates.templates import TemplatesScreen

    return TemplatesScreen()


def _pushes() -> StudioScreen:
    from studio_tui.tui.screens.pushes.pushes import PushesScreen

    return PushesScreen()


def _users() -> StudioScreen:
    from studio_tui.tui.screens.people.users import UsersScreen

    return UsersScreen()


def _outbox() -> StudioScreen:
    from studio_tui.tui.screens.outbox.outbox import OutboxScreen

    return OutboxScreen()


def _activity() -> StudioScreen:
    from studio_tui.tui.screens.activity.activity import ActivityScreen

    return ActivityScreen()


def _mine() -> StudioScreen:
    from studio_tui.tui.screens.conversations.my_conversations import MyConversationsScreen

    return MyConversationsScreen()


PLACES = (
    Place("templates", "Templates", "1", _templates, Action.READ_TEMPLATES),
    Place("pushes", "Pushes", "2", _pushes, Action.READ_PUSHES),
    Place("users", "Users", "3", _users, Action.READ_USERS),
    Place("outbox", "Outbox", "4", _outbox, Action.READ_OUTBOX),
    Place("activity", "Activity", "5", _activity, Action.READ_ACTIVITY),
    Place("mine", "My conversations", "6", _mine),
)


class OpenedStudio(UndoingApp):
    """The app with its places, and with mail leaving while it is open."""

    def __init__(
        self,
        open_studio: "OpenStudio",
        places: tuple[Place, ...] = PLACES,
        carriers: "Carriers | None" = None,
        who_asks: "WhoAsks | None" = None,
    ) -> None:
        super().__init__(self._opening_of(open_studio), places, who_asks)
        self._carriers = carriers
        self._posting: Posting | None = None

    def _opening_of(self, open_studio: "OpenStudio") -> "OpenStudio":
        def opening(tell: "Tell") -> "tuple[Studio, Actor]":
            self.refused = None
            # What sends mail takes as long to import as all the rest: off the loop, too.
            importlib.import_module("studio_tui.tui.runtime.embedded_worker")
            try:
                return open_studio(tell)
            except StudioError as error:
                self.refused = error
                raise

        return opening

    def _opened(self, opened: "tuple[Studio, Actor]") -> None:
        from studio_tui.tui.runtime.embedded_worker import Posting

        super()._opened(opened)
        if opened[0].settings.screen.mouse and not in_gnu_screen():
            self.ask_for_mouse()
        self._posting = Posting(self, self._carriers)
        self._posting.start(*opened)

    def _become(self, actor: Actor) -> None:
        super()._become(actor)
        if self._posting is not None:
            self._posting.follow(actor)

    async def rest(self) -> None:
        """Mail on the wire is finished first: who takes it over would send it once more."""
        if self._posting is not None:
            await self._posting.rest()
        await super().rest()

    def go_on_working(self) -> None:
        """Mail leaves again."""
        if self._posting is not None:
            self._posting.go_on()

    @property
    def left_waiting(self) -> str:
        """What to say where mail waits that nobody sends once the Studio is closed; else empty.

        Asks the database: for when the screens are gone.
        """
        from studio_tui.services.outbox import outbox
        from studio_tui.wording.counting import counted

        studio, actor = self._studio, self.actor
        # Who hands over carriers of their own looks after the mail.
        if studio is None or actor is None or self._carriers is not None:
            return ""
        try:
            health = outbox.health(studio, actor)
        except StudioError:
            return ""
        if not health.waiting or any(each.until > studio.now() for each in health.sending):
            return ""
        wait = f"{counted(health.waiting, 'mail waits', 'mails wait')} in the outbox"
        smtp = studio.settings.smtp
        if not (smtp.host and smtp.sender):
            return f"{wait}: no mail server is set up. “studio-tui doctor” says how."
        return f"{wait}: mail leaves while the Studio is open or “studio-tui worker” runs."

    async def leave(self) -> None:
        """End, after the mail on the wire and the writes under way have had a moment."""
        if self._posting is not None:
            await self._posting.stop()
        await super().leave()


def run_app(
    open_studio: "OpenStudio",
    carriers: "Carriers | None" = None,
    who_asks: "WhoAsks | None" = None,
) -> int:
    """Run the screens until they are left; returns the exit code.

    ``open_studio`` opens the database and says who is asking, see `StudioApp`. ``carriers`` take
    the mail away, in place of the connections that the settings ask for. ``who_asks`` says who it
    is now, where that may change. 1, with one line on stderr, where the Studio could not be opened
    or its user may not be in it any more.
    """
    app = OpenedStudio(open_studio, carriers=carriers, who_asks=who_asks)
    # Whether the mouse is wanted stands in the settings, which the first picture does not wait for.
    app.run(mouse=False)
    if app.refused is not None:
        sys.stderr.write(f"studio-tui: {clean_line(app.refused.message)}\n")
        return 1
    if waiting := app.left_waiting:
        sys.stderr.write(f"{clean_line(waiting)}\n")
    return app.return_code or 0
