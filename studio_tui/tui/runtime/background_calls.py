"""Background calls: screens run slow calls in threads and receive the results in callbacks.

A screen never blocks the event loop. It passes a call and a callback to the bridge:

    bridge.read(self, "user", lambda: users.show(studio, actor, login), self.show_user)
    bridge.write(self, lambda: pushes.close(studio, actor, push.id), self.closed)

*Reads* are queued in lanes, which the caller names. A lane runs one call at a time. Of its waiting
calls only the newest is run, and a result that was superseded by a newer call is dropped. *Writes*
run one after another and are never dropped. Results are delivered in the message loop of the widget
that made the call. If the widget is closed by then, they are dropped, but an error of a write is
still reported.

A `StudioError` goes to ``failed``, or else to the status line. Any other error is written to the
private log and arrives as an `UnexpectedError`, which holds one sentence and no traceback.
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

_READ_THREADS = 4


class UnexpectedError(StudioError):
    """An error in the program itself; the details are in the log."""


@dataclass(slots=True, eq=False)
class _Request(Generic[T]):
    owner: Widget
    call: Callable[[], T]
    then: Callable[[T], Any]
    failed: Failed
    lane: Hashable | None = None
    stop: CancelToken = field(default_factory=CancelToken)


@dataclass(slots=True)
class _Lane:
    running: _Request[Any] | None = None
    newest: _Request[Any] | None = None


@dataclass(slots=True)
class Bridge:
    """Runs calls in threads; ``report`` displays the errors that no call handles."""

    report: Failed
    _lanes: dict[Hashable, _Lane] = field(default_factory=dict)
    _readers: DaemonThreadPool = field(
        default_factory=lambda: DaemonThreadPool("read", _READ_THREADS)
    )
    _writer: DaemonThreadPool = field(default_factory=lambda: DaemonThreadPool("write", 1))
    _reading: int = 0
    _writing: int = 0
    _quiet: asyncio.Event = field(default_factory=asyncio.Event)
    _closed: bool = False

    @property
    def busy(self) -> bool:
        """Whether any call is running or waiting."""
        return bool(self._reading or self._writing)

    def read(
        self,
        owner: Widget,
        lane: Hashable,
        call: Callable[[], T],
        then: Callable[[T], Any],
        failed: Failed | None = None,
    ) -> None:
        """Run ``call`` in the ``lane`` of ``owner``, and pass its result to ``then``.

        The result is dropped if the lane has a newer call by then. Errors go to ``failed``, or to
        `report`.
        """
        key = (owner, lane)
        request = _Request(owner, call, then, failed or self.report, key)
        queue = self._lanes.setdefault(key, _Lane())
        queue.newest = request
        if queue.running is None:
            self._start_read(queue)

    def write(
        self,
        owner: Widget,
        call: Callable[[], T],
        then: Callable[[T], Any] | None = None,
        failed: Failed | None = None,
    ) -> None:
        """Run ``call`` after all earlier writes; its result is never dropped."""
        if self._closed:
            return
        self._writing += 1
        request = _Request(owner, call, then or _nothing, failed or self.report)
        self._run(self._writer, request)

    def drop(self, owner: Widget, lane: Hashable) -> None:
        """Discard the result of this lane.

        A waiting call is not run; a running one is cancelled if it supports that
        (`domain.shared.cancellation`).
        """
        queue = self._lanes.get((owner, lane))
        if queue is None:
            return
        queue.newest = None
        if queue.running is not None:
            queue.running.stop.ask()

    async def idle(self) -> None:
        """Wait until no call is running or waiting."""
        while self.busy:
            self._quiet.clear()
            await self._quiet.wait()

    async def written(self, patience: float = 5.0) -> None:
        """Wait up to ``patience`` seconds for the writes in progress."""
        deadline = asyncio.get_running_loop().time() + patience
        while self._writing and (left := deadline - asyncio.get_running_loop().time()) > 0:
            self._quiet.clear()
            try:
                await asyncio.wait_for(self._quiet.wait(), left)
            except TimeoutError:
                break

    def refuse_new_calls(self) -> None:
        """Ignore all calls that are made from here on."""
        self._closed = True

    async def close(self, patience: float = 5.0) -> None:
        """Refuse new calls and wait up to ``patience`` seconds for writes, but not for reads."""
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

    def _run(self, threads: DaemonThreadPool, request: _Request[Any]) -> None:
        loop = asyncio.get_running_loop()

        def job() -> None:
            outcome = _execute(request)
            # The event loop may be closed; then no caller waits for the result.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._settle, request, outcome)

        threads.submit(job)

    def _settle(self, request: _Request[Any], outcome: "_Outcome[Any]") -> None:
        if request.lane is None:
            self._writing -= 1
            self._settle_write(request, outcome)
        else:
            self._reading -= 1
            self._settle_read(request, outcome)
        self._quiet.set()

    def _settle_write(self, request: _Request[Any], outcome: "_Outcome[Any]") -> None:
        if not _post(request.owner, lambda: outcome.deliver_to(request)) and outcome.error:
            self.report(outcome.error)

    def _settle_read(self, request: _Request[Any], outcome: "_Outcome[Any]") -> None:
        queue = self._lanes[request.lane]
        queue.running = None
        if queue.newest is None:
            del self._lanes[request.lane]
        elif queue.newest is not request:
            self._start_read(queue)
        elif not _post(request.owner, lambda: self._deliver(request, outcome)):
            del self._lanes[request.lane]

    def _deliver(self, request: _Request[Any], outcome: "_Outcome[Any]") -> None:
        # A newer call may have been made before the owner's message loop got to this result.
        queue = self._lanes.get(request.lane)
        if queue is not None and queue.newest is request:
            del self._lanes[request.lane]
            outcome.deliver_to(request)


@dataclass(frozen=True, slots=True)
class _Outcome(Generic[T]):
    value: T | None = None
    error: StudioError | None = None

    def deliver_to(self, request: _Request[T]) -> None:
        if self.error is None:
            request.then(cast(T, self.value))
        else:
            request.failed(self.error)


def _execute(request: _Request[T]) -> _Outcome[T]:
    """Run a call and return its outcome. Only reads can be cancelled."""
    if request.stop.asked:
        return _Outcome()
    if request.lane is None:
        return _attempt(request.call)
    with stoppable(request.stop):
        return _attempt(request.call)


def _attempt(call: Callable[[], T]) -> _Outcome[T]:
    try:
        return _Outcome(call())
    except StudioError as error:
        return _Outcome(error=error)
    except Exception as error:
        path = log_error(error)
        sentence = f"This did not work, by a fault of the Studio. Details are in {path}"
        return _Outcome(error=UnexpectedError(sentence))


def _post(owner: Widget, callback: Callable[[], None]) -> bool:
    return owner.is_attached and owner.call_later(callback)


def _nothing(_: object) -> None:
    pass
