"""Threads that make blocking calls, and that no exit of the program waits for."""

import threading
from collections.abc import Callable
from queue import SimpleQueue


class DaemonThreadPool:
    """Up to ``most`` daemon threads, started when there is work and nobody is free.

    The standard library's pools are joined when the program ends: one call that hangs, and quitting
    hangs with it.
    """

    def __init__(self, name: str, most: int) -> None:
        self._name = name
        self._most = most
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._free = threading.Semaphore(0)
        self._started = 0

    def submit(self, job: Callable[[], None]) -> None:
        """Run ``job``, which handles its own errors, as soon as a thread is free."""
        self._jobs.put(job)
        if not self._free.acquire(blocking=False) and self._started < self._most:
            self._started += 1
            name = f"{self._name}-{self._started}"
            threading.Thread(target=self._run, name=name, daemon=True).start()

    def close(self) -> None:
        """Let every thread end after what it is doing and what waits."""
        for _ in range(self._started):
            self._jobs.put(None)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
            # While it waits for the next one it keeps nothing alive that this one was about.
            del job
            self._free.release()
