"""A gate that delays every database result and every mounted widget while a test needs it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from textual.message_pump import MessagePump
from textual.widget import Widget

from studio_tui.tui.runtime.background_calls import Bridge


class Gate:
    """While the gate is closed, results and widgets wait."""

    def __init__(self) -> None:
        self.open_ = asyncio.Event()
        self.open_.set()
        self.waiting = 0

    def shut(self) -> None:
        """Close the gate."""
        self.open_.clear()

    async def run_until_blocked(self) -> None:
        """Run the event loop until pending work waits at the gate."""
        for _ in range(300):
            await asyncio.sleep(0)

    def open(self) -> None:
        """Open the gate."""
        self.open_.set()


@contextmanager
def slow_machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """Make everything that an app reads or mounts wait at a gate, which is open at first."""
    gate = Gate()
    read, mount = Bridge._run, MessagePump._pre_process

    def reads(self: Bridge, threads: Any, asked: Any) -> None:
        async def later() -> None:
            await gate.open_.wait()
            read(self, threads, asked)

        if gate.open_.is_set():
            read(self, threads, asked)
        else:
            gate.waiting += 1
            kept.append(asyncio.ensure_future(later()))

    async def mounts(self: MessagePump) -> bool:
        if isinstance(self, Widget) and not gate.open_.is_set():
            gate.waiting += 1
            await gate.open_.wait()
        return await mount(self)

    kept: list[Any] = []
    with monkeypatch.context() as patched:
        patched.setattr(Bridge, "_run", reads)
        patched.setattr(MessagePump, "_pre_process", mounts)
        yield gate
