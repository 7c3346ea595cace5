"""The one bridge between the screens and calls that take a while.

A screen never blocks: it hands the bridge a callable and what to do with the answer.

    bridge.read(self, "user", lambda: users.show(studio, actor, login), self.show_user)
    bridge.write(self, lambda: pushes.close(studio, actor, push.id), self.closed)

*Reads* go in lanes, named by whoever asks. A lane makes one call at a time; of those that wait only
the newest is made, and an answer that a newer question of the lane has overtaken is dropped.
*Writes* are made one after another and are never dropped. Answers arrive in the message loop of the
widget that asked, and not at all when it is gone (an error of a write is then still reported).

Errors that are `StudioError` go to ``failed``, or are reported on the screen. Any other error is
written to the private log and arrives as an `Unexpected`, one sentence without a traceback.
"""

import asyncio
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import field
from typing import Any, Generic, TypeVar, cast

from textual.widget import Widget

from studio_tui.config.log import log_error
from studio_tui.domain.shared.cancellation import CancelToken, stoppable
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import StudioError
from studio_tui.tui.runtime.threads import DaemonThreadPool

T = TypeVar("T")
Failed = Callable[[StudioError], None]

_READERS = 4


class Unexpected(StudioError):
    """A fault of the program; what happened is in its log."""


@dataclass(slots=True, eq=False)
class _Call(Generic[T]):
    owner: Widget
    call: Callable[[], T]
    then: Callable[[T], Any]
    failed: Failed
    lane: Hashable | None = None
    stop: CancelToken = field(default_factory=CancelToken)


@dataclass(slots=True)
class _Lane:
    running: _Call[Any] | None = None
    newest: _Call[Any] | None = None


@dataclass(slots=True)
class Bridge:
    """Calls off the loop; ``report`` shows the errors that nobody else takes."""

    report: Failed
    _lanes: dict[Hashable, _Lane] = field(default_factory=dict)
    _readers: DaemonThreadPool = field(default_factory=lambda: DaemonThreadPool("read", _READERS))
    _writer: DaemonThreadPool = field(default_factory=lambda: DaemonThreadPool("write", 1))
    _reading: int = 0
    _writing: int = 0
    _quiet: asyncio.Event = field(default_factory=asyncio.Event)
    _closed: bool = False

    @property
    def busy(self) -> bool:
        """Whether any call is under way or waits."""
        return bool(self._reading or self._writing)

    def read(
        self,
        owner: Widget,
        lane: Hashable,
        call: Callable[[], T],
        then: Callable[[T], Any],
        failed: Failed | None = None,
    ) -> None:
        """Make ``call`` in the ``lane`` of ``owner``; hand a fresh answer to ``then``."""
        key = (owner, lane)
        asked = _Call(owner, call, then, failed or self.report, key)
        queue = self._lanes.setdefault(key, _Lane())
        queue.newest = asked
        if queue.running is None:
            self._start_read(queue)

    def write(
        self,
        owner: Widget,
        call: Callable[[], T],
        then: Callable[[T], Any] | None = None,
        failed: Failed | None = None,
    ) -> None:
        """Make ``call`` after the writes before it; its answer always counts."""
        if self._closed:
            return
        self._writing += 1
        asked = _Call(owner, call, then or _nothing, failed or self.report)
        self._run(self._writer, asked)

    def drop(self, owner: Widget, lane: Hashable) -> None:
        """Nobody wants the answer of this lane any more: a call not yet begun is not made, one
        under way is broken off where it can be (`domain.shared.cancellation`)."""
        queue = self._lanes.get((owner, lane))
        if queue is None:
            return
        queue.newest = None
        if queue.running is not None:
            queue.running.stop.ask()

    async def idle(self) -> None:
        """Wait until no call is under way."""
        while self.busy:
            self._quiet.clear()
            await self._quiet.wait()

    async def written(self, patience: float = 5.0) -> None:
        """Give writes under way ``patience`` seconds."""
        deadline = asyncio.get_running_loop().time() + patience
        while self._writing and (left := deadline - asyncio.get_running_loop().time()) > 0:
            self._quiet.clear()
            try:
                await asyncio.wait_for(self._quiet.wait(), left)
            except TimeoutError:
                break

    def refuse_new_calls(self) -> None:
        """Begin none of the calls that come from now on."""
        self._closed = True

    async def close(self, patience: float = 5.0) -> None:
        """Take no more calls; give writes under way ``patience`` seconds, reads none."""
        self.refuse_new_calls()
        await self.written(patience)
        self._readers.close()
        self._writer.close()

    def _start_read(self, queue: _Lane) -> None:
        if self._closed or queue.newest is None:
            return
        queue.running = queue.newest
        self._reading += 1
        self._run(self._readers, queue.newest)

    def _run(self, threads: DaemonThreadPool, asked: _Call[Any]) -> None:
        loop = asyncio.get_running_loop()

        def job() -> None:
            outcome = _made(asked)
            # Nobody waits for it where the loop has come to its end.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._settle, asked, outcome)

        threads.submit(job)

    def _settle(self, asked: _Call[Any], outcome: "_Outcome[Any]") -> None:
        if asked.lane is None:
            self._writing -= 1
            self._settle_write(asked, outcome)
        else:
            self._reading -= 1
            self._settle_read(asked, outcome)
        self._quiet.set()

    def _settle_write(self, asked: _Call[Any], outcome: "_Outcome[Any]") -> None:
        if not _post(asked.owner, lambda: outcome.hand_to(asked)) and outcome.error:
            self.report(outcome.error)

    def _settle_read(self, asked: _Call[Any], outcome: "_Outcome[Any]") -> None:
        queue = self._lanes[asked.lane]
        queue.running = None
        if queue.newest is None:
            del self._lanes[asked.lane]
        elif queue.newest is not asked:
            self._start_read(queue)
        elif not _post(asked.owner, lambda: self._deliver(asked, outcome)):
            del self._lanes[asked.lane]

    def _deliver(self, asked: _Call[Any], outcome: "_Outcome[Any]") -> None:
        # Between the answer and its turn in the owner's loop a newer question may have been asked.
        queue = self._lanes.get(asked.lane)
        if queue is not None and queue.newest is asked:
            del self._lanes[asked.lane]
            outcome.hand_to(asked)


@dataclass(frozen=True, slots=True)
class _Outcome(Generic[T]):
    value: T | None = None
    error: StudioError | None = None

    def hand_to(self, asked: _Call[T]) -> None:
        if self.error is None:
            asked.then(cast(T, self.value))
        else:
            asked.failed(self.error)


def _made(asked: _Call[T]) -> _Outcome[T]:
    """Make a call; writes always come to their end."""
    if asked.stop.asked:
        return _Outcome()
    if asked.lane is None:
        return _attempt(asked.call)
    with stoppable(asked.stop):
        return _attempt(asked.call)


def _attempt(call: Callable[[], T]) -> _Outcome[T]:
    try:
        return _Outcome(call())
    except StudioError as error:
        return _Outcome(error=error)
    except Exception as error:
        path = log_error(error)
        sentence = f"This did not work, by a fault of the Studio. Details are in {path}"
        return _Outcome(error=Unexpected(sentence))


def _post(owner: Widget, callback: Callable[[], None]) -> bool:
    return owner.is_attached and owner.call_later(callback)


def _nothing(_: object) -> None:
    pass
