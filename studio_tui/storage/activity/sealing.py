"""Sealing the activity (A3): the chain of `domain.activity.sealing`, written and read.

The order of the chain is the order of sealing: on PostgreSQL a long act may end after shorter ones
that began later, and none of them waits for it.
"""

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import Case

from studio_tui.domain.activity.sealing import FIRST, SealedLine, digest, seal
from studio_tui.storage.engine.fields import instant_text
from studio_tui.storage.engine.sql import among, execute, execute_many, rows, scalar
from studio_tui.storage.engine.tables import ActivityAnchor
from studio_tui.storage.engine.unit import is_sqlite

_LOCK = 7_483_922
"""The advisory lock of PostgreSQL under which one program adds to the chain."""
_PAGE = 500
"""Lines that are read at a time."""
_USERS = 200_000
"""About so many users, and those of one more line, are read at a time."""
_LINE = (
    "a.id, a.at, a.actor_id, a.actor_login, a.action, a.push_id, a.subject, a.before, a.after, "
    "a.origin"
)
_UNSEALED = "NOT EXISTS (SELECT 1 FROM activity_seal s WHERE s.activity_id = a.id)"

_written = threading.local()


@dataclass(frozen=True, slots=True)
class Link:
    """One seal, and the line that it covers."""

    activity_id: int
    hash: str
    digest: str | None
    """What the line is now; None where it is gone."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """What the chain should come to, kept outside of it."""

    lines: int
    hash: str
    last_id: int
    """The highest id that any sealed line has had."""


def begin() -> None:
    """A unit of work begins in this thread: nothing is written in it yet."""
    _written.ids = []


def line_written(activity_id: int) -> None:
    """A line of activity was written in this thread's unit of work."""
    if not hasattr(_written, "ids"):
        _written.ids = []
    _written.ids.append(activity_id)


def written() -> list[int]:
    """The lines that this thread's unit of work has written, in order."""
    return sorted(getattr(_written, "ids", ()))


def next_id() -> int:
    """The id of the next line on SQLite, which would use that of a line at the end once more that
    was taken away."""
    highest = scalar("SELECT MAX(id) FROM activity") or 0
    kept = anchor()
    return max(int(highest), kept.last_id if kept else 0) + 1


def anchor() -> Anchor | None:
    """What the chain should come to; None where nothing is sealed yet."""
    found = rows("SELECT lines, hash, last_id FROM activity_anchor ORDER BY id LIMIT 1")
    return Anchor(*found[0]) if found else None


def last_line() -> int:
    """The highest id of a line; 0 where there is none."""
    return int(scalar("SELECT MAX(id) FROM activity") or 0)


def unsealed_after(last: int) -> list[int]:
    """The next lines that have no seal, however old, after the id ``last``."""
    found = rows(
        f"SELECT a.id FROM activity a WHERE a.id > ? AND {_UNSEALED} ORDER BY a.id LIMIT ?",
        last,
        _PAGE,
    )
    return [activity_id for (activity_id,) in found]


def count_unsealed() -> int:
    """How many lines have no seal; looks at every line."""
    return int(scalar(f"SELECT COUNT(*) FROM activity a WHERE {_UNSEALED}"))


def first_unsealed(before: datetime | None = None) -> int | None:
    """The first line without a seal, of those written before an instant where one is given."""
    clause, params = ("AND a.at < ?", (before,)) if before is not None else ("", ())
    return scalar(f"SELECT MIN(a.id) FROM activity a WHERE {_UNSEALED} {clause}", *params)


def digests(ids: list[int]) -> dict[int, str]:
    """The digest of each line of ``ids`` that is there, in that order."""
    wanted = among("a.id", ids)
    stored = rows(f"SELECT {_LINE} FROM activity a WHERE {wanted.text}", *wanted.params)
    lines = {row[0]: _line(row) for row in stored}
    found: dict[int, str] = {}
    for batch in _batches(ids):
        users = _users(batch)
        for activity_id in batch:
            if activity_id in lines:
                found[activity_id] = digest(lines[activity_id], users[activity_id])
    return found


def is_after_the_act() -> bool:
    """Whether lines are sealed a moment after the act that wrote them (`Store.writing`)."""
    return not is_sqlite()


def lock() -> None:
    """Let nobody else add to the chain until the unit of work ends."""
    if not is_sqlite():
        # SQLite lets one program write at a time as it is.
        execute("SELECT pg_advisory_xact_lock(?)", _LOCK)


def add_seals(found: Mapping[int, str]) -> int:
    """Seal the lines of these digests, but those that were sealed meanwhile, under `lock`."""
    wanted = among("activity_id", found)
    sealed = rows(f"SELECT activity_id FROM activity_seal WHERE {wanted.text}", *wanted.params)
    missing = [activity_id for activity_id in found if (activity_id,) not in set(sealed)]
    kept, newest = anchor(), last_hash()
    if not missing or (kept.hash if kept else FIRST) != newest:
        # Seals were taken away: what follows would hide that.
        return 0
    previous, added = newest, []
    for activity_id in missing:
        previous = seal(previous, found[activity_id])
        added.append((activity_id, previous))
    execute_many("INSERT INTO activity_seal (activity_id, hash) VALUES (?, ?)", added)
    _anchor_at(len(added), previous, max(missing), is_first=kept is None)
    return len(added)


def _anchor_at(more: int, newest: str, last_id: int, *, is_first: bool) -> None:
    if is_first:
        ActivityAnchor.insert(lines=more, hash=newest, last_id=last_id).execute()
        return
    ActivityAnchor.update(
        lines=ActivityAnchor.lines + more,
        hash=newest,
        last_id=Case(None, ((ActivityAnchor.last_id < last_id, last_id),), ActivityAnchor.last_id),
    ).execute()


def last_hash() -> str:
    """The newest seal."""
    return str(scalar("SELECT hash FROM activity_seal ORDER BY id DESC LIMIT 1") or FIRST)


def count_seals() -> int:
    """How many lines are sealed."""
    return int(scalar("SELECT COUNT(*) FROM activity_seal"))


def chain(newest: int | None = None) -> tuple[str, Iterator[Link]]:
    """The seal before, and the chain in its order; whole, or its ``newest`` seals."""
    start = 0
    if newest is not None:
        start = (
            scalar("SELECT id FROM activity_seal ORDER BY id DESC LIMIT 1 OFFSET ?", newest) or 0
        )
    before = scalar("SELECT hash FROM activity_seal WHERE id = ?", start)
    return str(before or FIRST), _links(start)


def _links(after: int) -> Iterator[Link]:
    while page := rows(
        "SELECT id, activity_id, hash FROM activity_seal WHERE id > ? ORDER BY id LIMIT ?",
        after,
        _PAGE,
    ):
        after = page[-1][0]
        found = digests([activity_id for _, activity_id, _ in page])
        for _, activity_id, hash_ in page:
            yield Link(activity_id, hash_, found.get(activity_id))


def _line(row: tuple[Any, ...]) -> SealedLine:
    at = instant_text(row[1]) if isinstance(row[1], datetime) else row[1]
    return SealedLine(row[0], at, *row[2:])


def _batches(ids: list[int]) -> Iterator[list[int]]:
    """``ids`` in parts whose users fit into memory."""
    wanted = among("activity_id", ids)
    counts = dict(
        rows(
            f"SELECT activity_id, COUNT(*) FROM activity_user WHERE {wanted.text} "
            "GROUP BY activity_id",
            *wanted.params,
        )
    )
    batch: list[int] = []
    users = 0
    for activity_id in ids:
        batch.append(activity_id)
        users += counts.get(activity_id, 0)
        if users >= _USERS:
            yield batch
            batch, users = [], 0
    if batch:
        yield batch


def _users(ids: list[int]) -> Mapping[int, list[int]]:
    wanted = among("activity_id", ids)
    found: dict[int, list[int]] = defaultdict(list)
    for activity_id, user_id in rows(
        f"SELECT activity_id, user_id FROM activity_user WHERE {wanted.text} "
        "ORDER BY activity_id, user_id",
        *wanted.params,
    ):
        found[activity_id].append(user_id)
    return found
