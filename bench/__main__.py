"""Everything that is measured, in one table: each figure beside its floor of the same run.

    python -m bench [--sizes 1000,10000,100000,1000000] [--engine sqlite] [--runs 3]
    python -m bench --compare BASE [--rounds 3] …      # see bench.compare

A figure is a value and how many times that of its floor it is; the ratios are what tells one
machine from another. Of each size there is a made-up organisation of so many users
(`bench.organisation`), with a push that asks all of them and a mail to each, the same on every run;
what is measured on it:

the screens    the program in a terminal of 80×24, keys pressed as a person would, beside an empty
               Textual app; a filter is over when its count is there, the pause after the last
               letter included; the pane beside a list, in a terminal of 120×24 and beside the same
               without it
the queries    what a list asks for, beside plain SQL for one page on the same file
bulk work      `bench.bulk`, in databases of its own, beside plain SQL that writes the same rows
mail           `bench.mail`, a worker beside a bare loop of aiosmtplib; takes Postfix's smtp-sink

What cannot be measured is left out and named below the table; Ctrl-C prints what there is. Of a
million users, the acts that are measured on a push are fewer, as the others grow like these. A
thousand takes a minute, all four sizes half an hour, most of it for the million.
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
"""At most: more take longer, each of them as long."""
_ALL_ACTS = 100_000
"""Users up to which all acts on a push are measured."""
_SAID = 200
"""Characters of what went wrong."""

Parts = dict[str, Callable[[int], Iterator[Measured]]]
"""What is measured of each size."""


def main() -> int:
    """Measure and print; returns the exit code."""
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
        # Before the databases are removed: a million take their time.
        _print(asked, found, left_out)
    return 1 if left_out else 0


def _print(
    asked: argparse.Namespace, found: dict[int, list[Measured]], left_out: list[str]
) -> None:
    # A URL may hold a password.
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
    """The arguments of a run that compares nothing."""
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
    """Fill ``found``, size by size, and ``left_out`` with what went wrong; tells how far it is."""
    began = monotonic()
    for size, figures in found.items():
        for name, part in parts.items():
            sys.stderr.write(f"{monotonic() - began:6.0f} s  {size:,} users: {name}\n")
            try:
                for figure in part(size):
                    figures.append(figure)
                    sys.stderr.write(f"{monotonic() - began:6.0f} s    {figure.name}\n")
            except (Exception, SystemExit) as error:
                # The others are measured all the same.
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
