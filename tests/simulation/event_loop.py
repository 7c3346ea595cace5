"""An event loop whose time is simulated, and processes on it that can be killed or stopped.

Every callback belongs to the process in whose context it was registered. Within a process
callbacks run in the order in which they were registered, as asyncio promises; which process runs
next is drawn. A process that is killed runs nothing more: no handler, no ``finally``.
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
"""Tasks, of which those that are done are forgotten."""
_current: ContextVar["Process | None"] = ContextVar("_current", default=None)


class Killed(BaseException):
    """Ends what the current process does: nothing may catch it."""


class Stuck(Exception):
    """Nothing is left to happen, and the simulation is not over."""


@dataclass(eq=False)
class Process:
    """A process of one host; the mail server and the network belong to none."""

    name: str
    is_alive: bool = True
    stands_until: float = 0.0
    """It is stopped, as by SIGSTOP, or its host sleeps, until then."""
    stood_at: float = float("-inf")
    """When it was stopped last."""
    steps: int = 0
    """Callbacks it has run and statements it has asked: the points at which it can be killed."""
    killed_at_step: int = 0
    """0: never."""
    at_death: Callable[["Process"], None] = lambda process: None
    """What the system does for it then."""

    def step(self) -> None:
        """Come to a point at which it can be killed; raises `Killed` where it is."""
        self.steps += 1
        if self.steps == self.killed_at_step and self.is_alive:
            self.kill()
        self.require_alive()

    def kill(self) -> None:
        """End it, as by SIGKILL."""
        self.stands_until = 0.0
        self.is_alive = False
        self.at_death(self)

    def require_alive(self) -> None:
        """Raise `Killed` where it was killed."""
        if not self.is_alive:
            raise Killed


def current_process() -> Process | None:
    """The process that runs just now; None: the world outside."""
    return _current.get()


def context_of(process: Process | None) -> Context:
    """A context in which this process runs."""
    context = copy_context()
    context.run(_current.set, process)
    return context


class SimulatedLoop(asyncio.BaseEventLoop):
    """Runs what is ready, and lets time pass only where nothing is."""

    # What `BaseEventLoop` keeps: not in the stubs.
    _ready: deque[asyncio.Handle]
    _scheduled: list[asyncio.TimerHandle]
    _stopping: bool

    def __init__(self, random: Random) -> None:
        super().__init__()
        self._random = random
        self._now = 0.0
        self.connect: Callable[[asyncio.BaseProtocol, str, int], Coroutine[Any, Any, Any]]
        """What opens connections: the network of the simulation."""
        self.thread_seconds: Callable[[], float] = lambda: 0.0
        """Seconds until a thread runs, and until its result is heard of."""
        self._tasks: list[asyncio.Task[Any]] = []
        self.set_task_factory(self._make_task)
        self.set_exception_handler(lambda loop, context: None)

    def time(self) -> float:
        """Seconds since the simulation began."""
        return self._now

    def start(self, process: Process, main: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """Run ``main`` as a process of its own."""
        return context_of(process).run(self.create_task, main)

    def outside(self, seconds: float, callback: Callable[..., None], *args: Any) -> None:
        """Call ``callback`` after so many seconds, in no process."""
        self.call_later(seconds, callback, *args, context=context_of(None))

    def within(
        self, process: Process | None, seconds: float, callback: Callable[..., None], *args: Any
    ) -> None:
        """Call ``callback`` after so many seconds, in a process."""
        self.call_later(seconds, callback, *args, context=context_of(process))

    def run_in_executor(  # type: ignore[override] # a future of ours is one
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> "asyncio.Future[Any]":
        """Run ``func`` a little later, and tell its result a little after that."""
        future: asyncio.Future[Any] = self.create_future()
        self.call_later(self.thread_seconds(), self._run_thread, future, func, args)
        return future

    async def create_connection(  # type: ignore[override] # the one form that is used
        self,
        protocol_factory: Callable[[], asyncio.BaseProtocol],
        host: str,
        port: int,
        *,
        ssl: Any = None,
        **options: Any,
    ) -> tuple[asyncio.BaseTransport, asyncio.BaseProtocol]:
        """Connect over the network of the simulation; nobody speaks TLS there."""
        if ssl is not None:
            raise ConnectionResetError("no TLS here")
        protocol = protocol_factory()
        return await self.connect(protocol, host, port), protocol

    def bury(self) -> None:
        """Let go of what was killed without letting it do anything more."""
        asyncio._set_running_loop(self)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                # Closing one may make others.
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
        self.call_later(self.thread_seconds(), self._tell, future, told, result)

    def _tell(
        self, future: "asyncio.Future[Any]", told: Callable[[Any], None], result: Any
    ) -> None:
        if not future.done():
            told(result)

    def _run_once(self) -> None:
        self._take_what_is_due()
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

    def _take_what_is_due(self) -> None:
        """Move to `_ready` what is due; where nothing is ready, let time pass."""
        until = float("inf")
        for handle in self._ready:
            process = _process_of(handle)
            stands = process.stands_until if process is not None and process.is_alive else 0.0
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
        """The first callback of a process that is drawn."""
        ready = self._ready
        if not ready:
            return None
        self._wake()
        firsts: dict[Process | None, int] = {}
        for place, handle in enumerate(ready):
            process = _process_of(handle)
            if process not in firsts and (process is None or process.stands_until <= self._now):
                firsts[process] = place
        if not firsts:
            return None
        places = list(firsts.values())
        place = places[0] if len(places) == 1 else self._random.choice(places)
        found = ready[place]
        del ready[place]
        return found

    def _wake(self) -> None:
        """Let a process that stood still hear of the network first, as a system tells it."""
        woken = {
            process
            for handle in self._ready
            if (process := _process_of(handle)) is not None
            and 0 < process.stands_until <= self._now
        }
        for process in woken:
            process.stands_until = 0.0
        if woken:
            in_order = sorted(self._ready, key=_is_of_a_timer)
            self._ready.clear()
            self._ready.extend(in_order)

    def _process_events(self, event_list: Any) -> None:
        """There are none: nothing comes from the system."""

    def _write_to_self(self) -> None:
        """No thread is waited for."""


def _close(coroutine: Any) -> None:
    """Let a coroutine go, whatever it awaits in a ``finally``."""
    context = context_of(_DEAD)
    while coroutine.cr_frame is not None:
        with suppress(BaseException):
            context.run(coroutine.close)


def _process_of(handle: asyncio.Handle) -> Process | None:
    """The process in whose context a callback was registered."""
    process: Process | None = handle._context.get(_current)  # type: ignore[attr-defined]
    return process


def _is_of_a_timer(handle: asyncio.Handle) -> bool:
    owner = getattr(handle._callback, "__self__", None)  # type: ignore[attr-defined]
    return not isinstance(owner, asyncio.BaseTransport)


_DEAD = Process("dead", is_alive=False)
