"""Results of measurements, with the floor of the same run."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """The duration of a piece of work and of its floor."""

    name: str
    size: int
    """Number of rows."""
    engine: str
    """``sqlite`` or ``postgresql``."""
    seconds: float
    floor: str
    """Description of the floor."""
    floor_seconds: float
    cpu: float = 0.0
    """CPU seconds of this process; 0 if a server does the work."""
    floor_cpu: float = 0.0

    @property
    def ratio(self) -> float:
        """Ratio of the duration to that of the floor."""
        return self.seconds / self.floor_seconds

    @property
    def cpu_ratio(self) -> float | None:
        """Ratio of the CPU times, which other load on the machine affects less; None if unknown."""
        return self.cpu / self.floor_cpu if self.floor_cpu else None


@dataclass(slots=True)
class Duration:
    """The duration of a piece of work, in seconds."""

    seconds: float = 0.0
    cpu: float = 0.0


@contextmanager
def timing() -> Iterator[Duration]:
    """Measure the duration of the block."""
    taken = Duration()
    start, cpu = time.perf_counter(), time.process_time()
    yield taken
    taken.seconds, taken.cpu = time.perf_counter() - start, time.process_time() - cpu


def report(found: Iterable[Figure]) -> None:
    """Print a table of figures and their floors."""
    print(f"{'':26}{'size':>10}{'seconds':>10}{'floor':>9}{'× floor':>9}", end="")
    print(f"{'× of CPU':>10}{'µs/row':>9}  engine, floor")
    for each in found:
        per_row = each.seconds / each.size * 1e6
        cpu = f"{each.cpu_ratio:.2f}" if each.cpu_ratio else ""
        print(
            f"{each.name:26}{each.size:>10,}{each.seconds:>10.3f}{each.floor_seconds:>9.3f}", end=""
        )
        print(
            f"{each.ratio:>9.2f}{cpu:>10}{per_row:>9.1f}  {each.engine}, {each.floor}", flush=True
        )
