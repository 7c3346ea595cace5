"""What bulk work costs, beside plain SQL that writes the same rows.

    python -m bench.bulk [--sizes 1000,10000,100000] [--directory 0] [--engine postgresql]

Each size has a directory of so many users, or of ``--directory`` where that is more, in a database
of its own; a push is assigned, taken back, imported from, reminded of, moved and closed. The floor
of each act writes the same rows into the same tables in one transaction: who they are and what they
say is in a table before. The import reads a CSV with teams, leaders, coaches and groups; its floor
reads it by Python's ``csv`` and inserts the same rows, with no check and no look at what is there.

Small sizes are measured several times, and the median is printed. CPU time is that of this process:
on PostgreSQL the server does the work.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from bench.bulk_acts import act_figures
from bench.bulk_databases import ENGINES, Fresh, databases, opened
from bench.bulk_import import import_figure
from bench.bulk_people import make_people
from bench.figures import Figure, report

_REPEATED = {1_000: 5, 10_000: 3}
"""How often a size is measured; once where it is not said."""


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--directory", type=int, default=0)
    parser.add_argument("--engine", default="sqlite", help=ENGINES)
    parser.add_argument("--only", choices=("acts", "import"))
    asked = parser.parse_args()
    sizes = [int(size) for size in asked.sizes.split(",")]
    with databases(asked.engine) as fresh:
        acts = iter(()) if asked.only == "import" else figures(fresh, sizes, asked.directory)
        imports = iter(()) if asked.only == "acts" else import_figures(fresh, sizes)
        report(chain(acts, imports))


def figures(
    fresh: Fresh, sizes: Sequence[int], directory: int = 0, *, few: bool = False
) -> Iterator[Figure]:
    """What acts on pushes cost, each size in a new database of at least ``directory`` users; of a
    ``few`` of them."""
    for size in sizes:
        with opened(fresh()) as (studio, admin):
            make_people(studio, max(size, directory))
            yield from _repeated(size, lambda: act_figures(studio, admin, size, few=few))  # noqa: B023


def import_figures(fresh: Fresh, sizes: Sequence[int]) -> Iterator[Figure]:
    """What importing users from a CSV costs, each size into a new database."""
    for size in sizes:
        yield from _repeated(size, lambda: iter([import_figure(fresh, size)]))  # noqa: B023


def _repeated(size: int, measure: Callable[[], Iterator[Figure]]) -> Iterator[Figure]:
    """Of each figure the round whose ratio is the median."""
    times = _REPEATED.get(size, 1)
    if times == 1:
        # Each as soon as it is known: the next may take minutes.
        yield from measure()
        return
    rounds = [list(measure()) for _ in range(times)]
    for several in zip(*rounds, strict=True):
        yield sorted(several, key=lambda figure: figure.ratio)[(len(several) - 1) // 2]


if __name__ == "__main__":
    main()
