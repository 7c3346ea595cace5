"""The start-up time of the program, against importing Textual alone.

    python -m bench.start_up [--runs 7]

Commands are timed as whole processes. The screens are timed in a pty of 80×24, until the frame is
drawn and until the first list is drawn. The demo is played once beforehand, so that later starts
use its cached database.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter

from bench.pty_probe import Probe

_FLOOR = "import textual.app"
_COMMAND = str(Path(sys.executable).with_name("studio-tui"))


def main() -> None:
    """Run the measurements in turns and print a table of medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=7)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "HOME": home, "TERM": "xterm-256color"}
        # PYTHONDONTWRITEBYTECODE would recompile only our modules at each start.
        apart = ("XDG_", "PYTHON")
        environment = {k: v for k, v in environment.items() if not k.startswith(apart)}
        subprocess.run([_COMMAND, "demo"], env=environment, capture_output=True, check=True)
        found: dict[str, list[float]] = {}
        for _ in range(asked.runs):
            for label, taken in _measure(environment).items():
                found.setdefault(label, []).append(taken)
    floor = statistics.median(found[_FLOOR])
    print(f"median of {asked.runs} runs{'ms':>27}{f'× {_FLOOR}':>24}")
    for label, times in found.items():
        median = statistics.median(times)
        print(f"{label:36}{median:10.0f}{median / floor:24.2f}")


def _measure(environment: Mapping[str, str]) -> dict[str, float]:
    python = [sys.executable, "-c"]
    return {
        "python -c pass": _process([*python, "pass"], environment),
        _FLOOR: _process([*python, _FLOOR], environment),
        "studio-tui --help": _process([_COMMAND, "--help"], environment),
        "studio-tui pushes list": _process([_COMMAND, "pushes", "list"], environment),
        "studio-tui ssh keys": _process([_COMMAND, "ssh", "keys"], environment),
        "studio-tui demo, the frame": _screen(b"Quit", environment),
        "studio-tui demo, the first list": _screen(b"overdue", environment),
    }


def _process(command: list[str], environment: Mapping[str, str]) -> float:
    began = perf_counter()
    subprocess.run(command, env=environment, capture_output=True, check=True)
    return (perf_counter() - began) * 1000


def _screen(expected: bytes, environment: Mapping[str, str]) -> float:
    probe = Probe([_COMMAND, "demo"], environment, width=80, height=24)
    try:
        return probe.until(expected)[0]
    finally:
        probe.close()


if __name__ == "__main__":
    main()
