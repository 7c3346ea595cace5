"""The outbox with a large number of sent mails, against the same outbox with none.

    python -m bench.outbox [--sent 10000000] [--engine postgresql] [--users 2000]

The claims of a worker and the counts of lists and of `doctor` are measured in a database that only
has the waiting mail of a push, and alternately in one with additional sent mails. The ratio should
stay near 1.
"""

import argparse
import sys
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import timedelta
from time import perf_counter

from bench.bulk_databases import ENGINES, databases
from bench.organisation import NOW, fill
from studio_tui.config.settings import Database, Settings
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.clock import FixedClock
from studio_tui.services.outbox import delivery, outbox
from studio_tui.services.system.context import Studio, open_studio
from studio_tui.storage.engine.sql import execute, scalar

_TIMES = 15
_BATCH = 100
_WAITING = 5_000
_LATER = timedelta(hours=1)
_LEASE = timedelta(minutes=3)
_AT_ONCE = 100_000
_NUMBERS = {
    True: "WITH RECURSIVE g(n) AS (SELECT ? UNION ALL SELECT n + 1 FROM g WHERE n < ?)",
    False: "WITH g(n) AS (SELECT generate_series(?::bigint, ?::bigint))",
}


def main() -> int:
    """Run the measurements, print a table and return the exit code."""
    asked = _arguments()
    with databases(asked.engine) as fresh, ExitStack() as opened:
        none, many = (_filled(opened, fresh(), asked, sent) for sent in (0, asked.sent))
        taken = _in_turn(none, many)
    print(f"{'':32}{'none sent':>12}{asked.sent:>14,} sent{'ratio':>8}")
    for name, (before, then) in taken.items():
        print(f"{name:32}{1000 * before:9.2f} ms{1000 * then:16.2f} ms{then / before:8.2f}")
    return 0


Acts = dict[str, Callable[[], object]]


def _filled(opened: ExitStack, url: str, asked: argparse.Namespace, sent: int) -> Acts:
    settings = Settings(database=Database(url=url))
    studio = opened.enter_context(closing(open_studio(settings, FixedClock(NOW))))
    admin = fill(studio, asked.users)
    _write(studio, "sent", sent)
    _write(studio, "queued", _WAITING)
    return _measured(studio, admin)


def _in_turn(none: Acts, many: Acts) -> dict[str, tuple[float, float]]:
    """Return the minimum duration of each act in both databases.

    The measurements alternate, so that other load on the machine slows down both.
    """
    least: dict[str, tuple[float, float]] = {}
    for name, act in none.items():
        found = [(_seconds(act), _seconds(many[name])) for _ in range(_TIMES)]
        least[name] = min(before for before, _ in found), min(then for _, then in found)
    return least


def _seconds(act: Callable[[], object]) -> float:
    began = perf_counter()
    act()
    return perf_counter() - began


def _measured(studio: Studio, admin: Actor) -> Acts:
    later = NOW + _LATER
    soon = Studio(studio.store, FixedClock(later), studio.settings)

    def claim() -> None:
        taken = delivery.claim(soon, "bench", limit=_BATCH, lasting=_LEASE).taken
        if taken != _BATCH:
            raise RuntimeError(f"{taken} mails were claimed, and not {_BATCH}")
        delivery.hand_back(soon, "bench")

    return {
        "claim 100 mails, hand them back": claim,
        "what waits": lambda: delivery.waiting(soon),
        "whether mail leaves": lambda: outbox.health(soon, admin),
    }


def _write(studio: Studio, state: str, number: int) -> None:
    """Write ``number`` mails that wait or were sent, as a worker leaves them."""
    store = studio.store
    with store.reading():
        users = int(scalar("SELECT MAX(id) FROM users"))
    for first in range(0, number, _AT_ONCE):
        last = min(first + _AT_ONCE, number) - 1
        at = NOW - timedelta(seconds=number - first)
        with store.writing_unflushed():
            execute(
                f"{_NUMBERS[store.is_sqlite]} INSERT INTO notification (key, kind, capacity, "
                "state, push_id, recipient_id, caused_by_id, created_at, due_at, attempts, "
                "dated_at, sent_to, sent_at) SELECT ? || g.n, 'reminder', 'user', ?, NULL, "
                "1 + g.n % ?, 1, ?, ?, 1, ?, 'x@example.org', ? FROM g",
                *(first, last, f"{state}-", state, users),
                *(NOW - timedelta(days=30), at, NOW, at if state == "sent" else None),
            )
        sys.stderr.write(f"\r{last + 1:,} of {number:,} {state}")
    with store.writing():
        execute("ANALYZE")
    if not store.is_sqlite:
        with store.writing_alone():
            # The server does this by itself, but must not do it during the measurements.
            execute("VACUUM notification")
            execute("CHECKPOINT")
    sys.stderr.write("\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--sent", type=int, default=10_000_000)
    parser.add_argument("--engine", choices=ENGINES, default="sqlite")
    parser.add_argument("--users", type=int, default=2_000)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
