"""A program in a pty of its own, timed from outside through its output."""

import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter

_QUIET = 0.06
"""Seconds without output after which a response is complete."""


class Probe:
    """A running ``command``. Times are in milliseconds, sizes in bytes."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], *, width: int, height: int
    ) -> None:
        self._began = perf_counter()
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:
            os.execve(command[0], list(command), dict(environment))
        size = struct.pack("HHHH", height, width, 0, 0)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, size)

    def until(self, expected: bytes, patience: float = 60.0) -> tuple[float, int]:
        """Return the time from the start until ``expected`` was written, and the bytes written."""
        written = b""
        while expected not in written:
            chunk = self._read(patience)
            if not chunk:
                raise TimeoutError(f"never saw {expected!r} in {written[-500:]!r}")
            written += chunk
        arrived = perf_counter()
        _, rest = self._burst(0.5)
        return (arrived - self._began) * 1000, len(written) + rest

    def press(self, key: bytes, expected: bytes, patience: float = 60.0) -> None:
        """Press ``key`` and wait until ``expected`` was written and the output has settled."""
        os.write(self._terminal, key)
        written = b""
        while expected not in written:
            if not (chunk := self._read(patience)):
                raise TimeoutError(f"never saw {expected!r} in {written[-500:]!r}")
            written += chunk
        self.settle()

    def settle(self) -> None:
        """Wait until the program has written nothing for a second."""
        self._burst(1.0, 1.0)

    def answers(self, key: bytes, times: int, quiet: float = _QUIET) -> tuple[float, float]:
        """Return the median duration and size of the responses to ``times`` presses of ``key``.

        A response is complete after ``quiet`` seconds without output.
        """
        taken = [self._answer(key, quiet) for _ in range(times)]
        return statistics.median(t for t, _ in taken), statistics.median(s for _, s in taken)

    def idle(self, seconds: float) -> int:
        """Return the number of bytes written within ``seconds`` without input."""
        return len(self._read(seconds))

    def memory(self) -> float:
        """Return the resident memory of the program in megabytes."""
        status = Path(f"/proc/{self._pid}/status").read_text(encoding="utf-8")
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def close(self) -> None:
        """Kill the program."""
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._terminal)

    def _answer(self, key: bytes, quiet: float) -> tuple[float, int]:
        began = perf_counter()
        os.write(self._terminal, key)
        ended, size = self._burst(max(2.0, quiet), quiet)
        return (ended - began) * 1000, size

    def _burst(self, patience: float, quiet: float = _QUIET) -> tuple[float, int]:
        size, ended = 0, perf_counter()
        while chunk := self._read(patience):
            size, ended, patience = size + len(chunk), perf_counter(), quiet
        return ended, size

    def _read(self, patience: float) -> bytes:
        ready, _, _ = select.select([self._terminal], [], [], patience)
        if not ready:
            return b""
        try:
            return os.read(self._terminal, 65536)
        except OSError:
            return b""
