"""`StudioApp`: the shell around the screens."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.notifications import SeverityLevel
from textual.screen import Screen

from studio_tui.config.assets import asset
from studio_tui.config.log import log_error, log_path
from studio_tui.domain.people.access import Actor, may
from studio_tui.domain.shared.destinations import Pushes
from studio_tui.domain.shared.errors import Away, Forbidden, Gone, StudioError
from studio_tui.tui.commands import Command, Commands
from studio_tui.tui.opening import Opening, TooSmall, too_small
from studio_tui.tui.places import Place, place_of
from studio_tui.tui.router import screen_of
from studio_tui.tui.runtime.background_calls import Bridge
from studio_tui.tui.runtime.change_watcher import Watching
from studio_tui.tui.runtime.diff_renderer import WiredApp
from studio_tui.tui.runtime.job import Job
from studio_tui.tui.runtime.key_queue import TypeAheadApp, Typed
from studio_tui.tui.runtime.stylesheet import ParsedOnce
from studio_tui.tui.runtime.terminal import terminal_is_gone, why_no_suspending
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.text import line
from studio_tui.tui.theme import DARK, LIGHT, PLAIN, THEMES
from studio_tui.tui.widgets.frame import StatusLine, TopBar

if TYPE_CHECKING:
    from studio_tui.domain.shared.destinations import Destination
    from studio_tui.domain.today.today import Badge
    from studio_tui.services.system.context import Studio

    Tell = Callable[[str], None]
    OpenStudio = Callable[[Tell], tuple[Studio, Actor]]
    WhoAsks = Callable[[Studio], Actor]

_STYLES = sorted(asset("styles").glob("*.tcss"))
"""The style sheets of all screens."""
_FIRST_STYLE = asset("styles/frame.tcss")
"""That of the first picture, which waits for no other, nor for what only a key needs."""
_LOOK_AGAIN = 2.0
"""Seconds between two looks at whether the terminal is still there."""

_LEAVING = frozenset({"q", "ctrl+q", "ctrl+c", "ctrl+z"})
"""Keys that count at once while the database opens."""

_NOT_USED = "What was typed meanwhile is not used."

_TOLD_TO_END = (signal.SIGHUP, signal.SIGTERM)
_LAST_MOMENT = 10.0
"""Seconds after which the program ends whatever it is doing, once it was told to."""


class StudioApp(Commands, TypeAheadApp[None], WiredApp[None]):
    """The Studio in a terminal.

    ``open_studio`` opens the database and says who is asking; it is called off the loop, after the
    first picture, with what shows a sentence while that takes long. ``places`` are what one can go
    to; the first one the actor may see is shown. ``who_asks`` says who it is now, or raises
    `Forbidden`; it is called off the loop whenever anything changed (A1, A2).
    """

    TITLE = "Conversation Studio"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar = [
        # Also where a dialog is open: what is typed next is meant for the shell.
        Binding("ctrl+z", "command('suspend')", show=False, priority=True)
    ]
    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("keys", "question_mark", "Keys", "Show what every key does here"),
        Command("palette", "ctrl+p", "Commands", "Find a command", footer=False, in_palette=False),
        Command("theme", "", "Dark or light", "Change between the dark and the light theme"),
        Command("redraw", "ctrl+l", "Redraw", "Draw the whole screen again", footer=False),
        Command(
            "suspend",
            "ctrl+z",
            "Suspend",
            "Go to the shell; “fg” comes back. In a text it takes back what was typed",
            footer=False,
        ),
        Command("quit", "q", "Quit", "Leave the Studio"),
    )

    def __init__(
        self,
        open_studio: "OpenStudio",
        places: Sequence[Place] = (),
        who_asks: "WhoAsks | None" = None,
    ) -> None:
        plain = True if "NO_COLOR" in os.environ else None
        super().__init__(css_path=[_FIRST_STYLE], ansi_color=plain)
        self.bridge = Bridge(self._report)
        self.actor: Actor | None = None
        self.stamp = 0
        self.badges: Mapping[str, Badge] = {}
        """What the tabs say beside their names, by the id of the place."""
        self._studio: Studio | None = None
        self.refused: StudioError | None = None
        """Why the Studio could not be opened the last time it was tried, or is closed to its user
        since."""
        self._open_studio = open_studio
        self._who_asks = who_asks
        self._places = tuple(places)
        self._opening = Opening()
        self._said: Content | None = None
        self._slow = Content("")
        self._elsewhere = False
        self._standing = Content("")
        self._counting = Content("")
        self._away = Content("")
        self._watching: Watching | None = None
        self._ending: asyncio.Task[None] | None = None
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = PLAIN.name if self.no_color else DARK.name
        self.stylesheet = self._styles = ParsedOnce(variables=self.get_css_variables())
        if "SSH_CONNECTION" in os.environ:
            self.animation_level = "none"
        for place in self._places:
            self.add_mode(place.id, place.screen)
            self.bind(place.key, f"command('{place.command.id}')", show=False)

    # What screens ask and tell

    @property
    def studio(self) -> "Studio":
        """The open Studio."""
        if self._studio is None:
            raise RuntimeError("the database is not open yet")
        return self._studio

    @property
    def identities(self) -> tuple[str, ...]:
        """The organisation and who is using the Studio, as far as known, ever shorter."""
        if self._studio is None or self.actor is None:
            return ()
        name = self.actor.name
        return (f"{self._studio.settings.organisation.name} · {name}", name, self.actor.login)

    @property
    def status(self) -> Content:
        """What the status line shows: what just happened, that the database is away, what can still
        be taken back, or what is always worth knowing."""
        return self._slow or self._said or self._away or self._counting or self._standing

    @property
    def standing(self) -> str:
        """What is always worth knowing; empty where there is nothing."""
        return self._standing.plain

    def open_places(self) -> list[Place]:
        """The places the actor may see."""
        actor = self.actor
        if actor is None:
            return []
        return [p for p in self._places if p.needs is None or may(actor, p.needs)]

    def go(self, place_id: str) -> None:
        """Go to a place."""
        self.switch_mode(place_id)

    def go_to(
        self,
        destination: "Destination",
        then: "Callable[[Any], None] | None" = None,
        *,
        instead: bool = False,
    ) -> None:
        """Go to a place, or open what a destination names on top of this screen, or ``instead`` of
        it; ``then`` gets what that ends with."""
        place = next((p for p in self._places if p.destination == destination), None)
        if isinstance(destination, Pushes) and destination.created:
            self.run_worker(self._show_created(destination))
        elif place is not None:
            self.go(place.id)
        elif instead:
            self.switch_screen(screen_of(destination))
        else:
            self.push_screen(screen_of(destination), then)

    async def _show_created(self, destination: Pushes) -> None:
        """Go to the pushes, where those just created stand out; what lies over them goes."""
        await self.switch_mode(next(p.id for p in self._places if p.destination == destination))
        first = self.screen_stack[0]
        if isinstance(first, StudioScreen):
            first.welcome(destination)
        while self.screen is not first and not getattr(self.screen, "unsaved", False):
            await self.pop_screen()

    def say(self, sentence: str) -> None:
        """Show ``sentence`` until the next key."""
        self._show_status(line(sentence, "$foreground"))

    def complain(self, sentence: str) -> None:
        """Show ``sentence``, as something that went wrong, until the next key."""
        self._show_status(line(sentence, "$error"))

    def stand(self, sentence: str) -> None:
        """Show ``sentence`` whenever there is nothing else to say; empty: nothing."""
        self._standing = line(sentence, "$warning")
        self._refresh_status()

    def count_down(self, sentence: str) -> None:
        """Show ``sentence`` before what stands; empty: nothing."""
        self._counting = line(sentence, "$key")
        self._refresh_status()

    def work(self, job: Job) -> None:
        """Something begins that may take a while."""

    def worked(self) -> None:
        """Something of it has ended."""

    def changed(self) -> None:
        """Somebody, perhaps oneself, changed something."""

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Messages go to the status line, as they are: nothing pops up, nothing is markup."""
        show = self.say if severity == "information" else self.complain
        show(message)

    # Opening

    def get_default_screen(self) -> Screen[Any]:
        """The frame comes first, and the database after it."""
        return self._opening

    def on_mount(self) -> None:
        """Open the database once the frame is painted."""
        self.fit()
        self.call_after_refresh(self.open)
        if not self.is_headless:
            for number in _TOLD_TO_END:
                asyncio.get_running_loop().add_signal_handler(number, self._told_to_end, number)

    def open(self) -> None:
        """Open the database off the loop; get ready for what comes then."""
        self.bridge.read(
            self._opening,
            "open",
            lambda: self._open_studio(self._tell_opening),
            self._opened,
            self._not_opened,
        )
        self._styles.read_rest(_STYLES)
        self._styles.update(self)

    def _tell_opening(self, sentence: str) -> None:
        """Show how far opening is; called off the loop."""
        self.call_later(self._opening.tell, sentence)

    def _opened(self, opened: "tuple[Studio, Actor]") -> None:
        self._studio, self.actor = opened
        places = self.open_places()
        if not places:
            self._not_opened(StudioError("There is nothing here for your role yet."))
            return
        self.go(places[0].id)
        self.call_later(self.hand_over_keys)
        if closed := self._studio.store.closed:
            self.complain(" ".join(closed))
        if new := self._studio.store.made_now:
            self.say(new)
        self.look_for_changes()
        self.set_interval(_LOOK_AGAIN, self._look_around)
        if not self.is_headless:
            self._watching = Watching(self._studio, self.look_for_changes)
            self._watching.start()

    def _not_opened(self, error: StudioError) -> None:
        self.forget_keys()
        self._opening.failed(error)

    def _look_around(self) -> None:
        """End where nobody looks at the terminal any more."""
        # Who is not the leader of a session is not told by a signal.
        if not self.is_headless and self._ending is None and terminal_is_gone():
            self._told_to_end(signal.SIGHUP)
            return
        # A place that came up while another screen was still leaving may not have been looked at.
        self.fit()

    # What others change

    def look_for_changes(self) -> None:
        """Find out, off the loop, whether anybody changed anything."""
        studio = self._studio
        if studio is not None:
            self.bridge.read(
                self._opening, "stamp", lambda: self._look(studio), self._looked, self._not_looked
            )

    def _look(self, studio: "Studio") -> "tuple[int, Actor | None]":
        """The stamp now; where it is new, who is asking now, as far as somebody can say it."""
        stamp = studio.stamp()
        if self._who_asks is None or stamp == self.stamp:
            return stamp, None
        actor = self._who_asks(studio)
        if self.actor is not None and actor.user_id != self.actor.user_id:
            raise Forbidden("Your login belongs to another user now: open the Studio again.")
        return stamp, actor

    def _looked(self, seen: "tuple[int, Actor | None]") -> None:
        stamp, actor = seen
        back = self._is_back()
        if stamp == self.stamp and not back:
            return
        self.stamp = stamp
        if actor is not None:
            self._become(actor)
        self.changed()
        for screen in self.screen_stack:
            if isinstance(screen, StudioScreen):
                screen.catch_up()

    def _is_back(self) -> bool:
        """Whether the database was away until now: then nobody knows what was read last."""
        if not self._away:
            return False
        self._away = Content("")
        for screen in self._every_screen():
            screen.forget_seen()
        self.say("The database answers again.")
        return True

    def _not_looked(self, error: StudioError) -> None:
        # Another look is made soon; what people do themselves reports its errors.
        if isinstance(error, Away) and not self._away:
            zone = self.studio.zone_of(self.actor) if self.actor else self.studio.zone
            self._away = line(
                "The database does not answer since "
                f"{self.studio.now().astimezone(zone):%H:%M} ({zone.key}); typing is kept.",
                "$error",
            )
            self._refresh_status()
        if isinstance(error, Forbidden | Gone) and self._ending is None:
            self.refused = error
            self._ending = asyncio.create_task(self._put_out())

    async def _put_out(self) -> None:
        """End: who is here has no right to be any more. Nothing they do now begins."""
        await self.bridge.close()
        await self._end(1)

    def _become(self, actor: Actor) -> None:
        """Go on as who the actor is now; where the role is another, in the places of that role."""
        before, self.actor = self.actor, actor
        if before is None or before.role is actor.role:
            return
        open_ = {place.id: place for place in self.open_places()}
        if self.current_mode not in open_:
            self.go(next(iter(open_)))
        for place in self._places:
            if place.id not in open_ and place.id in self._screen_stacks:
                self.remove_mode(place.id)
                self.add_mode(place.id, place.screen)
        for screen in self._every_screen():
            if screen.is_mounted:
                screen.query_one(TopBar).update()
                screen.refresh_bindings()
        self.complain(f"Your role was changed: from now on it is “{actor.role}”.")

    # Commands

    def commands(self) -> tuple[Command, ...]:
        """The places, and what can be done everywhere."""
        return (*(place.command for place in self._places), *super().commands())

    async def run_command(self, command: Command) -> None:
        """Go to a place, or do what can be done everywhere."""
        place = place_of(command)
        if place is None:
            await super().run_command(command)
        else:
            self.go(place)

    def action_keys(self) -> None:
        """Show what every key does here."""
        from studio_tui.tui.modals.keys import KeysHelp

        self.push_screen(KeysHelp.of(self.screen))

    def action_palette(self) -> None:
        """Find a command by its name."""
        from studio_tui.tui.modals.palette import Palette

        Palette.open(self.screen)

    def action_theme(self) -> None:
        """Change between dark and light."""
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name

    def action_redraw(self) -> None:
        """Draw the whole screen again."""
        self.redraw()

    async def action_suspend(self) -> None:
        """Go to the shell, once what was typed and what is under way is saved."""
        from textual.widgets import TextArea

        from studio_tui.tui.modals.no_shell import NoShell

        if isinstance(self.focused, TextArea) and not self.focused.read_only:
            self.focused.undo()
        elif why := why_no_suspending():
            if not isinstance(self.screen, NoShell):
                self.push_screen(NoShell(why))
        else:
            self._keep()
            await self.rest()
            self._elsewhere = True
            self.stop_process()
            self.go_on_working()
            # What came in the same packet as ctrl+z was meant for the shell: it is in the queue.
            asyncio.get_running_loop().call_soon(self.call_later, self._back)

    def _back(self) -> None:
        self._elsewhere = False
        self.forget_keys()
        self.look_for_changes()

    async def rest(self) -> None:
        """Let nothing be under way while the process is stopped."""
        await self.bridge.written()

    def go_on_working(self) -> None:
        """The process goes on."""

    async def action_quit(self) -> None:
        """Leave, once what was typed is saved; ask where something cannot be (C4)."""
        self._keep()
        if self.bridge.busy:
            self.say("Finishing…")
        await self.bridge.written()
        if lost := self._unkept():
            from studio_tui.tui.modals.confirm import Confirm

            question = "Leave, and lose what is not saved?"
            asked = Confirm(question, "Leave", no="Stay", detail=lost)
            self.push_screen(asked, self._leave_anyway)
        else:
            await self.leave()

    async def leave(self) -> None:
        """End, after the writes under way have had a moment to finish; what was typed for what does
        not open any more is for nobody."""
        self.forget_keys()
        if self._watching is not None:
            self._watching.stop()
        await self.bridge.close()
        self.exit()

    async def on_unmount(self) -> None:
        """Let the threads go, however the Studio ended."""
        await self.bridge.close(patience=0)

    async def _leave_anyway(self, yes: bool | None) -> None:
        if yes:
            await self.leave()

    def _told_to_end(self, number: int) -> None:
        """The connection is gone, or the machine goes down: save what was typed, and end (C4)."""
        self._keep()
        # A terminal that is gone may keep what draws on it waiting for ever.
        last = threading.Timer(_LAST_MOMENT, os._exit, [128 + number])
        last.daemon = True
        last.start()
        self._ending = asyncio.create_task(self._end(128 + number))

    async def _end(self, code: int) -> None:
        await self.bridge.written()
        await self.leave()
        self._return_code = code

    def _every_screen(self) -> list[StudioScreen]:
        """The screens of all places, on top of each other or not."""
        stacks = self._screen_stacks.values()
        return [each for stack in stacks for each in stack if isinstance(each, StudioScreen)]

    def _keep(self) -> None:
        for screen in self._every_screen():
            screen.keep()

    def _unkept(self) -> str:
        """What would be lost now; empty: nothing."""
        return "\n".join(filter(None, (screen.unkept for screen in self._every_screen())))

    def takes(self, typed: Typed) -> bool:
        """While it ends there is nothing to do."""
        return self._ending is None and not self._elsewhere

    def opening_is_slow(self, slow: bool) -> None:
        """Say that something is being opened, and how to give that up."""
        self._slow = line("Opening…  esc gives it up", "$foreground") if slow else Content("")
        self._refresh_status()

    def lost_keys(self) -> None:
        """Say that what was typed for what did not open is dropped."""
        said = self._said.plain if self._said else ""
        self.complain(f"{said} {_NOT_USED}".strip())

    def keeps_keys(self) -> bool:
        """While the database opens, what is typed is meant for the first place."""
        return self.screen is self._opening and self._opening.waiting

    def is_about_rows(self, key: events.Key) -> bool:
        """One can go elsewhere, or leave, before a list has its rows."""
        elsewhere = any(key.key in command.keys.split(",") for command in self.commands())
        return not elsewhere and super().is_about_rows(key)

    def cannot_wait(self, key: events.Key) -> bool:
        """One can leave while the database opens."""
        return self.takes(key) and key.key in _LEAVING and self.keeps_keys()

    # Messages

    def _report(self, error: StudioError) -> None:
        self.complain(str(error))
        if isinstance(error, Away) and not self._away:
            self.look_for_changes()

    def _show_status(self, content: Content) -> None:
        self._said = content
        self._refresh_status()

    def _refresh_status(self) -> None:
        for screen in self.screen_stack:
            if (status := screen.query_one_optional(StatusLine)) is not None:
                status.refresh_status()

    async def on_event(self, event: events.Event) -> None:
        """What was said is read when the next key is pressed."""
        if isinstance(event, events.Key) and self._said is not None:
            self._said = None
            self._refresh_status()
        await super().on_event(event)

    def on_paste(self, event: events.Paste) -> None:
        """Nothing took what was pasted: no part of it is a command."""
        self.complain("Nothing here takes pasted text.")

    # The terminal

    def on_resize(self, event: events.Resize) -> None:
        """Show a sentence instead where no screen fits."""
        self._fit(event.size.width, event.size.height)

    def fit(self) -> None:
        """Cover the screen that has just come up where it does not fit."""
        # Later: while a place comes up, the screen before it is still the current one. And by the
        # size there is then: the terminal may have grown in between.
        self.call_later(lambda: self._fit(*self.size))

    def _fit(self, width: int, height: int) -> None:
        shown = isinstance(self.screen, TooSmall)
        if too_small(width, height) and not shown:
            self.push_screen(TooSmall())
        elif shown and not too_small(width, height):
            self.pop_screen()

    def _fatal_error(self) -> None:
        # Textual would print the stack with all local variables: names, answers, settings.
        if self._exception is not None:
            log_error(self._exception)
        if self._driver is not None:
            # Where there is no other screen to leave, what follows stands below this one.
            self._driver.write(f"\x1b[{self.size.height};1H\r\n")
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        # The terminal is as it was; however many faults there were, one sentence is enough.
        self._exit_renderables.clear()
        if self._exception is not None and not self.is_headless:
            told = "The Studio stopped by a fault of its own. Details are in"
            sys.stderr.write(f"studio-tui: {told} {log_path()}\n")
