"""The cost of bulk work, against plain SQL that writes the same rows.

    python -m bench.bulk [--sizes 1000,10000,100000] [--directory 0] [--engine postgresql]

Each size is measured in a database of its own with that number of users, or ``--directory`` users
if that is more. The acts on a push are assigning, undoing, importing from another push, reminding,
moving the deadline and closing. The floor of each act writes the same rows to the same tables in
one transaction, from a prepared table. The import reads a CSV with teams, leaders, coaches and
groups; its floor reads it with Python's ``csv`` and inserts the same rows, without validation and
without comparing them with stored rows.

Small sizes are measured several times, and the median is printed. CPU time is that of this process
only; on PostgreSQL the server does the work.
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
"""Number of rounds by size; 1 for other sizes."""


def main() -> None:
    """Run the measurements and print a table."""
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
    """Yield the cost of acts on pushes, each size in a new database.

    The database has at least ``directory`` users. With ``few``, only some acts are measured.
    """
    for size in sizes:
        with opened(fresh()) as (studio, admin):
            make_people(studio, max(size, directory))
            yield from _repeated(size, lambda: act_figures(studio, admin, size, few=few))  # noqa: B023


def import_figures(fresh: Fresh, sizes: Sequence[int]) -> Iterator[Figure]:
    """Yield the cost of importing users from a CSV, each size into a new database."""
    for size in sizes:
        yield from _repeated(size, lambda: iter([import_figure(fresh, size)]))  # noqa: B023


def _repeated(size: int, measure: Callable[[], Iterator[Figure]]) -> Iterator[Figure]:
    """Repeat a measurement; yield, for each figure, the round with the median ratio."""
    times = _REPEATED.get(size, 1)
    if times == 1:
        # Yield each figure at once, because the next may take minutes.
        yield from measure()
        return
    rounds = [list(measure()) for _ in range(times)]
    for several in zip(*rounds, strict=True):
        yield sorted(several, key=lambda figure: figure.ratio)[(len(several) - 1) // 2]


if __name__ == "__main__":
    main()
