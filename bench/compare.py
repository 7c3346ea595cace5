"""Two versions of the program, measured alternately by their own benches and compared.

    python -m bench --compare v0.1.0 --sizes 1000 --only lists --rounds 5

Each round measures both versions. The order alternates, so that other load on the machine affects
both equally. Figures are compared by their ratio to the floor of the same run. A figure has changed
if the rounds of the two versions do not overlap and the medians differ by more than `LEAST`; all
else is noise. The exit code is 1 if a figure is slower.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

LEAST = 0.05
"""Minimum relative difference of two medians that counts as a change."""
_ROOT = Path(__file__).parents[1]
# Runs the bench of either version, and prints its figures as JSON instead of a table.
_RUN = """
import json, sys
import bench.__main__ as bench
def tell(asked, found, left_out):
    told = [[size, each.name, each.unit, each.value, each.floor_value]
            for size, figures in found.items() for each in figures]
    print("found " + json.dumps([told, left_out]), flush=True)
bench._print = tell
sys.exit(bench.main())
"""

Name = tuple[int, str]
"""The size and name of a figure."""


@dataclass(frozen=True, slots=True)
class Value:
    """The result of one round for a figure."""

    unit: str
    value: float
    floor: float

    @property
    def ratio(self) -> float:
        """Ratio to the floor; the value itself if the floor is 0."""
        return self.value / self.floor if self.floor else self.value


Round = Mapping[Name, Value]


@dataclass(frozen=True, slots=True)
class Compared:
    """The results of both versions for a figure."""

    name: Name
    base: Sequence[Value]
    now: Sequence[Value]

    @property
    def change(self) -> float:
        """Relative growth of the median ratio; infinite where it grew from 0."""
        base, now = median(_ratios(self.base)), median(_ratios(self.now))
        return _relative(now - base, base)

    @property
    def spread(self) -> float:
        """Range of the rounds of one version relative to their median; the larger of the two."""
        return max(_spread(_ratios(self.base)), _spread(_ratios(self.now)))

    @property
    def verdict(self) -> str:
        """``slower``, ``faster``, or empty for noise."""
        base, now = _ratios(self.base), _ratios(self.now)
        if min(now) > max(base) and self.change > LEAST:
            return "slower"
        return "faster" if max(now) < min(base) and self.change < -LEAST else ""


def compare(base: str, arguments: Sequence[str], rounds: int) -> int:
    """Measure both versions, print the comparison, and return the exit code."""
    with _checked_out(base) as other:
        base_rounds, now_rounds = in_turn(
            lambda: _measured(other, arguments), lambda: _measured(_ROOT, arguments), rounds
        )
    found = compared(base_rounds, now_rounds)
    for line in table(base, found, rounds):
        print(line)
    return 1 if any(each.verdict == "slower" for each in found) else 0


def in_turn(
    base: Callable[[], Round], now: Callable[[], Round], rounds: int
) -> tuple[list[Round], list[Round]]:
    """Return the results of both versions over several rounds, in alternating order."""
    found: tuple[list[Round], list[Round]] = ([], [])
    for number in range(rounds):
        for side in (0, 1) if number % 2 == 0 else (1, 0):
            sys.stderr.write(f"round {number + 1} of {rounds}: {('the base', 'this')[side]}\n")
            found[side].append((base, now)[side]())
    return found


def compared(base: Sequence[Round], now: Sequence[Round]) -> list[Compared]:
    """Return the figures that every round of both versions has, in order."""
    common = [name for name in now[0] if all(name in each for each in (*base, *now))]
    return [
        Compared(name, [each[name] for each in base], [each[name] for each in now])
        for name in common
    ]


def table(base: str, found: Sequence[Compared], rounds: int) -> Iterator[str]:
    """Yield a line per figure, and a summary of the changes."""
    yield f"median of {rounds} rounds, × tells how many times the floor it is"
    yield f"{'':30}{'users':>9}{base[:12]:>16}{'this':>16}{'change':>8}{'spread':>8}"
    for each in found:
        size, name = each.name
        both = "".join(f"{_in_words(side):>16}" for side in (each.base, each.now))
        moved = f"{each.change:>+8.0%}{each.spread:>8.0%}  {each.verdict}"
        yield f"{name[:29]:30}{size:>9,}{both}{moved}".rstrip()
    for verdict in ("slower", "faster"):
        names = [f"{each.name[1]} ({each.name[0]:,})" for each in found if each.verdict == verdict]
        yield f"{verdict}: {', '.join(names) or 'nothing beyond noise'}"


def _in_words(side: Sequence[Value]) -> str:
    value = median(each.value for each in side)
    return f"{value:.3g} {side[0].unit} {median(_ratios(side)):.3g}×"


def _ratios(side: Sequence[Value]) -> list[float]:
    return [each.ratio for each in side]


def _spread(ratios: Sequence[float]) -> float:
    return _relative(max(ratios) - min(ratios), median(ratios))


def _relative(difference: float, whole: float) -> float:
    """Return the part of ``whole``. Any difference from 0, as of idle bytes, is infinite."""
    if whole:
        return difference / whole
    return inf if difference else 0.0


@contextmanager
def _checked_out(revision: str) -> Iterator[Path]:
    """Yield a temporary folder with the program as of ``revision``."""
    git = ("git", "-C", str(_ROOT), "worktree")
    with TemporaryDirectory() as folder:
        place = Path(folder) / "base"
        subprocess.run([*git, "add", "--quiet", "--detach", place, revision], check=True)
        try:
            yield place
        finally:
            subprocess.run([*git, "remove", "--force", place], check=True)


def _measured(place: Path, arguments: Sequence[str]) -> Round:
    """Return the results of the bench of the program in ``place``."""
    done = subprocess.run(
        [sys.executable, "-c", _RUN, *arguments],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(place)},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    told = [line for line in done.stdout.splitlines() if line.startswith("found ")]
    if not told:
        raise SystemExit(f"The bench in {place} found nothing: it ended with {done.returncode}.")
    figures, left_out = json.loads(told[-1].removeprefix("found "))
    for reason in left_out:
        sys.stderr.write(f"left out: {reason}\n")
    return {(size, name): Value(unit, value, floor) for size, name, unit, value, floor in figures}
