"""`StudioApp`: the shell around the screens."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import RenderableType
from textual import events
from textual.app import App
from textual.binding import Binding
from textual.content import Content
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.notifications import SeverityLevel
from textual.reactive import var
from textual.screen import Screen
from textual.widget import Widget

from studio_tui.config.assets import asset
from studio_tui.config.log import log_error, log_path
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import Away, StudioError
from studio_tui.tui.commands import Command, Commands
from studio_tui.tui.opening import Opening, TooSmall, too_small
from studio_tui.tui.parts.changes import Changes
from studio_tui.tui.parts.jobs import Jobs
from studio_tui.tui.parts.messages import Messages
from studio_tui.tui.parts.places import Places
from studio_tui.tui.places import Place, place_of
from studio_tui.tui.runtime.background_calls import Bridge
from studio_tui.tui.runtime.change_watcher import ChangeWatcher
from studio_tui.tui.runtime.diff_renderer import TerminalOutput
from studio_tui.tui.runtime.key_queue import KeyDone, KeyQueue, Typed
from studio_tui.tui.runtime.stylesheet import CachedStylesheet
from studio_tui.tui.runtime.terminal import terminal_is_gone, why_no_suspending
from studio_tui.tui.runtime.terminal_input import LenientDriver
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.theme import DARK, LIGHT, PLAIN, THEMES
from studio_tui.tui.widgets.frame import TopBar

if TYPE_CHECKING:
    from studio_tui.domain.shared.destinations import Destination
    from studio_tui.domain.shared.list_views import KeptViews
    from studio_tui.domain.today.today import Badge
    from studio_tui.services.system.context import Studio
    from studio_tui.tui.parts.changes import WhoAsks
    from studio_tui.tui.widgets.list.views import Listed

    Tell = Callable[[str], None]
    OpenStudio = Callable[[Tell], tuple[Studio, Actor]]

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


class StudioApp(Commands, App[None]):
    """The Studio in a terminal: its parts, and what Textual asks an app.

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
    REACH = "everywhere"
    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("keys", "question_mark", "Keys", "Show what every key does here"),
        Command(
            "palette",
            "ctrl+p,colon",
            "Jump",
            "Find a person, a push, a template or a command",
            footer=False,
            in_palette=False,
        ),
        Command("theme", "", "Dark or light", "Change between the dark and the light theme"),
        Command(
            "before",
            "left_square_bracket",
            "Previous place",
            "Go back to where you were",
            footer=False,
        ),
        Command(
            "after",
            "right_square_bracket",
            "Next place",
            "Go to where you came back from",
            footer=False,
        ),
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

    shows_beside = var(True)
    """Whether lists show the row under the cursor beside them, where there is room."""

    def __init__(
        self,
        open_studio: "OpenStudio",
        places: Sequence[Place] = (),
        who_asks: "WhoAsks | None" = None,
    ) -> None:
        plain = True if "NO_COLOR" in os.environ else None
        super().__init__(css_path=[_FIRST_STYLE], ansi_color=plain)
        self.bridge = Bridge(self._report)
        """Calls off the loop."""
        self.keys = KeyQueue(self, self)
        """What is typed, kept until somebody is there for it."""
        self.terminal = TerminalOutput(self)
        """What is drawn on."""
        self.messages = Messages(self)
        """What the status line says."""
        self.jobs = Jobs(self, self.messages)
        """What is under way."""
        self.places = Places(self, places)
        """Where one is and can go."""
        self.changes = Changes(self, self.messages, who_asks, self._changed, self._put_out)
        """What others change."""
        self.actor: Actor | None = None
        """Who is using it; None until it is open."""
        self.kept_views: Mapping[str, KeptViews] = {}
        """What the actor keeps of lists, by their names (S5, S9)."""
        self.refused: StudioError | None = None
        """Why the Studio could not be opened the last time it was tried, or is closed to its user
        since."""
        self._studio: Studio | None = None
        self._open_studio = open_studio
        self._opening = Opening()
        self._elsewhere = False
        self._watching: ChangeWatcher | None = None
        self._ending: asyncio.Task[None] | None = None
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = PLAIN.name if self.no_color else DARK.name
        self.stylesheet = self._styles = CachedStylesheet(variables=self.get_css_variables())
        if "SSH_CONNECTION" in os.environ:
            self.animation_level = "none"
        for place in places:
            self.add_mode(place.id, place.screen)
            self.bind(place.key, f"command('{place.command.id}')", show=False)

    def get_driver_class(self) -> type[Driver]:
        """As Textual's; what the terminal sends does not end the Studio."""
        found = super().get_driver_class()
        return LenientDriver if found is LinuxDriver else found

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
        """What the status line shows."""
        return self.messages.shown

    @property
    def stamp(self) -> int:
        """Goes up whenever anybody changed anything."""
        return self.changes.stamp

    def open_places(self) -> list[Place]:
        """The places the actor may see."""
        return self.places.open()

    def badge(self, place_id: str) -> "Badge | None":
        """What the tab of a place says beside its name."""
        return None

    def go(self, place_id: str) -> None:
        """Go to a place."""
        self.places.go(place_id)

    def go_to(
        self,
        destination: "Destination",
        then: "Callable[[Any], None] | None" = None,
        *,
        instead: bool = False,
    ) -> None:
        """Go where ``destination`` names; see `Places.go_to`."""
        self.places.go_to(destination, then, instead=instead)

    def say(self, sentence: str) -> None:
        """Show ``sentence`` until the next key."""
        self.messages.say(sentence)

    def complain(self, sentence: str) -> None:
        """Show ``sentence``, as something that went wrong, until the next key."""
        self.messages.complain(sentence)

    def check_for_changes(self) -> None:
        """Find out, off the loop, whether anybody changed anything."""
        self.changes.look()

    def choose_columns(self, listed: "Listed") -> None:
        """Ask which columns a list is to show (S5)."""
        from studio_tui.tui.modals.choose_columns import choose_columns

        choose_columns(listed)

    def choose_view(self, listed: "Listed") -> None:
        """Ask which view of a list to show, or to save one (S5)."""
        from studio_tui.tui.modals.list_views import choose_view

        choose_view(listed)

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
        # After a shell in between, the terminal is unknown.
        self.app_resume_signal.subscribe(self, lambda _: self.terminal.forget())
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
        studio, self.actor = opened
        self._studio = studio.seen_by(self.actor)
        places = self.open_places()
        if not places:
            self._not_opened(StudioError("There is nothing here for your role yet."))
            return
        self.go(places[0].id)
        self.call_later(self.keys.hand_over)
        if closed := self._studio.store.closed:
            self.complain(" ".join(closed))
        if new := self._studio.store.made_now:
            self.say(new)
        self.check_for_changes()
        self.set_interval(_LOOK_AGAIN, self._look_around)
        if not self.is_headless:
            self._watching = ChangeWatcher(self._studio, self.check_for_changes)
            self._watching.start()

    def _not_opened(self, error: StudioError) -> None:
        self.keys.clear()
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

    def _changed(self, actor: Actor | None, missed: bool) -> None:
        """Somebody, perhaps oneself, changed something; ``missed``: nobody knows what was read
        last."""
        for screen in self.places.screens() if missed else ():
            screen.mark_stale()
        if actor is not None:
            self._become(actor)
        self.changed()
        for shown in self.screen_stack:
            if isinstance(shown, StudioScreen):
                shown.reload_if_stale()

    def changed(self) -> None:
        """Somebody changed something: before the screens read again."""

    def _put_out(self, error: StudioError) -> None:
        """End: who is here has no right to be any more."""
        if self._ending is None:
            self.refused = error
            self.bridge.refuse_new_calls()
            self._ending = asyncio.create_task(self._refuse())

    async def _refuse(self) -> None:
        await self.bridge.close()
        await self._end(1)

    def _become(self, actor: Actor) -> None:
        """Go on as who the actor is now; where the role is another, in the places of that role."""
        before, self.actor = self.actor, actor
        if before is None or before.role is actor.role:
            return
        self.places.keep_open_ones()
        for screen in self.places.screens():
            if screen.is_mounted:
                screen.query_one(TopBar).update()
                screen.refresh_bindings()
        self.complain(f"Your role was changed: from now on it is “{actor.role}”.")

    # Commands

    def commands(self) -> tuple[Command, ...]:
        """The places, and what can be done everywhere."""
        return (*(place.command for place in self.places.every), *super().commands())

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

        KeysHelp.open(self.screen)

    def action_palette(self) -> None:
        """Find a person, a push, a template or a command by a few letters (S4)."""
        from studio_tui.tui.modals.palette import Palette

        Palette.open(self.screen)

    def why_not_before(self) -> str | None:
        """One must have been somewhere."""
        return None if self.places.can_go_back else "There is nowhere to go back to."

    def action_before(self) -> None:
        """Go to where one was before."""
        self.places.back()

    def why_not_after(self) -> str | None:
        """One must have gone back."""
        return None if self.places.can_go_forward else "There is nowhere to go forward to."

    def action_after(self) -> None:
        """Go to where one went back from."""
        self.places.forward()

    def action_theme(self) -> None:
        """Change between dark and light."""
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name

    def action_redraw(self) -> None:
        """Draw the whole screen again: something else wrote to the terminal."""
        self.terminal.forget()
        self.screen.refresh()

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
            await self.pause_background()
            self._elsewhere = True
            self.terminal.stop_process()
            self.resume_background()
            # What came in the same packet as ctrl+z was meant for the shell: it is in the queue.
            asyncio.get_running_loop().call_soon(self.call_later, self._back)

    def _back(self) -> None:
        self._elsewhere = False
        self.keys.clear()
        self.check_for_changes()

    async def pause_background(self) -> None:
        """Let nothing be under way while the process is stopped."""
        await self.bridge.written()

    def resume_background(self) -> None:
        """The process goes on."""

    async def action_quit(self) -> None:
        """Leave, once what was typed is saved; ask where something cannot be (C4)."""
        self._keep()
        if self.bridge.busy:
            self.say("Finishing…")
        await self.bridge.written()
        if lost := self._unsaved_summary():
            from studio_tui.tui.modals.confirm import Confirm

            question = "Leave, and lose what is not saved?"
            asked = Confirm(question, "Leave", no="Stay", detail=lost)
            self.push_screen(asked, self._leave_anyway)
        else:
            await self.leave()

    async def leave(self) -> None:
        """End, after the writes under way have had a moment to finish; what was typed for what does
        not open any more is for nobody."""
        self.keys.clear()
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

    def _keep(self) -> None:
        for screen in self.places.screens():
            screen.keep()

    def _unsaved_summary(self) -> str:
        """What would be lost now; empty: nothing."""
        lost = (screen.unsaved_summary for screen in self.places.screens())
        return "\n".join(filter(None, (self.jobs.unsaved_summary, *lost)))

    # What the keys want to know

    def accepts(self, typed: Typed) -> bool:
        """While it ends there is nothing to do; escape stops what is under way, rather than leave
        it."""
        escape = isinstance(typed, events.Key) and typed.key == "escape"
        if escape and isinstance(self.screen, StudioScreen) and self.jobs.stop_one():
            return False
        return self._ending is None and not self._elsewhere

    def opening_is_slow(self, slow: bool) -> None:
        """Say that something is being opened, and how to give that up."""
        self.messages.opening(slow=slow)

    def input_discarded(self) -> None:
        """Say that what was typed for what did not open is dropped."""
        self.complain(f"{self.messages.said} {_NOT_USED}".strip())

    def is_queueing(self) -> bool:
        """While the database opens, what is typed is meant for the first place."""
        return self.screen is self._opening and self._opening.waiting

    def acts_on_rows(self, key: events.Key) -> bool:
        """One can go elsewhere, or leave, before a list has its rows."""
        elsewhere = any(key.key in command.keys.split(",") for command in self.commands())
        return not elsewhere and key.key != "escape"

    def is_urgent(self, key: events.Key) -> bool:
        """One can leave while the database opens."""
        return self.accepts(key) and key.key in _LEAVING and self.is_queueing()

    # Messages

    def _report(self, error: StudioError) -> None:
        if isinstance(error, Away):
            if self.changes.is_away:
                # The status line says so as long as it lasts.
                return
            self.check_for_changes()
        self.complain(str(error))

    async def on_event(self, event: events.Event) -> None:
        """What was said is read when the next key is pressed."""
        if isinstance(event, events.Key):
            self.messages.read()
        await self.keys.handle_event(event)

    async def on_key_done(self, message: KeyDone) -> None:
        """The next key may be handed over."""
        await self.keys.key_done(message)

    def on_paste(self, event: events.Paste) -> None:
        """Nothing took what was pasted: no part of it is a command."""
        self.complain("Nothing here takes pasted text.")

    # The terminal

    def on_resize(self, event: events.Resize) -> None:
        """Show a sentence instead where no screen fits."""
        # Terminals do as they like with what they show when they are resized.
        self.terminal.forget()
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

    # What Textual does, and the parts hear of

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        super()._display(screen, self.terminal.compared(renderable))

    def _register(self, parent: Any, *widgets: Widget, **places: Any) -> list[Widget]:
        self.keys.will_mount(widgets)
        return super()._register(parent, *widgets, **places)

    def push_screen(self, screen: Any, callback: Any = None, *args: Any, **options: Any) -> Any:
        """As Textual's; keys wait for what ``callback`` does."""
        if callback is not None and isinstance(screen, Screen):
            callback = self.keys.wrap_callback(screen, callback)
        return super().push_screen(screen, callback, *args, **options)

    async def push_screen_wait(self, screen: Any, **options: Any) -> Any:
        """As Textual's; keys wait for what is done with the answer."""
        with self.keys.awaiting_answer(screen):
            return await super().push_screen_wait(screen, **options)

    def pop_screen(self) -> Any:
        """As Textual's; an answer is on its way to who asked, and one is where one was before."""
        self.keys.will_pop(self.screen)
        self.places.left(self.screen)
        return super().pop_screen()

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
