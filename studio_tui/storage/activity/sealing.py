"""Sealing the activity (A3): reading and writing the chain of `domain.activity.sealing`.

The order of the chain is the order of sealing. On PostgreSQL a long act may end after shorter ones
that began later, and none of them waits for it.
"""

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import starmap
from typing import Any

from peewee import Case, fn

from studio_tui.domain.activity.sealing import FIRST, SealedLine, digest, seal
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.storage.engine.expressions import ACT, COUNTED, among, column, exists
from studio_tui.storage.engine.fields import instant_text
from studio_tui.storage.engine.prepared import execute_for_each, given
from studio_tui.storage.engine.sql import hold_lock
from studio_tui.storage.engine.tables import (
    ActivityAnchor,
    ActivityEmptied,
    ActivitySeal,
    ActivityUser,
)
from studio_tui.storage.engine.unit import current_database, is_sqlite

_LOCK = 7_483_922
"""PostgreSQL advisory lock under which one program appends to the chain."""
_PAGE = 500
"""Lines per query."""
_USERS = 200_000
"""Number of users, plus those of one more line, that are read at a time."""
_E: Any = ActivityEmptied
_K: Any = ActivityAnchor
_S: Any = ActivitySeal
_X: Any = ActivityUser
_UNSEALED = ~exists(_S.select().where(_S.activity == ACT.id))

_written = threading.local()


@dataclass(frozen=True, slots=True)
class Link:
    """A seal and the line that it covers."""

    activity_id: int
    hash: str
    digest: str | None
    """The current digest of the line; None if the line was deleted."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The expected end of the chain, stored outside of it."""

    lines: int
    hash: str
    last_id: int
    """The highest id that a sealed line has had."""


def begin_recording() -> None:
    """Start recording the lines that are written in a new unit of work of this thread."""
    _written.ids = []


def record_line(activity_id: int) -> None:
    """Record a line of activity that was written in this thread's unit of work."""
    if not hasattr(_written, "ids"):
        _written.ids = []
    _written.ids.append(activity_id)


def recorded_lines() -> list[int]:
    """Return the lines written in this thread's unit of work, in order."""
    return sorted(getattr(_written, "ids", ()))


def next_id() -> int:
    """Return the id for the next line on SQLite.

    SQLite itself would reuse the id of a deleted last line.
    """
    kept = anchor()
    return max(last_line(), kept.last_id if kept else 0) + 1


def anchor() -> Anchor | None:
    """Return the expected end of the chain; None if nothing is sealed yet."""
    found = _K.select(_K.lines, _K.hash, _K.last_id).order_by(_K.id).limit(1)
    return next(iter(found.objects(Anchor)), None)


def last_line() -> int:
    """Return the highest id of a line; 0 if there is none."""
    return int(ACT.select(fn.MAX(ACT.id)).scalar() or 0)


def unsealed_after(last: int) -> list[int]:
    """Return the next lines without a seal after the id ``last``, however old they are."""
    return column(_unsealed(ACT.id).where(ACT.id > last).order_by(ACT.id).limit(_PAGE))


def count_unsealed() -> int:
    """Return how many lines have no seal. Reads every line."""
    return int(_unsealed(COUNTED).scalar())


def first_unsealed(before: datetime | None = None) -> int | None:
    """Return the first line without a seal, of those written before ``before`` if given."""
    first = _unsealed(fn.MIN(ACT.id))
    found: int | None = (first if before is None else first.where(ACT.at < before)).scalar()
    return found


def _unsealed(selected: Any) -> Any:
    return ACT.select(selected).where(_UNSEALED)


def digests(ids: list[int]) -> dict[int, str]:
    """Return the digest of each existing line of ``ids``, in that order."""
    return {line_id: digest(line, users) for line_id, line, users in sealed_lines(ids)}


def as_sealed(found: Mapping[int, str]) -> dict[int, str]:
    """Return the digest with which each line was sealed, given the current ones in ``found``.

    They differ for a line that was emptied (`storage.activity.emptying`).
    """
    before = dict(found)
    emptied = _E.select(_E.activity, _E.before, _E.after).where(among(_E.activity, found))
    for line_id, was, is_now in emptied.order_by(_E.emptied_in.desc()).tuples():
        # A line that differs from what the emptying act left breaks the chain.
        if before.get(line_id) == is_now:
            before[line_id] = was
    return before


def sealed_lines(ids: list[int]) -> Iterator[tuple[int, SealedLine, list[int]]]:
    """Yield each existing line of ``ids``, in that order, with the users it is about."""
    stored = ACT.select(
        *(ACT.id, ACT.at, ACT.actor, ACT.actor_login, ACT.action, ACT.push, ACT.subject),
        *(ACT.before, ACT.after, ACT.origin),
    ).where(among(ACT.id, ids))
    # The rows as stored, without the conversions of the model.
    lines = {line.id: line for line in starmap(_line, current_database().execute(stored))}
    for batch in _batches(ids):
        users = _users(batch)
        for activity_id in batch:
            if activity_id in lines:
                yield activity_id, lines[activity_id], users[activity_id]


def seals_after_commit() -> bool:
    """Return whether lines are sealed a moment after the act that wrote them (`Store.writing`)."""
    return not is_sqlite()


def _line(line_id: int, at: str | datetime, *rest: Any) -> SealedLine:
    return SealedLine(line_id, at if isinstance(at, str) else instant_text(at), *rest)


def lock() -> None:
    """Keep others from appending to the chain until the unit of work ends."""
    hold_lock(_LOCK)


def add_seals(found: Mapping[int, str]) -> int:
    """Seal the lines of these digests that have no seal yet; return their number.

    Call it under `lock`, because others may have sealed some of them in the meantime.
    """
    sealed = set(column(_S.select(_S.activity).where(among(_S.activity, found))))
    missing = [activity_id for activity_id in found if activity_id not in sealed]
    kept, newest = anchor(), last_hash()
    if not missing or (kept.hash if kept else FIRST) != newest:
        # Seals were deleted: new ones would hide that.
        return 0
    previous, added = newest, []
    for activity_id in missing:
        previous = seal(previous, found[activity_id])
        added.append((activity_id, previous))
    sealed_line = _S.insert({_S.activity: given("line"), _S.hash: given("hash")}).returning()
    execute_for_each(sealed_line, ("line", "hash"), added)
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
    """Return the newest seal."""
    return str(_S.select(_S.hash).order_by(_S.id.desc()).limit(1).scalar() or FIRST)


def count_seals() -> int:
    """Return how many lines are sealed."""
    return int(_S.select(COUNTED).scalar())


def chain(newest: int | None = None) -> tuple[str, Iterator[Link]]:
    """Return the preceding seal, and the chain in order: all of it, or its ``newest`` seals."""
    start = 0
    if newest is not None:
        start = _S.select(_S.id).order_by(_S.id.desc()).limit(1).offset(newest).scalar() or 0
    before = _S.select(_S.hash).where(_S.id == start).scalar()
    return str(before or FIRST), _links(start)


def _links(after: int) -> Iterator[Link]:
    seals = _S.select(_S.id, _S.activity, _S.hash).order_by(_S.id).limit(_PAGE)
    while page := list(seals.where(_S.id > after).tuples()):
        after = page[-1][0]
        found = as_sealed(digests([activity_id for _, activity_id, _ in page]))
        for _, activity_id, hash_ in page:
            yield Link(activity_id, hash_, found.get(activity_id))


def _batches(ids: list[int]) -> Iterator[list[int]]:
    """Yield ``ids`` in batches whose users fit into memory."""
    about = _X.select(_X.activity, COUNTED).where(among(_X.activity, ids))
    counts = dict(about.group_by(_X.activity).tuples())
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


def _users(ids: list[int]) -> dict[int, list[int]]:
    about = _X.select(_X.activity, _X.user).where(among(_X.activity, ids))
    found: dict[int, list[int]] = defaultdict(list)
    # Plain rows, because there may be hundreds of thousands.
    for activity_id, user_id in current_database().execute(about.order_by(_X.activity, _X.user)):
        found[activity_id].append(user_id)
    return found
