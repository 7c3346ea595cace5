"""A queue that delivers each key press and paste to the widget it was typed for.

Over a slow line ``/ann`` may arrive in one packet, and on a busy machine an editor may take a while
to open. Textual delivers every key to the widget that has the focus at that moment: ``a`` would
mark all rows, and the first letters for the editor would be commands of the list below it. This
queue delivers a key only after the previous one was handled and everything it opens is ready:

- The key has passed through the widgets up to the app, and so have the messages that it caused.
- No widget of the current screen is still being mounted, and the screen has processed its messages.
- The lists of the current screen show what was requested (`KeyQueue.await_settled`). A command key
  that follows a filter acts on the rows that the filter finds. Text and keys that do not act on
  rows need not wait for the lists.
- No `PendingTarget` is open: a screen that waits for a query of the database, a form that puts the
  cursor into its first field, the callback of a dialog that was just answered.

If a target does not open, the input queued for it is discarded and a message says so: the screen
below would run it as commands. Escape cancels the opening. If input is queued already, the first
escape is queued too, and a second one cancels. ``ctrl+c`` cancels at once.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from inspect import isawaitable
from typing import Any, Protocol, cast

from textual import events
from textual._context import active_message_pump
from textual._time import get_time
from textual.app import App
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widget import Widget

InputEvent = events.Key | events.Paste

_TRIPS = 3
"""Number of times that a `KeyDone` follows a key. A message that the key causes may cause another
message, as submitting an input submits its form. Each further trip waits for one more level of
messages."""
_CHECK_SECONDS = 0.25
"""Seconds between two checks that the addressee of a key still exists."""
_TIMEOUT = 5.0
"""Seconds after which a key counts as handled although its addressee has not responded."""
_MAX_TRACKED = 200
"""Number of tracked widgets above which those already mounted are removed."""
_SLOW_SECONDS = 0.5
"""Seconds before a message says that a target is being opened."""


class KeyDone(Message):
    """A message that follows a key through the widgets up to the app and arrives after it."""

    def __init__(self, addressee: MessagePump | None = None, trips: int = 0) -> None:
        super().__init__()
        self.addressee = addressee
        self.trips = trips


class SettlingWidget(Protocol):
    """A widget that may temporarily show something else than what was requested."""

    @property
    def is_attached(self) -> bool:
        """Whether the widget is part of a screen."""

    @property
    def screen(self) -> Screen[Any]:
        """The screen of the widget."""

    def is_settled(self) -> bool:
        """Return whether the widget shows what was requested."""


class PendingTarget:
    """A target that ``owner`` is opening: keys are queued for it until `ready` or `failed`.

    ``give_up`` cancels the opening; None if it cannot be cancelled.
    """

    def __init__(
        self,
        queue: "KeyQueue",
        owner: MessagePump,
        give_up: Callable[[], Any] | None,
    ) -> None:
        self._queue = queue
        self._owner = owner
        self.give_up = give_up
        self.is_ready = False

    @property
    def alive(self) -> bool:
        """Whether the owner can still open the target."""
        owner = self._owner
        return not isinstance(owner, Widget) or owner.is_attached

    def ready(self) -> None:
        """Report that the target is open.

        The keys are released after the owner has run its deferred callbacks.
        """
        self.is_ready = True
        self._queue.opened_after(self._owner, self)

    def failed(self) -> None:
        """Cancel: the target did not open. Discards the input that was queued for it."""
        self._queue.not_opened(self)


class KeyQueueHost(Protocol):
    """The app as the key queue uses it."""

    def accepts_input(self) -> bool:
        """Return whether the app accepts input at the moment; if not, the queue discards it."""

    def stops_job(self, key: events.Key) -> bool:
        """Return whether ``key`` has stopped a job; the queue then discards it."""

    def is_queueing(self) -> bool:
        """Return whether all input is queued because the first screen is not ready yet."""

    def is_urgent(self, key: events.Key) -> bool:
        """Return whether ``key`` is to be handled at once, ahead of the queued input."""

    def acts_on_rows(self, key: events.Key) -> bool:
        """Return whether ``key`` may act on the rows of a list."""

    def opening_is_slow(self, slow: bool) -> None:
        """Show or hide the message that a target takes long to open."""

    def input_discarded(self) -> None:
        """Report that input was discarded because its target did not open."""


class KeyQueue:
    """Delivers keys to ``app`` one after another, each only when its target is ready.

    The app passes its events to `handle_event` and reports the screens and widgets that it opens.
    """

    def __init__(self, app: App[Any], host: KeyQueueHost) -> None:
        self._app = app
        self._host = host
        self._queued: deque[InputEvent] = deque()
        self._in_progress: KeyDone | None = None
        self._targets: list[PendingTarget] = []
        self._mounting: list[Widget] = []
        self._unsettled: list[SettlingWidget] = []
        self._ready_screen: Screen[Any] | None = None
        self._answers: dict[Screen[Any], tuple[MessagePump, PendingTarget | None]] = {}
        self._not_before = 0.0
        """Monotonic time in seconds: input typed earlier is discarded."""

    # The interface for the app and its widgets

    @property
    def has_pending_input(self) -> bool:
        """Whether any input has not been handled completely."""
        return bool(self._queued) or self._in_progress is not None

    @property
    def waits_for_screen(self) -> bool:
        """Whether the current screen is being mounted, or a list of it loads rows."""
        screen = self._app.screen
        waits = self._host.is_queueing() or self._targets or self._mounting_of(screen)
        return bool(waits) or self._is_unsettled(screen)

    def expect(self, owner: MessagePump, give_up: Callable[[], Any] | None = None) -> PendingTarget:
        """Queue keys from here on for the target that ``owner`` opens."""
        begun = PendingTarget(self, owner, give_up)
        self._targets.append(begun)
        self._app.set_timer(_SLOW_SECONDS, lambda: self._report_slow(begun))
        return begun

    def await_settled(self, widget: SettlingWidget) -> None:
        """Queue keys that act on rows of ``widget`` until it is settled.

        The widget reports that by `settled`.
        """
        self._unsettled = [*(each for each in self._unsettled if each is not widget), widget]

    def settled(self) -> None:
        """Deliver the keys that waited for a widget to settle."""
        self._app.call_later(self.deliver)

    def opened(self, target: PendingTarget) -> None:
        """Deliver the keys for ``target``: it is open."""
        self._remove(target)
        self._app.call_later(self.deliver)

    def opened_after(self, owner: MessagePump, target: PendingTarget) -> None:
        """Call `opened` after ``owner`` has run its deferred callbacks."""
        app, stacks = self._app, self._app._screen_stacks  # noqa: SLF001 - of all places
        leaves = isinstance(owner, Screen) and not any(owner in each for each in stacks.values())
        if leaves or not owner.call_later(app.call_later, self.opened, target):
            app.call_later(self.opened, target)

    def not_opened(self, target: PendingTarget) -> None:
        """Discard the keys for ``target``: it does not open."""
        if target in self._targets:
            self._remove(target)
            self.discard()
            self._app.call_later(self.deliver)

    def push_unprompted(self, question: Screen[Any], callback: Callable[[Any], Any]) -> None:
        """Push a dialog that the user did not request.

        The dialog accepts no key that was typed before it was visible.
        """
        self.discard()
        target = self.expect(question)
        self._app.push_screen(question, callback)
        question.call_after_refresh(self._accept_keys, target)

    def _accept_keys(self, target: PendingTarget) -> None:
        # Keys typed earlier may not have reached the app yet.
        self._not_before = get_time()
        self.discard()
        target.ready()

    def discard(self) -> None:
        """Discard the queued input, and report that if there was any."""
        if self._queued:
            self._queued.clear()
            self._host.input_discarded()

    def clear(self) -> None:
        """Discard the queued input without a message."""
        self._queued.clear()

    # Keys

    async def handle_event(self, event: events.Event) -> None:
        """Handle an event of the app; queue it if it is a key press or a paste."""
        if not isinstance(event, InputEvent) or event.is_forwarded:
            await App.on_event(self._app, event)
            return
        key = event if isinstance(event, events.Key) else None
        if event.time < self._not_before:
            self._host.input_discarded()
        elif key is not None and self._host.is_urgent(key):
            await App.on_event(self._app, key)
        elif key is not None and self._host.stops_job(key):
            return
        elif self._host.accepts_input() and not (key is not None and self._cancels_opening(key)):
            self._queued.append(event)
            await self.deliver()

    async def deliver(self) -> None:
        """Deliver the queued input as far as its target is ready."""
        if self._in_progress is None:
            await self._deliver_all()

    async def key_done(self, message: KeyDone) -> None:
        """Deliver the next key after the messages caused by the current one are handled."""
        if message is not self._in_progress:
            return
        if message.trips and message.addressee is not None:
            again = KeyDone(message.addressee, message.trips - 1)
            if message.addressee.post_message(again):
                self._in_progress = again
                return
        await self._go_on(message)

    async def _go_on(self, done: KeyDone) -> None:
        if done is self._in_progress:
            self._in_progress = None
            await self._deliver_all()

    async def _deliver_all(self) -> None:
        if not self._app.screen_stack:
            # The app has ended.
            self._queued.clear()
        while self._queued and self._in_progress is None and not self._must_wait():
            if self._queued:
                await self._deliver(self._queued.popleft())

    async def _deliver(self, typed: InputEvent) -> None:
        addressee = self._app.focused or self._app.screen
        trips = 0 if _is_text(addressee, typed) else _TRIPS - 1
        await App.on_event(self._app, typed)
        done = KeyDone(addressee, trips)
        if addressee.post_message(done):
            self._in_progress = done
            self._watch(addressee, asyncio.get_running_loop().time() + _TIMEOUT)

    def _watch(self, addressee: MessagePump, until: float) -> None:
        """Continue if the addressee is closed, or silent for too long, while it handles a key."""
        loop, done = asyncio.get_running_loop(), self._in_progress

        def check() -> None:
            now = self._in_progress
            if now is None or now.addressee is not addressee:
                return
            gone = not addressee.is_running or not cast(Widget, addressee).is_attached
            if gone or (loop.time() > until and now is done):
                self._app.call_later(self._go_on, now)
            else:
                self._watch(addressee, until if now is done else loop.time() + _TIMEOUT)

        loop.call_later(_CHECK_SECONDS, check)

    # What keys wait for

    def _must_wait(self) -> bool:
        """Return whether the next key has to wait, and arrange for its later delivery."""
        if self._host.is_queueing():
            return True
        for gone in [target for target in self._targets if not target.alive]:
            self._remove(gone)
            if not gone.is_ready:
                self.discard()
        screen = self._app.screen
        if self._targets or (self._is_unsettled(screen) and self._next_acts_on_rows()):
            return True
        if mounting := self._mounting_of(screen):
            self._ready_screen = None
            self._in_progress = later = KeyDone(screen)
            waiting = asyncio.ensure_future(_mounted(mounting))
            waiting.add_done_callback(lambda _: self._app.call_later(self._go_on, later))
            return True
        if self._ready_screen is screen:
            return False
        # The screen processes this callback after it has set the focus.
        self._ready_screen = screen
        self._in_progress = later = KeyDone(screen)
        if screen.call_later(self._app.call_later, self._go_on, later):
            self._watch(screen, asyncio.get_running_loop().time() + _TIMEOUT)
            return True
        self._in_progress = None
        return False

    def _is_unsettled(self, screen: Screen[Any]) -> bool:
        self._unsettled = [
            each for each in self._unsettled if each.is_attached and not each.is_settled()
        ]
        return any(each.screen is screen for each in self._unsettled)

    def _next_acts_on_rows(self) -> bool:
        """Return whether the next queued input may act on the rows of a list."""
        typed = self._queued[0] if self._queued else None
        if typed is None or _is_text(self._app.focused or self._app.screen, typed):
            return False
        return isinstance(typed, events.Paste) or self._host.acts_on_rows(typed)

    def _mounting_of(self, screen: Screen[Any]) -> list[Widget]:
        if self._mounting:
            self._mounting = [each for each in self._mounting if not each.is_mounted]
        return [each for each in self._mounting if each is screen or screen in each.ancestors]

    def will_mount(self, widgets: Sequence[Widget]) -> None:
        """Track ``widgets``, which are about to be mounted."""
        if len(self._mounting) > _MAX_TRACKED:
            self._mounting = [each for each in self._mounting if not each.is_mounted]
        self._mounting.extend(widgets)

    # Cancelling

    def _cancels_opening(self, key: events.Key) -> bool:
        """Cancel the opening of a target if ``key`` requests that; return whether it did."""
        if key.key not in ("escape", "ctrl+c"):
            return False
        if key.key == "escape" and self._queued and not _is_escape(self._queued[-1]):
            return False
        givers = [target.give_up for target in self._targets if target.give_up]
        if givers:
            give_up = givers[-1]
        elif self._is_mounting(self._app.screen) and len(self._app.screen_stack) > 1:
            give_up = self._app.screen.dismiss
        else:
            return False
        for target in self._targets:
            self._remove(target)
        self._in_progress = None
        self.discard()
        give_up()
        return True

    def _is_mounting(self, screen: Screen[Any]) -> bool:
        return screen in self._mounting_of(screen)

    def _remove(self, target: PendingTarget) -> None:
        self._targets = [each for each in self._targets if each is not target]
        if not self._targets:
            self._host.opening_is_slow(False)

    def _report_slow(self, target: PendingTarget) -> None:
        if target in self._targets:
            self._host.opening_is_slow(True)

    # Dialogs: keys are queued until the answer is handled

    def wrap_callback(
        self, screen: Screen[Any], callback: Callable[[Any], Any]
    ) -> Callable[[Any], Awaitable[None]]:
        """Return the callback to push ``screen`` with; keys are queued until it has run."""
        self._answers[screen] = (active_message_pump.get(self._app), None)

        async def answered(result: Any) -> None:
            try:
                done = callback(result)
                if isawaitable(done):
                    await done
            finally:
                self._answered(screen)

        return answered

    @contextmanager
    def awaiting_answer(self, screen: Screen[Any]) -> Iterator[None]:
        """Queue keys until the code that waits for the result of ``screen`` has handled it."""
        self._answers[screen] = (self._app, None)
        try:
            yield
        finally:
            asyncio.get_running_loop().call_soon(self._answered, screen)

    def will_pop(self, screen: Screen[Any]) -> None:
        """Queue keys if the code that pushed ``screen`` is about to receive its result."""
        if screen in self._answers:
            owner, _ = self._answers[screen]
            self._answers[screen] = (owner, self.expect(owner))

    def _answered(self, screen: Screen[Any]) -> None:
        asked = self._answers.pop(screen, None)
        if asked is not None and asked[1] is not None:
            asked[1].ready()


async def _mounted(widgets: list[Widget]) -> None:
    for widget in widgets:
        await widget._mounted_event.wait()  # noqa: SLF001 - as Textual's AwaitMount does


def _is_escape(typed: InputEvent) -> bool:
    return isinstance(typed, events.Key) and typed.key == "escape"


def _is_text(addressee: Widget, typed: InputEvent) -> bool:
    """Return whether ``typed`` only inserts text at the cursor."""
    if isinstance(typed, events.Paste):
        return True
    return typed.is_printable and addressee.check_consume_key(typed.key, typed.character)
