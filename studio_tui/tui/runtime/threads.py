"""A pool of threads for blocking calls that does not delay the exit of the program."""

import threading
from collections.abc import Callable
from queue import SimpleQueue


class DaemonThreadPool:
    """Up to ``most`` daemon threads, started on demand.

    The pools of the standard library are joined at exit: a single call that hangs would make
    quitting hang.
    """

    def __init__(self, name: str, max_threads: int) -> None:
        self._name = name
        self._max_threads = max_threads
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._free = threading.Semaphore(0)
        self._started = 0

    def submit(self, job: Callable[[], None]) -> None:
        """Run ``job``, which handles its own errors, as soon as a thread is free."""
        self._jobs.put(job)
        if not self._free.acquire(blocking=False) and self._started < self._max_threads:
            self._started += 1
            name = f"{self._name}-{self._started}"
            threading.Thread(target=self._run, name=name, daemon=True).start()

    def close(self) -> None:
        """Let every thread end after the jobs that are queued."""
        for _ in range(self._started):
            self._jobs.put(None)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
            # Release the objects of this job while the thread waits for the next one.
            del job
            self._free.release()
