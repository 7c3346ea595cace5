"""Start of the app: its places, the parts that run alongside the screens, and its exit."""

import asyncio
import importlib
import sys
from collections.abc import Mapping
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual.content import Content

from studio_tui.config.streams import discard_output
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
    from textual.worker import Worker

    from studio_tui.domain.shared.list_views import StoredViews
    from studio_tui.domain.today.today import Badge
    from studio_tui.services.system.context import Studio
    from studio_tui.tui.app import OpenStudio, ShowProgress
    from studio_tui.tui.parts.changes import CurrentActor
    from studio_tui.tui.runtime.embedded_worker import EmbeddedWorker, Transports

PRELOADED_MODULES = (
    "studio_tui.services.outbox.undo",
    "studio_tui.services.people.scopes",
    "studio_tui.services.system.list_views",
    "studio_tui.services.today.today",
)
"""Modules that several threads use as soon as the database is open."""

_WORKER_MODULES = (
    "aiosmtplib",
    "jinja2.sandbox",
    "studio_tui.services.outbox.outbox",
    "studio_tui.worker.service",
    "studio_tui.tui.runtime.embedded_worker",
)
"""Modules of the worker, imported one by one so that keys are handled in between."""
_ROWS_POLL = 0.05
"""Seconds between two checks whether the first place shows its rows."""
_WORKER_STARTS = 2.0
"""Seconds after which the worker starts even if the first place does not show its rows."""

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
    # A screen is imported when it is first opened: the first frame waits for none of them.
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
"""The places in the order of the top bar. The Studio opens with the first one that the actor may
see: Today (S1), or for users who only lead, coach or are asked, their conversations."""


class OpenedStudio(StudioApp):
    """The app with its places, undo line, badges and embedded mail worker."""

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
        current_actor: "CurrentActor | None" = None,
    ) -> None:
        super().__init__(self._opening_of(open_studio), places, current_actor)
        self.undo = UndoLine(self, self.messages, self.jobs)
        """The acts that can still be undone."""
        self.badges = Badges(self, self.messages)
        """The numbers next to the names of the places."""
        self._transports = transports
        self._worker: EmbeddedWorker | None = None
        self._starting: Worker[None] | None = None

    def _opening_of(self, open_studio: "OpenStudio") -> "OpenStudio":
        def opening(tell: "ShowProgress") -> "tuple[Studio, Actor]":
            self.refused = None
            # Off the event loop, because these imports take as long as all others together. In one
            # thread, because two threads that import the same module for the first time may each
            # see it half initialised.
            for module in PRELOADED_MODULES:
                importlib.import_module(module)
            try:
                opened = open_studio(tell)
                # Screens draw their lists with the saved views from the start.
                self.saved_views = _saved_views(*opened)
            except StudioError as error:
                self.refused = error
                raise
            return opened

        return opening

    def _opened(self, opened: "tuple[Studio, Actor]") -> None:
        super()._opened(opened)
        if opened[0].settings.screen.mouse and not in_gnu_screen():
            self.terminal.ask_for_mouse()
        self._starting = self.run_worker(self._start_worker(*opened))

    async def _start_worker(self, studio: "Studio", actor: Actor) -> None:
        """Start the worker once the first place shows its rows: importing it would delay them."""
        latest = monotonic() + _WORKER_STARTS
        while self.keys.waits_for_screen and monotonic() < latest:
            await asyncio.sleep(_ROWS_POLL)
        for module in _WORKER_MODULES:
            importlib.import_module(module)
            await asyncio.sleep(0)
        from studio_tui.tui.runtime.embedded_worker import EmbeddedWorker

        self._worker = EmbeddedWorker(self, self._transports, self._stand)
        # Mail is sent for all people, not only for those that the actor may see.
        self._worker.start(studio.seen_by(None), self.actor or actor)

    def changed(self) -> None:
        """Refresh the undo line and the badges after a change."""
        self.undo.load()
        self.badges.count()

    @property
    def status(self) -> Content:
        """The contents of the status line, after the scope of the actor if it is limited (U12).

        In a narrow terminal the header has no room for the scope.
        """
        said, sight = super().status, self.badges.sight
        if not sight:
            return said
        rest = Content.assemble(" · ", said) if said else said
        room = self.size.width - rest.cell_length
        words = next((each for each in sight if line(each).cell_length < room), sight[-1])
        return line(words, "$warning") + rest

    def badge(self, place_id: str) -> "Badge | None":
        """Return the badge of a place in the top bar; None if it has none."""
        return self.badges.counted.get(place_id)

    def may_do(self, command: Command) -> bool:
        """Allow undo only if there is an act to undo."""
        if command.id == "undo" and self.undo.newest is None:
            return False
        return super().may_do(command)

    def action_undo(self) -> None:
        """Undo the newest act in view (N5)."""
        self.undo.take_back()

    def action_calendar(self) -> None:
        """Open the calendar of the coming year (P17)."""
        self.go_to(to.Calendar())

    def _stand(self, why: str) -> None:
        """Show ``why`` mail does not leave; the undo countdown depends on it too."""
        self.messages.show_standing(why)
        self.undo.count()

    def _replace_actor(self, actor: Actor) -> None:
        super()._replace_actor(actor)
        if self._worker is not None:
            self._worker.follow(actor)

    async def pause_background(self) -> None:
        """Finish the mails in transmission first: another worker would send them again."""
        if self._worker is not None:
            await self._worker.pause()
        await super().pause_background()

    def resume_background(self) -> None:
        """Resume sending mail."""
        if self._worker is not None:
            self._worker.resume()

    @property
    def left_waiting(self) -> str:
        """A warning about mail that nobody will send once the Studio is closed; else empty.

        Queries the database; to be used after the screens are closed.
        """
        from studio_tui.services.outbox import outbox
        from studio_tui.wording.counting import counted

        studio, actor = self._studio, self.actor
        # A caller that supplies its own transports is responsible for the mail.
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
        """End the app, after giving the mails in transmission and the writes time to finish."""
        if self._starting is not None:
            self._starting.cancel()
        if self._worker is not None:
            await self._worker.stop()
        await super().leave()


def _saved_views(studio: "Studio", actor: "Actor") -> "Mapping[str, StoredViews]":
    from studio_tui.services.system import list_views

    return list_views.every(studio, actor)


def run_app(
    open_studio: "OpenStudio",
    transports: "Transports | None" = None,
    current_actor: "CurrentActor | None" = None,
) -> int:
    """Run the app until the user leaves it; return the exit code.

    ``open_studio`` opens the database and returns the actor, see `StudioApp`. ``transports``
    replace the connections that the settings define. ``current_actor`` returns the current actor,
    if that may change. The exit code is 1, with one line on stderr, if the Studio could not be
    opened or its user lost access.
    """
    app = OpenedStudio(open_studio, transports=transports, current_actor=current_actor)
    # Whether to use the mouse is in the settings, which are read after the first frame.
    app.run(mouse=False)
    if terminal_is_gone():
        discard_output(sys.stdout, sys.stderr)
    if app.refused is not None:
        sys.stderr.write(f"studio-tui: {clean_line(app.refused.message)}\n")
        return 1
    if waiting := app.left_waiting:
        sys.stderr.write(f"{clean_line(waiting)}\n")
    return app.return_code or 0
