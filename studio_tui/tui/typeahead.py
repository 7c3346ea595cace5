"""Keys that arrive together mean what they mean when they are typed slowly.

Over a slow line ``/ann`` may arrive as one packet. Textual hands all four keys to what has the
focus at that moment, the list; when ``/`` then moves the focus to the filter, ``a`` would mark
everybody. Here every key is handed over when the one before it has done what it does, and when the
screen is there that it is meant for.
"""

import asyncio
from collections import deque
from typing import Any, TypeVar

from textual import events
from textual.app import App
from textual.message import Message

ReturnType = TypeVar("ReturnType")

_PATIENCE = 0.25
"""Seconds after which a key counts as done whose addressee is gone."""


class KeyDone(Message):
    """Follows a key through the widgets up to the app, where it arrives after it."""


class TypeAheadApp(App[ReturnType]):
    """An app that hands over keys one after another, and none to a screen that is not there yet."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._early: deque[events.Key] = deque()
        self._under_way: KeyDone | None = None

    async def on_event(self, event: events.Event) -> None:
        """Keep keys that come while another is under way."""
        if not isinstance(event, events.Key) or event.is_forwarded or self.cannot_wait(event):
            await super().on_event(event)
        elif self.takes(event):
            self._early.append(event)
            await self.hand_over_keys()

    def takes(self, key: events.Key) -> bool:
        """Whether anybody wants this key now; else it is thrown away."""
        return True

    def keeps_keys(self) -> bool:
        """Whether keys are kept for somebody who is not there yet."""
        return False

    def cannot_wait(self, key: events.Key) -> bool:
        """Whether this key counts at once, although others are kept."""
        return False

    async def hand_over_keys(self) -> None:
        """Hand over the keys that came, as soon as somebody is there for them."""
        if self._under_way is None and not self.keeps_keys():
            self._under_way = KeyDone()
            await self._go_on(self._under_way)

    def forget_keys(self) -> None:
        """Nobody comes for the keys that were kept."""
        self._early.clear()

    async def on_key_done(self, message: KeyDone) -> None:
        """The next key, if it is waiting."""
        await self._go_on(message)

    async def _hand_over(self, key: events.Key) -> None:
        addressee = self.focused or self.screen
        await super().on_event(key)
        done = KeyDone()
        if addressee.post_message(done):
            self._under_way = done
            loop = asyncio.get_running_loop()
            loop.call_later(_PATIENCE, self.call_later, self._go_on, done)

    async def _go_on(self, done: KeyDone) -> None:
        if done is not self._under_way:
            return
        if self._early and not self.screen.is_mounted:
            # It answers once everything in it is there and one of its widgets has the focus.
            self.screen.call_later(self.call_later, self._go_on, done)
            return
        self._under_way = None
        while self._early and self._under_way is None:
            await self._hand_over(self._early.popleft())
