"""Keys that arrive together mean what they mean when they are typed slowly.

Over a slow line ``/ann`` may arrive as one packet. Textual hands all four keys to what has the
focus at that moment, the list; when ``/`` then moves the focus to the filter, ``a`` would mark
everybody. Here every key is handed over when the one before it has done what it does.
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
    """An app that hands over keys one after another."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._early: deque[events.Key] = deque()
        self._under_way: KeyDone | None = None

    async def on_event(self, event: events.Event) -> None:
        """Keep keys that come while another is under way."""
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
        elif self._under_way is not None:
            self._early.append(event)
        else:
            await self._hand_over(event)

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
        self._under_way = None
        while self._early and self._under_way is None:
            await self._hand_over(self._early.popleft())
