"""An event loop with simulated time, and processes on it that can be killed or stopped.

Every callback belongs to the process in whose context it was registered. Within a process,
callbacks run in the order of registration, as asyncio guarantees; the process that runs next is
drawn at random. A killed process runs nothing more: no handler and no ``finally``.
"""

import asyncio
import heapq
import warnings
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass
from random import Random
from typing import Any

_MANY = 500
"""Number of tracked tasks above which finished ones are removed."""
_current: ContextVar["Process | None"] = ContextVar("_current", default=None)


class Killed(BaseException):
    """Ends the current process. Code under test must not catch it."""


class Stuck(Exception):
    """Raised when no callback is left and the simulation has not ended."""


@dataclass(eq=False)
class Process:
    """A process on a host. The mail server and the network belong to no process."""

    name: str
    is_alive: bool = True
    stopped_until: float = 0.0
    """When a stop, as by SIGSTOP or by a sleeping host, ends, in simulated seconds."""
    stopped_at: float = float("-inf")
    """When the process was last stopped."""
    steps: int = 0
    """Number of callbacks and statements run: the points at which the process can be killed."""
    killed_at_step: int = 0
    """The step at which the process is killed; 0 for never."""
    at_death: Callable[["Process"], None] = lambda process: None
    """Called when the process is killed, to do what the operating system would do."""

    def step(self) -> None:
        """Count a step; kill the process if this is its last. Raises `Killed` if it is dead."""
        self.steps += 1
        if self.steps == self.killed_at_step and self.is_alive:
            self.kill()
        self.require_alive()

    def kill(self) -> None:
        """End the process, as by SIGKILL."""
        self.stopped_until = 0.0
        self.is_alive = False
        self.at_death(self)

    def require_alive(self) -> None:
        """Raise `Killed` if the process was killed."""
        if not self.is_alive:
            raise Killed


def current_process() -> Process | None:
    """Return the running process; None for the mail server, the network and the host."""
    return _current.get()


def context_of(process: Process | None) -> Context:
    """Return a context in which callbacks belong to ``process``."""
    context = copy_context()
    context.run(_current.set, process)
    return context


class SimulatedLoop(asyncio.BaseEventLoop):
    """An event loop that runs ready callbacks, and advances its time only if there are none."""

    # Attributes of `BaseEventLoop` that the stubs lack.
    _ready: deque[asyncio.Handle]
    _scheduled: list[asyncio.TimerHandle]
    _stopping: bool

    def __init__(self, random: Random) -> None:
        super().__init__()
        self._random = random
        self._now = 0.0
        self.connect: Callable[[asyncio.BaseProtocol, str, int], Coroutine[Any, Any, Any]]
        """Opens connections through the simulated network."""
        self.thread_seconds: Callable[[], float] = lambda: 0.0
        """Returns the seconds until a thread starts, and until its result arrives."""
        self._tasks: list[asyncio.Task[Any]] = []
        self.set_task_factory(self._make_task)
        self.set_exception_handler(lambda loop, context: None)

    def time(self) -> float:
        """Return the seconds since the start of the simulation."""
        return self._now

    def start(self, process: Process, main: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """Run ``main`` as ``process``."""
        return context_of(process).run(self.create_task, main)

    def outside(self, seconds: float, callback: Callable[..., None], *args: Any) -> None:
        """Call ``callback`` after ``seconds``, outside any process."""
        self.call_later(seconds, callback, *args, context=context_of(None))

    def within(
        self, process: Process | None, seconds: float, callback: Callable[..., None], *args: Any
    ) -> None:
        """Call ``callback`` after ``seconds``, in ``process``."""
        self.call_later(seconds, callback, *args, context=context_of(process))

    def run_in_executor(  # type: ignore[override] # returns a subclass
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> "asyncio.Future[Any]":
        """Run ``func`` after a delay and set its result after another."""
        future: asyncio.Future[Any] = self.create_future()
        self.call_later(self.thread_seconds(), self._run_thread, future, func, args)
        return future

    async def create_connection(  # type: ignore[override] # only the form in use
        self,
        protocol_factory: Callable[[], asyncio.BaseProtocol],
        host: str,
        port: int,
        *,
        ssl: Any = None,
        **options: Any,
    ) -> tuple[asyncio.BaseTransport, asyncio.BaseProtocol]:
        """Connect through the simulated network, which has no TLS."""
        if ssl is not None:
            raise ConnectionResetError("no TLS here")
        protocol = protocol_factory()
        return await self.connect(protocol, host, port), protocol

    def dispose(self) -> None:
        """Dispose of the coroutines of killed processes without running more of their code."""
        asyncio._set_running_loop(self)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                # Closing a coroutine may create other tasks.
                while self._tasks:
                    _close(self._tasks.pop().get_coro())
        finally:
            asyncio._set_running_loop(None)
        self._ready.clear()
        self._scheduled.clear()

    def _make_task(
        self, loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any
    ) -> "asyncio.Task[Any]":
        task: asyncio.Task[Any] = asyncio.Task(coroutine, loop=loop, **options)
        task._log_destroy_pending = False  # type: ignore[attr-defined]
        if len(self._tasks) > _MANY:
            self._tasks = [each for each in self._tasks if not each.done()]
        self._tasks.append(task)
        return task

    def _run_thread(
        self, future: "asyncio.Future[Any]", func: Callable[..., Any], args: tuple[Any, ...]
    ) -> None:
        told: Callable[[Any], None]
        try:
            result, told = func(*args), future.set_result
        except Killed:
            return
        except Exception as error:
            result, told = error, future.set_exception
        self.call_later(self.thread_seconds(), self._set_result, future, told, result)

    def _set_result(
        self, future: "asyncio.Future[Any]", told: Callable[[Any], None], result: Any
    ) -> None:
        if not future.done():
            told(result)

    def _run_once(self) -> None:
        self._collect_due()
        handle = self._next()
        if handle is None or handle.cancelled():
            return
        process = _process_of(handle)
        if process is not None:
            try:
                process.step()
            except Killed:
                return
        handle._run()

    def _collect_due(self) -> None:
        """Move due timers to `_ready`. If nothing is ready, advance the time first."""
        until = float("inf")
        for handle in self._ready:
            process = _process_of(handle)
            stands = process.stopped_until if process is not None and process.is_alive else 0.0
            until = min(until, stands)
            if until <= self._now:
                break
        if until > self._now:
            if self._scheduled:
                until = min(until, self._scheduled[0].when())
            if until == float("inf"):
                raise Stuck
            self._now = max(self._now, until)
        while self._scheduled and self._scheduled[0].when() <= self._now:
            due = heapq.heappop(self._scheduled)
            due._scheduled = False  # type: ignore[attr-defined]
            if not due.cancelled():
                self._ready.append(due)

    def _next(self) -> asyncio.Handle | None:
        """Remove and return the first ready callback of a process that is drawn at random."""
        ready = self._ready
        if not ready:
            return None
        self._wake()
        firsts: dict[Process | None, int] = {}
        for place, handle in enumerate(ready):
            process = _process_of(handle)
            if process not in firsts and (process is None or process.stopped_until <= self._now):
                firsts[process] = place
        if not firsts:
            return None
        places = list(firsts.values())
        place = places[0] if len(places) == 1 else self._random.choice(places)
        found = ready[place]
        del ready[place]
        return found

    def _wake(self) -> None:
        """Let a resumed process see network events before its timers, as a real system does."""
        woken = {
            process
            for handle in self._ready
            if (process := _process_of(handle)) is not None
            and 0 < process.stopped_until <= self._now
        }
        for process in woken:
            process.stopped_until = 0.0
        if woken:
            in_order = sorted(self._ready, key=_is_of_a_timer)
            self._ready.clear()
            self._ready.extend(in_order)

    def _process_events(self, event_list: Any) -> None:
        """Do nothing: there are no events from the operating system."""

    def _write_to_self(self) -> None:
        """Do nothing: no thread needs to wake the loop."""


def _close(coroutine: Any) -> None:
    """Close a coroutine, even if it awaits something in a ``finally``."""
    context = context_of(_DEAD)
    while coroutine.cr_frame is not None:
        with suppress(BaseException):
            context.run(coroutine.close)


def _process_of(handle: asyncio.Handle) -> Process | None:
    """Return the process in whose context a callback was registered."""
    process: Process | None = handle._context.get(_current)  # type: ignore[attr-defined]
    return process


def _is_of_a_timer(handle: asyncio.Handle) -> bool:
    owner = getattr(handle._callback, "__self__", None)  # type: ignore[attr-defined]
    return not isinstance(owner, asyncio.BaseTransport)


_DEAD = Process("dead", is_alive=False)
