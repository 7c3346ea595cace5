"""How the app starts: where one can go, what runs beside the screens, how it ends."""

import importlib
import sys
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.content import Content

from studio_tui.config.streams import abandon
from studio_tui.domain.people.access import Action, Actor
from studio_tui.domain.shared import destinations as to
from studio_tui.domain.shared.destinations import Destination
from studio_tui.domain.shared.errors import StudioError
from studio_tui.domain.shared.text import clean_line
from studio_tui.tui.app import StudioApp
from studio_tui.tui.commands import Command
from studio_tui.tui.parts.badges import Badges
from studio_tui.tui.parts.undo import UndoLine
from studio_tui.tui.places import Place
from studio_tui.tui.router import screen_of
from studio_tui.tui.runtime.terminal import in_gnu_screen, terminal_is_gone, why_no_terminal
from studio_tui.tui.text import line

if TYPE_CHECKING:
    from studio_tui.domain.shared.list_views import KeptViews
    from studio_tui.domain.today.today import Badge
    from studio_tui.services.system.context import Studio
    from studio_tui.tui.app import OpenStudio, Tell
    from studio_tui.tui.parts.changes import WhoAsks
    from studio_tui.tui.runtime.embedded_worker import EmbeddedWorker, Transports

PRELOADED_MODULES = (
    "studio_tui.tui.runtime.embedded_worker",
    "studio_tui.services.outbox.undo",
    "studio_tui.services.people.scopes",
    "studio_tui.services.system.list_views",
    "studio_tui.services.today.today",
)
"""What several threads ask as soon as the database is open."""

__all__ = ["PLACES", "OpenedStudio", "run_app", "why_no_terminal"]


def _place(
    key: str,
    id_: str,
    title: str,
    destination: Destination,
    needs: Action | None = None,
    short: str = "",
    *,
    verb: str,
) -> Place:
    # A screen is imported when somebody goes there: the first picture waits for none of them.
    screen = partial(screen_of, destination)
    return Place(id_, title, key, screen, needs, destination, short, verb)


PLACES = (
    _place("0", "today", "Today", to.Today(), Action.READ_PUSHES, verb="today"),
    _place(
        "1", "templates", "Templates", to.Templates(), Action.READ_TEMPLATES, verb="templates list"
    ),
    _place("2", "pushes", "Pushes", to.Pushes(), Action.READ_PUSHES, verb="pushes list"),
    _place("3", "users", "Users", to.Users(), Action.READ_USERS, verb="users list"),
    _place("4", "outbox", "Outbox", to.Outbox(), Action.READ_OUTBOX, verb="outbox list"),
    _place("5", "activity", "Activity", to.Activity(), Action.READ_ACTIVITY, verb="activity list"),
    _place(
        "6",
        "mine",
        "My conversations",
        to.MyConversations(),
        short="Mine",
        verb="conversations list",
    ),
)
"""The first that the actor may see is where the Studio opens: Today (S1), and for who only leads,
coaches or is asked, their conversations."""


class OpenedStudio(StudioApp):
    """The app with its places, with what can be undone and what waits in view, and with mail
    leaving while it is open."""

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command(
            "undo",
            "z",
            "Undo",
            "Take back the last act that mails, as its mail has not left",
            footer=False,
            verb="outbox undo",
        ),
        Command(
            "calendar",
            "",
            "Calendar",
            "See what happens on which day of the coming year",
            footer=False,
            needs=Action.READ_PUSHES,
            verb="calendar",
        ),
    )

    def __init__(
        self,
        open_studio: "OpenStudio",
        places: tuple[Place, ...] = PLACES,
        transports: "Transports | None" = None,
        who_asks: "WhoAsks | None" = None,
    ) -> None:
        super().__init__(self._opening_of(open_studio), places, who_asks)
        self.undo = UndoLine(self, self.messages, self.jobs)
        """What was just done and can be taken back."""
        self.badges = Badges(self, self.messages)
        """What waits, beside the names of the places."""
        self._transports = transports
        self._worker: EmbeddedWorker | None = None

    def _opening_of(self, open_studio: "OpenStudio") -> "OpenStudio":
        def opening(tell: "Tell") -> "tuple[Studio, Actor]":
            self.refused = None
            # Off the loop, as they take as long to import as all the rest; and by one thread: two
            # that import the same for the first time may each find the half of it.
            for module in PRELOADED_MODULES:
                importlib.import_module(module)
            try:
                opened = open_studio(tell)
                # Screens draw their lists as they were left, at once.
                self.kept_views = _kept_views(*opened)
            except StudioError as error:
                self.refused = error
                raise
            return opened

        return opening

    def _opened(self, opened: "tuple[Studio, Actor]") -> None:
        from studio_tui.tui.runtime.embedded_worker import EmbeddedWorker

        super()._opened(opened)
        if opened[0].settings.screen.mouse and not in_gnu_screen():
            self.terminal.ask_for_mouse()
        self._worker = EmbeddedWorker(self, self._transports, self._stand)
        # Mail leaves for everybody, whomever its sender sees.
        self._worker.start(opened[0].seen_by(None), opened[1])

    def changed(self) -> None:
        """What can be undone and what waits may be something else."""
        self.undo.look()
        self.badges.count()

    @property
    def status(self) -> Content:
        """Before it, whom they see, where that is a part of the organisation (U12): the header has
        no room for it in a narrow terminal."""
        said, sight = super().status, self.badges.sight
        if not sight:
            return said
        rest = Content.assemble(" · ", said) if said else said
        room = self.size.width - rest.cell_length
        words = next((each for each in sight if line(each).cell_length < room), sight[-1])
        return line(words, "$warning") + rest

    def badge(self, place_id: str) -> "Badge | None":
        """What the tab of a place says beside its name."""
        return self.badges.counted.get(place_id)

    def may_do(self, command: Command) -> bool:
        """There is something to take back."""
        if command.id == "undo" and self.undo.newest is None:
            return False
        return super().may_do(command)

    def action_undo(self) -> None:
        """Take back the newest act in view (N5)."""
        self.undo.take_back()

    def action_calendar(self) -> None:
        """See the coming year (P17)."""
        self.go_to(to.Calendar())

    def _stand(self, why: str) -> None:
        """Whether mail leaves at all is part of what counts down."""
        self.messages.stand(why)
        self.undo.count()

    def _become(self, actor: Actor) -> None:
        super()._become(actor)
        if self._worker is not None:
            self._worker.follow(actor)

    async def pause_background(self) -> None:
        """Mail on the wire is finished first: who takes it over would send it once more."""
        if self._worker is not None:
            await self._worker.pause()
        await super().pause_background()

    def resume_background(self) -> None:
        """Mail leaves again."""
        if self._worker is not None:
            self._worker.resume()

    @property
    def left_waiting(self) -> str:
        """What to say where mail waits that nobody sends once the Studio is closed; else empty.

        Asks the database: for when the screens are gone.
        """
        from studio_tui.services.outbox import outbox
        from studio_tui.wording.counting import counted

        studio, actor = self._studio, self.actor
        # Who hands over transports of their own looks after the mail.
        if studio is None or actor is None or self._transports is not None:
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
        if self._worker is not None:
            await self._worker.stop()
        await super().leave()


def _kept_views(studio: "Studio", actor: "Actor") -> "Mapping[str, KeptViews]":
    from studio_tui.services.system import list_views

    return list_views.every(studio, actor)


def run_app(
    open_studio: "OpenStudio",
    transports: "Transports | None" = None,
    who_asks: "WhoAsks | None" = None,
) -> int:
    """Run the screens until they are left; returns the exit code.

    ``open_studio`` opens the database and says who is asking, see `StudioApp`. ``transports`` take
    the mail away, in place of the connections that the settings ask for. ``who_asks`` says who it
    is now, where that may change. 1, with one line on stderr, where the Studio could not be opened
    or its user may not be in it any more.
    """
    app = OpenedStudio(open_studio, transports=transports, who_asks=who_asks)
    # Whether the mouse is wanted stands in the settings, which the first picture does not wait for.
    app.run(mouse=False)
    if terminal_is_gone():
        abandon(sys.stdout, sys.stderr)
    if app.refused is not None:
        sys.stderr.write(f"studio-tui: {clean_line(app.refused.message)}\n")
        return 1
    if waiting := app.left_waiting:
        sys.stderr.write(f"{clean_line(waiting)}\n")
    return app.return_code or 0
