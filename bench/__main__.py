"""All measurements in one table: each figure next to a floor that is measured in the same run.

    python -m bench [--sizes 1000,10000,100000,1000000] [--engine sqlite] [--runs 3]
    python -m bench --compare BASE [--rounds 3] …      # see bench.compare

A figure is a value and its ratio to the floor. Only the ratios are comparable between machines. For
each size there is a synthetic organisation with that number of users (`bench.organisation`), a push
that asks all of them, and a mail to each. It is the same on every run. The measurements are:

the screens    the program in a terminal of 80×24, driven by key presses, against an empty Textual
               app; a filter ends when its count is displayed, including the pause after the last
               letter; the pane beside a list is measured in a terminal of 120×24, against the same
               screen without the pane
the queries    the queries of a list, against plain SQL for one page of the same file
bulk work      `bench.bulk`, in databases of its own, against plain SQL that writes the same rows
mail           `bench.mail`, a worker against a bare loop of aiosmtplib; needs Postfix's smtp-sink

A measurement that fails is skipped and named below the table. Ctrl-C prints the results so far.
With a million users, fewer acts on a push are measured, because the others grow proportionally. A
thousand users take a minute; all four sizes take half an hour, most of it for the million.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic

from bench import bulk, mail
from bench.bulk_databases import ENGINES, Fresh, databases
from bench.compare import compare
from bench.list_queries import query_figures
from bench.list_screens import pane_figures, screen_figures
from bench.organisation import NOW, fill
from bench.table import Measured, table
from studio_tui.config.settings import Database, Settings
from studio_tui.domain.shared.clock import FixedClock
from studio_tui.services.system.context import open_studio

_MAILS = 5_000
"""Maximum number of mails to send; the time per mail does not depend on their number."""
_ALL_ACTS = 100_000
"""Maximum number of users with which all acts on a push are measured."""
_SAID = 200
"""Maximum number of characters of an error message."""

Parts = dict[str, Callable[[int], Iterator[Measured]]]
"""Generators of figures by name; their argument is the size."""


def main() -> int:
    """Run the measurements, print the table and return the exit code."""
    asked = _arguments()
    if asked.compare:
        return compare(asked.compare, _of_one_run(asked), asked.rounds)
    sizes = sorted(map(int, asked.sizes.split(",")))
    found: dict[int, list[Measured]] = {size: [] for size in sizes}
    left_out: list[str] = []
    with databases(asked.engine) as fresh:
        try:
            _measure(_parts(asked, fresh), found, left_out)
        except KeyboardInterrupt:
            left_out.append("what would come next: it was stopped")
        # Print before the databases are removed, because removing a million users takes long.
        _print(asked, found, left_out)
    return 1 if left_out else 0


def _print(
    asked: argparse.Namespace, found: dict[int, list[Measured]], left_out: list[str]
) -> None:
    # Print only the scheme, because a URL may contain a password.
    engine, _, _ = asked.engine.partition("://")
    print(f"{engine}, seed {asked.seed}, medians; × tells how many times the floor it is")
    for line in table(found):
        print(line)
    for reason in left_out:
        print(f"left out: {reason}", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sizes", default="1000,10000,100000,1000000")
    parser.add_argument("--engine", default="sqlite", help=ENGINES)
    parser.add_argument("--runs", type=int, default=3, help="how often the program is started")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=("lists", "bulk", "mail"), help="a part of it")
    parser.add_argument(
        "--compare", metavar="BASE", help="measure a commit beside this, and say what moved"
    )
    parser.add_argument("--rounds", type=int, default=3, help="how often each is, with --compare")
    return parser.parse_args()


def _of_one_run(asked: argparse.Namespace) -> list[str]:
    """Return the arguments of a run without a comparison."""
    given = {name: getattr(asked, name) for name in ("sizes", "engine", "runs", "seed", "only")}
    return [f"--{name}={value}" for name, value in given.items() if value is not None]


def _parts(asked: argparse.Namespace, fresh: Fresh) -> Parts:
    parts: Parts = {
        "lists": lambda size: _lists(fresh(), size, asked.runs, asked.seed),
        "bulk": lambda size: _bulk(fresh, size),
        "mail": lambda size: _mail(fresh, asked.engine, size),
    }
    return {name: part for name, part in parts.items() if asked.only in (None, name)}


def _measure(parts: Parts, found: dict[int, list[Measured]], left_out: list[str]) -> None:
    """Add figures to ``found`` by size and errors to ``left_out``; write progress to stderr."""
    began = monotonic()
    for size, figures in found.items():
        for name, part in parts.items():
            sys.stderr.write(f"{monotonic() - began:6.0f} s  {size:,} users: {name}\n")
            try:
                for figure in part(size):
                    figures.append(figure)
                    sys.stderr.write(f"{monotonic() - began:6.0f} s    {figure.name}\n")
            except (Exception, SystemExit) as error:
                # Continue with the other measurements.
                said = str(error)[:_SAID] or type(error).__name__
                left_out.append(f"{name} of {size:,} users: {said}")
                sys.stderr.write(f"{monotonic() - began:6.0f} s    {left_out[-1]}\n")


def _lists(url: str, size: int, runs: int, seed: int) -> Iterator[Measured]:
    settings = Settings(database=Database(url=url))
    with closing(open_studio(settings, FixedClock(NOW))) as studio:
        admin = fill(studio, size, seed)
        with tempfile.TemporaryDirectory() as home:
            yield from screen_figures(url, Path(home), runs)
            yield from pane_figures(url, Path(home), runs)
        yield from query_figures(studio, admin)


def _bulk(fresh: Fresh, size: int) -> Iterator[Measured]:
    yield from map(Measured.of, bulk.import_figures(fresh, [size]))
    few = size > _ALL_ACTS
    yield from map(Measured.of, bulk.figures(fresh, [size], few=few))


def _mail(fresh: Fresh, engine: str, size: int) -> Iterator[Measured]:
    yield Measured.of(mail.worker_figure(fresh, engine, min(size, _MAILS)))


if __name__ == "__main__":
    sys.exit(main())
