"""``python -m tests.simulation``: run seeds, or one again."""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.simulation import organisation
from tests.simulation.world import simulate


def main() -> int:
    """Run the requested seeds; return 1 if one of them broke an invariant."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, help="run this one alone")
    parser.add_argument("--trace", action="store_true", help="print all that happens")
    parser.add_argument("--seeds", type=int, default=1_000, help="how many to run")
    parser.add_argument("--from", dest="first", type=int, default=0, help="the first of them")
    parser.add_argument("--seconds", type=float, help="no new one after so long")
    asked = parser.parse_args()
    seeds = (
        [asked.seed] if asked.seed is not None else range(asked.first, asked.first + asked.seeds)
    )
    with tempfile.TemporaryDirectory() as name:
        os.environ["XDG_STATE_HOME"] = name
        organisation.make(Path(name) / "made.db")
        return _run(seeds, Path(name), asked)


def _run(seeds: "range | list[int]", folder: Path, asked: argparse.Namespace) -> int:
    numbers: Counter[str] = Counter()
    broken, began = [], time.monotonic()
    for seed in seeds:
        if asked.seconds and time.monotonic() - began > asked.seconds:
            break
        outcome = simulate(seed, folder)
        if asked.trace:
            print(*outcome.trace, sep="\n")
        for problem in outcome.problems:
            print(f"seed {seed} ({', '.join(sorted(outcome.kinds))}): {problem}", flush=True)
        if outcome.problems:
            broken.append(seed)
        numbers["seeds"] += 1
        numbers["kills"] += outcome.kills
        numbers["stops"] += outcome.stops
        numbers["mails"] += outcome.taken
        numbers["seconds"] += int(outcome.seconds)
        numbers.update({f"copies: {cause}": n for cause, n in outcome.copies.items()})
    for label, number in numbers.items():
        print(f"{label:24}{number:>12,}")
    print(f"{'CPU seconds':24}{time.process_time():>12,.1f}")
    print(f"{'broken':24}{len(broken):>12,} {' '.join(map(str, broken[:20]))}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
