"""`StudioApp`: the Textual app that holds the screens and the parts they share."""

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
from studio_tui.domain.shared.errors import DatabaseUnavailable, StudioError
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
from studio_tui.tui.runtime.key_queue import KeyDone, KeyQueue
from studio_tui.tui.runtime.stylesheet import CachedStylesheet
from studio_tui.tui.runtime.terminal import terminal_is_gone, why_no_suspending
from studio_tui.tui.runtime.terminal_input import LenientDriver
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.theme import DARK, LIGHT, PLAIN, THEMES
from studio_tui.tui.widgets.frame import TopBar

if TYPE_CHECKING:
    from studio_tui.domain.shared.destinations import Destination
    from studio_tui.domain.shared.list_views import StoredViews
    from studio_tui.domain.today.today import Badge
    from studio_tui.services.system.context import Studio
    from studio_tui.tui.parts.changes import CurrentActor
    from studio_tui.tui.widgets.list.views import ListWithViews

    ShowProgress = Callable[[str], None]
    OpenStudio = Callable[[ShowProgress], tuple[Studio, Actor]]

_STYLES = sorted(asset("styles").glob("*.tcss"))
"""The style sheets of all screens."""
_FIRST_STYLE = asset("styles/frame.tcss")
"""The style sheet of the first frame, which is drawn before the other sheets are read."""
_CHECK_SECONDS = 2.0
"""Seconds between two checks that the terminal still exists."""

_LEAVING = frozenset({"q", "ctrl+q", "ctrl+c", "ctrl+z"})
"""Keys that are handled at once while the database opens."""

_NOT_USED = "What was typed meanwhile is not used."

_END_SIGNALS = (signal.SIGHUP, signal.SIGTERM)
_EXIT_SECONDS = 10.0
"""Seconds after which the process exits unconditionally once it was signalled to end."""


class StudioApp(Commands, App[None]):
    """The Studio in a terminal: owns the parts and implements the hooks of Textual.

    ``open_studio`` opens the database and returns the Studio and the actor. It is called off the
    event loop, after the first frame, with a callback that displays a progress message if opening
    takes long. ``places`` are the top-level screens; the app starts with the first one that the
    actor may see. ``current_actor`` returns the current actor or raises `Forbidden`; it is called
    off the event loop after every change (A1, A2).
    """

    TITLE = "Conversation Studio"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar = [
        # Priority, so that it also works in a dialog: the next keys are meant for the shell.
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

    shows_details = var(True)
    """Whether lists show a detail pane for the row under the cursor, if there is room."""

    def __init__(
        self,
        open_studio: "OpenStudio",
        places: Sequence[Place] = (),
        current_actor: "CurrentActor | None" = None,
    ) -> None:
        plain = True if "NO_COLOR" in os.environ else None
        super().__init__(css_path=[_FIRST_STYLE], ansi_color=plain)
        self.bridge = Bridge(self._report)
        """Runs calls off the event loop."""
        self.keys = KeyQueue(self, self)
        """Queues key presses and pastes until their target is ready."""
        self.terminal = TerminalOutput(self)
        """The terminal that the app draws on."""
        self.messages = Messages(self)
        """The contents of the status line."""
        self.jobs = Jobs(self, self.messages)
        """The jobs in progress."""
        self.places = Places(self, places)
        """The places, and the navigation between them."""
        self.changes = Changes(self, self.messages, current_actor, self._changed, self._end_access)
        """Detects changes by other users."""
        self.actor: Actor | None = None
        """The current user; None until the database is open."""
        self.saved_views: Mapping[str, StoredViews] = {}
        """The saved views of the actor, by the name of the list (S5, S9)."""
        self.refused: StudioError | None = None
        """The error that kept the Studio from opening at the last try, or that ended the access of
        its user afterwards."""
        self._studio: Studio | None = None
        self._open_studio = open_studio
        self._opening = Opening()
        self._suspended = False
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
        """Return Textual's driver class, made to survive invalid input from the terminal."""
        found = super().get_driver_class()
        return LenientDriver if found is LinuxDriver else found

    # The interface for screens

    @property
    def studio(self) -> "Studio":
        """The open Studio. Raises `RuntimeError` while the database is not open."""
        if self._studio is None:
            raise RuntimeError("the database is not open yet")
        return self._studio

    @property
    def identities(self) -> tuple[str, ...]:
        """The organisation and the user, as texts of decreasing length.

        Empty until the database is open.
        """
        if self._studio is None or self.actor is None:
            return ()
        name = self.actor.name
        return (f"{self._studio.settings.organisation.name} · {name}", name, self.actor.login)

    @property
    def status(self) -> Content:
        """The contents of the status line."""
        return self.messages.shown

    @property
    def stamp(self) -> int:
        """A counter that increases with every change in the database."""
        return self.changes.stamp

    def open_places(self) -> list[Place]:
        """Return the places that the actor may see."""
        return self.places.open()

    def first_place(self) -> Place | None:
        """Return the place to start with: the first one that the actor may see."""
        return next(iter(self.open_places()), None)

    def badge(self, place_id: str) -> "Badge | None":
        """Return the badge of a place in the top bar; None if it has none."""
        return None

    def go(self, place_id: str) -> None:
        """Switch to a place."""
        self.places.go(place_id)

    def go_to(
        self,
        destination: "Destination",
        then: "Callable[[Any], None] | None" = None,
        *,
        instead: bool = False,
    ) -> None:
        """Open ``destination``; see `Places.go_to`."""
        self.places.go_to(destination, then, instead=instead)

    def show_message(self, sentence: str) -> None:
        """Show ``sentence`` until the next key press."""
        self.messages.show_message(sentence)

    def show_error(self, sentence: str) -> None:
        """Show ``sentence`` as an error until the next key press."""
        self.messages.show_error(sentence)

    def check_for_changes(self) -> None:
        """Check off the event loop whether the database has changed."""
        self.changes.check()

    def choose_columns(self, listed: "ListWithViews") -> None:
        """Prompt for the columns of a list (S5)."""
        from studio_tui.tui.modals.choose_columns import choose_columns

        choose_columns(listed)

    def choose_view(self, listed: "ListWithViews") -> None:
        """Prompt for a view of a list to show or to save (S5)."""
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
        """Show ``message`` in the status line as plain text: no toast, and no markup."""
        show = self.show_message if severity == "information" else self.show_error
        show(message)

    # Opening

    def get_default_screen(self) -> Screen[Any]:
        """Return the empty frame, which is shown until the database is open."""
        return self._opening

    def on_mount(self) -> None:
        """Open the database after the first frame is painted."""
        # A shell in between may have changed what the terminal shows.
        self.app_resume_signal.subscribe(self, lambda _: self.terminal.forget())
        self.fit()
        self.call_after_refresh(self.open)
        if not self.is_headless:
            for number in _END_SIGNALS:
                asyncio.get_running_loop().add_signal_handler(number, self._end_by_signal, number)

    def open(self) -> None:
        """Open the database off the event loop, and read the other style sheets in the meantime."""
        self.bridge.read(
            self._opening,
            "open",
            lambda: self._open_studio(self._show_opening),
            self._opened,
            self._open_failed,
        )
        self._styles.read_rest(_STYLES)
        self._styles.update(self)

    def _show_opening(self, sentence: str) -> None:
        """Show the progress of opening; called off the event loop."""
        self.call_later(self._opening.tell, sentence)

    def _opened(self, opened: "tuple[Studio, Actor]") -> None:
        studio, self.actor = opened
        self._studio = studio.seen_by(self.actor)
        place = self.first_place()
        if place is None:
            self._open_failed(StudioError("There is nothing here for your role yet."))
            return
        self.go(place.id)
        self.call_later(self.keys.deliver)
        if closed := self._studio.store.closed:
            self.show_error(" ".join(closed))
        if new := self._studio.store.creation_message:
            self.show_message(new)
        self.check_for_changes()
        self.set_interval(_CHECK_SECONDS, self._check_terminal)
        if not self.is_headless:
            self._watching = ChangeWatcher(self._studio, self.check_for_changes)
            self._watching.start()

    def _open_failed(self, error: StudioError) -> None:
        self.keys.clear()
        self._opening.failed(error)

    def _check_terminal(self) -> None:
        """End the app if its terminal was closed; otherwise check that the screen fits."""
        # Only the leader of a session receives SIGHUP; other processes have to poll.
        if not self.is_headless and self._ending is None and terminal_is_gone():
            self._end_by_signal(signal.SIGHUP)
            return
        # The size was perhaps not checked for a place that opened while another screen was closing.
        self.fit()

    # Changes by other users

    def _changed(self, actor: Actor | None, missed: bool) -> None:
        """Update the actor, the parts and the screens after a change by any user.

        ``missed``: changes may have been missed, so all screens are marked as stale first.
        """
        for screen in self.places.screens() if missed else ():
            screen.mark_stale()
        if actor is not None:
            self._replace_actor(actor)
        self.changed()
        for shown in self.screen_stack:
            if isinstance(shown, StudioScreen):
                shown.reload_if_stale()

    def changed(self) -> None:
        """Handle a change by any user, before the screens reload. Overridden in a subclass."""

    def _end_access(self, error: StudioError) -> None:
        """End the app because the user has lost the right to use it."""
        if self._ending is None:
            self.refused = error
            self.bridge.refuse_new_calls()
            self._ending = asyncio.create_task(self._refuse())

    async def _refuse(self) -> None:
        await self.bridge.close()
        await self._end(1)

    def _replace_actor(self, actor: Actor) -> None:
        """Replace the actor; if the role has changed, show the places of the new role."""
        before, self.actor = self.actor, actor
        if before is None or before.role is actor.role:
            return
        self.places.reset_closed()
        for screen in self.places.screens():
            if screen.is_mounted:
                screen.query_one(TopBar).update()
                screen.refresh_bindings()
        self.show_error(f"Your role was changed: from now on it is “{actor.role}”.")

    # Commands

    def commands(self) -> tuple[Command, ...]:
        """Return the commands of the places and those that work everywhere."""
        return (*(place.command for place in self.places.every), *super().commands())

    async def run_command(self, command: Command) -> None:
        """Switch to the place of ``command``, or run it if it belongs to no place."""
        place = place_of(command)
        if place is None:
            await super().run_command(command)
        else:
            self.go(place)

    def action_keys(self) -> None:
        """Show the help for all keys of the current screen."""
        from studio_tui.tui.modals.keys import KeysHelp

        KeysHelp.open(self.screen)

    def action_palette(self) -> None:
        """Open the palette, which finds people, pushes, templates and commands (S4)."""
        from studio_tui.tui.modals.palette import Palette

        Palette.open(self.screen)

    def why_not_before(self) -> str | None:
        """Require an earlier entry in the navigation history."""
        return None if self.places.can_go_back else "There is nowhere to go back to."

    def action_before(self) -> None:
        """Go back in the navigation history."""
        self.places.back()

    def why_not_after(self) -> str | None:
        """Require a later entry in the navigation history."""
        return None if self.places.can_go_forward else "There is nowhere to go forward to."

    def action_after(self) -> None:
        """Go forward in the navigation history."""
        self.places.forward()

    def action_theme(self) -> None:
        """Toggle between the dark and the light theme."""
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name

    def action_redraw(self) -> None:
        """Draw the whole screen again, after another program wrote to the terminal."""
        self.terminal.forget()
        self.screen.refresh()

    async def action_suspend(self) -> None:
        """Save unsaved input, finish the writes and return to the shell. In a text area: undo."""
        from textual.widgets import TextArea

        from studio_tui.tui.modals.no_shell import NoShell

        if isinstance(self.focused, TextArea) and not self.focused.read_only:
            self.focused.undo()
        elif why := why_no_suspending():
            if not isinstance(self.screen, NoShell):
                self.push_screen(NoShell(why))
        else:
            self._save_all()
            await self.pause_background()
            self._suspended = True
            self.terminal.stop_process()
            self.resume_background()
            # Discard keys that arrived in the same packet as ctrl+z: they were meant for the shell.
            asyncio.get_running_loop().call_soon(self.call_later, self._resumed)

    def _resumed(self) -> None:
        self._suspended = False
        self.keys.clear()
        self.check_for_changes()

    async def pause_background(self) -> None:
        """Finish background work before the process is stopped."""
        await self.bridge.written()

    def resume_background(self) -> None:
        """Resume background work after the process was continued."""

    async def action_quit(self) -> None:
        """Save unsaved input and end; ask first if something cannot be saved (C4)."""
        self._save_all()
        if self.bridge.busy:
            self.show_message("Finishing…")
        await self.bridge.written()
        if lost := self._unsaved_summary():
            from studio_tui.tui.modals.confirm import Confirm

            question = "Leave, and lose what is not saved?"
            asked = Confirm(question, "Leave", no="Stay", detail=lost)
            self.push_screen(asked, self._leave_anyway)
        else:
            await self.leave()

    async def leave(self) -> None:
        """End the app, after giving the writes in progress time to finish. Discards queued keys."""
        self.keys.clear()
        if self._watching is not None:
            self._watching.stop()
        await self.bridge.close()
        self.exit()

    async def on_unmount(self) -> None:
        """Release the threads, however the app ended."""
        await self.bridge.close(patience=0)

    async def _leave_anyway(self, yes: bool | None) -> None:
        if yes:
            await self.leave()

    def _end_by_signal(self, number: int) -> None:
        """Handle SIGHUP or SIGTERM: save unsaved input and end the app (C4)."""
        self._save_all()
        # Writing to a closed terminal may block for ever; exit anyway.
        last = threading.Timer(_EXIT_SECONDS, os._exit, [128 + number])
        last.daemon = True
        last.start()
        self._ending = asyncio.create_task(self._end(128 + number))

    async def _end(self, code: int) -> None:
        await self.bridge.written()
        await self.leave()
        self._return_code = code

    def _save_all(self) -> None:
        for screen in self.places.screens():
            screen.save_input()

    def _unsaved_summary(self) -> str:
        """Return a summary of what would be lost if the app ended; empty if nothing."""
        lost = (screen.unsaved_summary for screen in self.places.screens())
        return "\n".join(filter(None, (self.jobs.unsaved_summary, *lost)))

    # The host of the key queue

    def accepts_input(self) -> bool:
        """Reject input while the app ends or is suspended."""
        return self._ending is None and not self._suspended

    def stops_job(self, key: events.Key) -> bool:
        """Stop a job in progress if ``key`` is escape; return whether there was one."""
        is_escape = key.key == "escape" and isinstance(self.screen, StudioScreen)
        return is_escape and self.jobs.stop_one()

    def opening_is_slow(self, slow: bool) -> None:
        """Show or hide the message that a screen is being opened and that escape cancels it."""
        self.messages.show_opening(slow=slow)

    def input_discarded(self) -> None:
        """Report that input was discarded because its target did not open."""
        self.show_error(f"{self.messages.transient} {_NOT_USED}".strip())

    def is_queueing(self) -> bool:
        """Return whether the database is opening: input is then meant for the first place."""
        return self.screen is self._opening and self._opening.waiting

    def acts_on_rows(self, key: events.Key) -> bool:
        """Return whether ``key`` may act on rows; going to another place and escape do not."""
        elsewhere = any(key.key in command.keys.split(",") for command in self.commands())
        return not elsewhere and key.key != "escape"

    def is_urgent(self, key: events.Key) -> bool:
        """Return whether ``key`` leaves the app while the database opens."""
        return self.accepts_input() and key.key in _LEAVING and self.is_queueing()

    # Messages

    def _report(self, error: StudioError) -> None:
        if isinstance(error, DatabaseUnavailable):
            if self.changes.is_away:
                # The status line shows it for the whole time.
                return
            self.check_for_changes()
        self.show_error(str(error))

    async def on_event(self, event: events.Event) -> None:
        """Clear the transient message at every key press, and hand the event to the key queue."""
        if isinstance(event, events.Key):
            self.messages.clear_transient()
        await self.keys.handle_event(event)

    async def on_key_done(self, message: KeyDone) -> None:
        """Let the key queue deliver the next key."""
        await self.keys.key_done(message)

    def on_paste(self, event: events.Paste) -> None:
        """Report that no widget accepted the pasted text. No part of it is run as a command."""
        self.show_error("Nothing here takes pasted text.")

    # The terminal

    def on_resize(self, event: events.Resize) -> None:
        """Cover the screen with a sentence if the terminal is too small for any screen."""
        # Terminals differ in what they keep on a resize.
        self.terminal.forget()
        self._fit(event.size.width, event.size.height)

    def fit(self) -> None:
        """Cover the current screen if the terminal is too small for it."""
        # Deferred: while a place opens, the previous screen is still the current one. The size is
        # read then, because the terminal may have grown in between.
        self.call_later(lambda: self._fit(*self.size))

    def _fit(self, width: int, height: int) -> None:
        shown = isinstance(self.screen, TooSmall)
        if too_small(width, height) and not shown:
            self.push_screen(TooSmall())
        elif shown and not too_small(width, height):
            self.pop_screen()

    # Hooks of Textual that the parts depend on

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        super()._display(screen, self.terminal.compared(renderable))

    def _register(self, parent: Any, *widgets: Widget, **places: Any) -> list[Widget]:
        self.keys.will_mount(widgets)
        return super()._register(parent, *widgets, **places)

    def push_screen(self, screen: Any, callback: Any = None, *args: Any, **options: Any) -> Any:
        """Push a screen as Textual does; keys are queued until ``callback`` has run."""
        if callback is not None and isinstance(screen, Screen):
            callback = self.keys.wrap_callback(screen, callback)
        return super().push_screen(screen, callback, *args, **options)

    async def push_screen_wait(self, screen: Any, **options: Any) -> Any:
        """Wait for a screen as Textual does; keys are queued until its result is handled."""
        with self.keys.awaiting_answer(screen):
            return await super().push_screen_wait(screen, **options)

    def pop_screen(self) -> Any:
        """Pop the screen as Textual does, and update the key queue and the navigation history."""
        self.keys.will_pop(self.screen)
        self.places.left(self.screen)
        return super().pop_screen()

    def _fatal_error(self) -> None:
        # Textual would print a traceback with all local variables: names, answers, settings.
        if self._exception is not None:
            log_error(self._exception)
        if self._driver is not None:
            # On a terminal without an alternate screen, later output starts below this frame.
            self._driver.write(f"\x1b[{self.size.height};1H\r\n")
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        # The terminal is restored at this point. One sentence is enough for any number of errors.
        self._exit_renderables.clear()
        if self._exception is not None and not self.is_headless:
            told = "The Studio stopped by a fault of its own. Details are in"
            sys.stderr.write(f"studio-tui: {told} {log_path()}\n")
