"""What a bench measured, beside the floor of the same run."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """How long something took, and how long its floor took."""

    name: str
    size: int
    """Of how many rows."""
    engine: str
    """``sqlite`` or ``postgresql``."""
    seconds: float
    floor: str
    """What the floor does."""
    floor_seconds: float
    cpu: float = 0.0
    """Seconds of CPU of this process; 0 where that says nothing, because a server does the work."""
    floor_cpu: float = 0.0

    @property
    def ratio(self) -> float:
        """How many times as long as the floor."""
        return self.seconds / self.floor_seconds

    @property
    def cpu_ratio(self) -> float | None:
        """The same of CPU time, which other programs on the machine change less."""
        return self.cpu / self.floor_cpu if self.floor_cpu else None


@dataclass(slots=True)
class Taken:
    """What a piece of work took, in seconds."""

    seconds: float = 0.0
    cpu: float = 0.0


@contextmanager
def taking() -> Iterator[Taken]:
    """Measures what is done inside."""
    taken = Taken()
    start, cpu = time.perf_counter(), time.process_time()
    yield taken
    taken.seconds, taken.cpu = time.perf_counter() - start, time.process_time() - cpu


def report(found: Iterable[Figure]) -> None:
    """A table of each figure beside its floor."""
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
