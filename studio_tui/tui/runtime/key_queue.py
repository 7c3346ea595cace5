"""A key queue: every key and every paste reaches the widget that it is meant for.

Over a slow line ``/ann`` may arrive as one packet, and on a busy machine an editor may take a while
to appear. Textual hands every key to what has the focus at that moment: ``a`` would mark everybody,
and the first letters for the editor would be commands of the list below it. Here a key is handed
over when the one before it has done what it does, and when all that it opens is there:

- The key has passed through the widgets up to the app, and so have the messages that it caused.
- No widget of the current screen is still being mounted, and the screen has had its turn.
- What a list of the current screen shows is what was asked for (`KeyQueue.await_settled`): after
  a filter, the key of an act is about the rows that it finds. Text goes on, and so do keys that
  are about no row.
- No `PendingTarget` is open: a screen that waits for a query of the database, a form that puts the
  cursor into its first field, the callback of a dialog that was just answered.

What was typed for something that does not open is dropped, and that is said: the screen below
would take it for commands. Escape gives up what is being opened; where something is typed for it
already, escape is part of that, and a second escape gives up. ``ctrl+c`` gives up at once.
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

Typed = events.Key | events.Paste

_TRIPS = 3
"""Times that a `KeyDone` follows a key. A message that the key causes may cause a second one, as an
input that is submitted submits its form: each trip stays behind one more of them."""
_LOOK_AGAIN = 0.25
"""Seconds between two looks at whether the addressee of a key still exists."""
_STUCK = 5.0
"""Seconds after which a key counts as done although its addressee has not answered."""
_MANY = 200
"""Widgets that are remembered before those that are mounted are forgotten."""
_SLOW = 0.5
"""Seconds before anything is said of what is being opened."""


class KeyDone(Message):
    """Follows a key through the widgets up to the app, where it arrives after it."""

    def __init__(self, addressee: MessagePump | None = None, trips: int = 0) -> None:
        super().__init__()
        self.addressee = addressee
        self.trips = trips


class SettlingWidget(Protocol):
    """A widget that may show something else than what was asked for, for a while."""

    @property
    def is_attached(self) -> bool:
        """Whether it is on a screen."""

    @property
    def screen(self) -> Screen[Any]:
        """Its screen."""

    def is_settled(self) -> bool:
        """Whether it shows what was asked for."""


class PendingTarget:
    """Something is being opened by ``owner``: keys are kept for it until `ready` or `failed`.

    ``give_up`` ends it on demand; None where it cannot be ended.
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
        """Whether its owner can still open it."""
        owner = self._owner
        return not isinstance(owner, Widget) or owner.is_attached

    def ready(self) -> None:
        """It is there, once its owner has done what it has put off."""
        self.is_ready = True
        self._queue.opened_after(self._owner, self)

    def failed(self) -> None:
        """It will not be there: what was typed for it is for nobody."""
        self._queue.not_opened(self)


class KeyQueueHost(Protocol):
    """The app whose keys are queued: what it wants of them."""

    def accepts(self, typed: Typed) -> bool:
        """Whether anybody wants this now; else it is thrown away."""

    def is_queueing(self) -> bool:
        """Whether keys are kept for somebody who is not there yet."""

    def is_urgent(self, key: events.Key) -> bool:
        """Whether this key counts at once, although others are kept."""

    def acts_on_rows(self, key: events.Key) -> bool:
        """Whether this key may be about what a list shows."""

    def opening_is_slow(self, slow: bool) -> None:
        """Something takes long to open; or it no longer does."""

    def input_discarded(self) -> None:
        """Something was typed for what did not open, and is dropped."""


class KeyQueue:
    """Hands over keys to ``app`` one after another, and none to what is not there yet.

    The app hands its events to `handle_event`, and tells of the screens and widgets that it opens.
    """

    def __init__(self, app: App[Any], host: KeyQueueHost) -> None:
        self._app = app
        self._host = host
        self._queued: deque[Typed] = deque()
        self._under_way: KeyDone | None = None
        self._targets: list[PendingTarget] = []
        self._mounting: list[Widget] = []
        self._unsettled: list[SettlingWidget] = []
        self._entered: Screen[Any] | None = None
        self._answers: dict[Screen[Any], tuple[MessagePump, PendingTarget | None]] = {}
        self._not_before = 0.0
        """Monotonic seconds: what was typed earlier is for nobody."""

    # What others are told and ask

    @property
    def has_pending_input(self) -> bool:
        """Whether anything that was typed is not done yet."""
        return bool(self._queued) or self._under_way is not None

    def expect(self, owner: MessagePump, give_up: Callable[[], Any] | None = None) -> PendingTarget:
        """Keep keys from here on for what ``owner`` opens."""
        begun = PendingTarget(self, owner, give_up)
        self._targets.append(begun)
        self._app.set_timer(_SLOW, lambda: self._report_slow(begun))
        return begun

    def await_settled(self, widget: SettlingWidget) -> None:
        """Keep the keys that are about ``widget`` until it is settled and tells of it by
        `settled`."""
        self._unsettled = [*(each for each in self._unsettled if each is not widget), widget]

    def settled(self) -> None:
        """A widget shows what was asked for."""
        self._app.call_later(self.hand_over)

    def opened(self, target: PendingTarget) -> None:
        """It is there: hand over what was typed for it."""
        self._remove(target)
        self._app.call_later(self.hand_over)

    def opened_after(self, owner: MessagePump, target: PendingTarget) -> None:
        """It is there, once ``owner`` has done what it has put off."""
        app, stacks = self._app, self._app._screen_stacks  # noqa: SLF001 - of all places
        leaves = isinstance(owner, Screen) and not any(owner in each for each in stacks.values())
        if leaves or not owner.call_later(app.call_later, self.opened, target):
            app.call_later(self.opened, target)

    def not_opened(self, target: PendingTarget) -> None:
        """It does not open: drop what was typed for it."""
        if target in self._targets:
            self._remove(target)
            self.discard()
            self._app.call_later(self.hand_over)

    def push_unprompted(self, question: Screen[Any], callback: Callable[[Any], Any]) -> None:
        """Show a question that nobody asked for: it takes no key that was typed before it is there
        to be read."""
        self.discard()
        target = self.expect(question)
        self._app.push_screen(question, callback)
        question.call_after_refresh(self._accept_keys, target)

    def _accept_keys(self, target: PendingTarget) -> None:
        # A key may still be on its way to the app.
        self._not_before = get_time()
        self.discard()
        target.ready()

    def discard(self) -> None:
        """What was typed ahead is for nobody: say so where there was anything."""
        if self._queued:
            self._queued.clear()
            self._host.input_discarded()

    def clear(self) -> None:
        """Nobody comes for the keys that were kept."""
        self._queued.clear()

    # Keys

    async def handle_event(self, event: events.Event) -> None:
        """An event of the app: keep what is typed while something typed before is under way."""
        if not isinstance(event, Typed) or event.is_forwarded:
            await App.on_event(self._app, event)
            return
        key = event if isinstance(event, events.Key) else None
        if event.time < self._not_before:
            self._host.input_discarded()
        elif key is not None and self._host.is_urgent(key):
            await App.on_event(self._app, key)
        elif self._host.accepts(event) and not (key is not None and self._gives_up(key)):
            self._queued.append(event)
            await self.hand_over()

    async def hand_over(self) -> None:
        """Hand over what was typed, as soon as somebody is there for it."""
        if self._under_way is None:
            await self._hand_over_all()

    async def key_done(self, message: KeyDone) -> None:
        """The next key, once what this one caused is done."""
        if message is not self._under_way:
            return
        if message.trips and message.addressee is not None:
            again = KeyDone(message.addressee, message.trips - 1)
            if message.addressee.post_message(again):
                self._under_way = again
                return
        await self._go_on(message)

    async def _go_on(self, done: KeyDone) -> None:
        if done is self._under_way:
            self._under_way = None
            await self._hand_over_all()

    async def _hand_over_all(self) -> None:
        if not self._app.screen_stack:
            # It has ended.
            self._queued.clear()
        while self._queued and self._under_way is None and not self._must_wait():
            if self._queued:
                await self._hand_over(self._queued.popleft())

    async def _hand_over(self, typed: Typed) -> None:
        addressee = self._app.focused or self._app.screen
        trips = 0 if _is_text(addressee, typed) else _TRIPS - 1
        await App.on_event(self._app, typed)
        done = KeyDone(addressee, trips)
        if addressee.post_message(done):
            self._under_way = done
            self._watch(addressee, asyncio.get_running_loop().time() + _STUCK)

    def _watch(self, addressee: MessagePump, until: float) -> None:
        """Go on where the addressee goes away with what it was told."""
        loop, done = asyncio.get_running_loop(), self._under_way

        def look() -> None:
            now = self._under_way
            if now is None or now.addressee is not addressee:
                return
            gone = not addressee.is_running or not cast(Widget, addressee).is_attached
            if gone or (loop.time() > until and now is done):
                self._app.call_later(self._go_on, now)
            else:
                self._watch(addressee, until if now is done else loop.time() + _STUCK)

        loop.call_later(_LOOK_AGAIN, look)

    # What keys wait for

    def _must_wait(self) -> bool:
        """Whether nobody is there for the next key; then it is handed over later."""
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
            self._entered = None
            self._under_way = later = KeyDone(screen)
            waiting = asyncio.ensure_future(_mounted(mounting))
            waiting.add_done_callback(lambda _: self._app.call_later(self._go_on, later))
            return True
        if self._entered is screen:
            return False
        # It answers once one of its widgets has the focus.
        self._entered = screen
        self._under_way = later = KeyDone(screen)
        if screen.call_later(self._app.call_later, self._go_on, later):
            self._watch(screen, asyncio.get_running_loop().time() + _STUCK)
            return True
        self._under_way = None
        return False

    def _is_unsettled(self, screen: Screen[Any]) -> bool:
        self._unsettled = [
            each for each in self._unsettled if each.is_attached and not each.is_settled()
        ]
        return any(each.screen is screen for each in self._unsettled)

    def _next_acts_on_rows(self) -> bool:
        """Whether what is typed next may be about what a list shows."""
        typed = self._queued[0] if self._queued else None
        if typed is None or _is_text(self._app.focused or self._app.screen, typed):
            return False
        return isinstance(typed, events.Paste) or self._host.acts_on_rows(typed)

    def _mounting_of(self, screen: Screen[Any]) -> list[Widget]:
        if self._mounting:
            self._mounting = [each for each in self._mounting if not each.is_mounted]
        return [each for each in self._mounting if each is screen or screen in each.ancestors]

    def will_mount(self, widgets: Sequence[Widget]) -> None:
        """Every widget is told of before it is mounted."""
        if len(self._mounting) > _MANY:
            self._mounting = [each for each in self._mounting if not each.is_mounted]
        self._mounting.extend(widgets)

    # Giving up

    def _gives_up(self, key: events.Key) -> bool:
        """Give up what is being opened, where ``key`` means that."""
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
        self._under_way = None
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

    # Dialogs: what is asked is done with only when its answer is

    def wrap_callback(
        self, screen: Screen[Any], callback: Callable[[Any], Any]
    ) -> Callable[[Any], Awaitable[None]]:
        """``screen`` is pushed, with this callback: the one to push it with, for whose end keys
        wait."""
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
        """``screen`` is pushed and waited for meanwhile; keys wait for what is done then."""
        self._answers[screen] = (self._app, None)
        try:
            yield
        finally:
            asyncio.get_running_loop().call_soon(self._answered, screen)

    def will_pop(self, screen: Screen[Any]) -> None:
        """``screen`` is popped: an answer is on its way to who asked."""
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


def _is_escape(typed: Typed) -> bool:
    return isinstance(typed, events.Key) and typed.key == "escape"


def _is_text(addressee: Widget, typed: Typed) -> bool:
    """Whether it is only written down where the cursor is."""
    if isinstance(typed, events.Paste):
        return True
    return typed.is_printable and addressee.check_consume_key(typed.key, typed.character)
