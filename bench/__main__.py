"""Everything that is measured, in one table: each figure beside its floor of the same run.

    python -m bench [--sizes 1000,10000,100000,1000000] [--engine sqlite] [--runs 3]

A figure is a value and how many times that of its floor it is; the ratios are what tells one
machine from another. Of each size there is a made-up organisation of so many users
(`bench.organisation`), with a push that asks all of them and a mail to each, the same on every run;
what is measured on it:

the screens    the program in a terminal of 80×24, keys pressed as a person would, beside an empty
               Textual app; a filter is over when its count is there, the pause after the last
               letter included
the queries    what a list asks for, beside plain SQL for one page on the same file
bulk work      `bench.bulk`, in databases of its own, beside plain SQL that writes the same rows
mail           `bench.mail`, a worker beside a bare loop of aiosmtplib; takes Postfix's smtp-sink

A million takes a quarter of an hour, a thousand a minute.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from bench import bulk, mail
from bench.bulk_databases import Fresh, databases
from bench.list_queries import query_figures
from bench.list_screens import screen_figures
from bench.organisation import NOW, fill
from bench.table import Measured, table
from studio_tui.config.settings import Database, Settings
from studio_tui.domain.clock import FixedClock
from studio_tui.services.context import open_studio

_MAILS = 5_000
"""At most: more take longer, each of them as long."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sizes", default="1000,10000,100000,1000000")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--runs", type=int, default=3, help="how often the program is started")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=("lists", "bulk", "mail"), help="a part of it")
    asked = parser.parse_args()
    found: dict[int, list[Measured]] = {}
    with databases(asked.engine) as fresh:
        for size in map(int, asked.sizes.split(",")):
            found[size] = [each for part in _parts(asked, fresh, size) for each in part()]
    print(f"{asked.engine}, seed {asked.seed}, medians; each beside how many times its floor it is")
    for line in table(found):
        print(line)


def _parts(
    asked: argparse.Namespace, fresh: Fresh, size: int
) -> Iterator[Callable[[], Iterator[Measured]]]:
    parts: dict[str, Callable[[], Iterator[Measured]]] = {
        "lists": lambda: _lists(fresh(), size, asked.runs, asked.seed),
        "bulk": lambda: _bulk(fresh, size),
        "mail": lambda: _mail(size),
    }
    for name, part in parts.items():
        if asked.only in (None, name):
            sys.stderr.write(f"{size:,} users: {name}\n")
            yield part


def _lists(url: str, size: int, runs: int, seed: int) -> Iterator[Measured]:
    settings = Settings(database=Database(url=url))
    with closing(open_studio(settings, FixedClock(NOW))) as studio:
        admin = fill(studio, size, seed)
        with tempfile.TemporaryDirectory() as home:
            yield from screen_figures(url, Path(home), runs)
        yield from query_figures(studio, admin)


def _bulk(fresh: Fresh, size: int) -> Iterator[Measured]:
    yield from map(Measured.of, bulk.import_figures(fresh, [size]))
    yield from map(Measured.of, bulk.figures(fresh, [size]))


def _mail(size: int) -> Iterator[Measured]:
    figure = mail.worker_figure(min(size, _MAILS))
    if figure is not None:
        yield Measured.of(figure)


if __name__ == "__main__":
    main()
