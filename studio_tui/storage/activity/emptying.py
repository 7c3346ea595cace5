"""Removal of an erased person's details from lines of activity (A3, U13).

The chain still covers the digest that a line had when it was sealed. A separate table records that
the line was emptied, by which act, and its digests before and after. The act of erasing, which is
sealed itself, contains a hash of all these records.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from peewee import chunked

from studio_tui.domain.activity.sealing import SealedLine, digest
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.storage.activity import sealing
from studio_tui.storage.engine.expressions import ACT, among
from studio_tui.storage.engine.tables import Activity, ActivityEmptied

_A: Any = Activity
_AT_A_TIME = 500
"""Rows per INSERT statement."""
_E: Any = ActivityEmptied


@dataclass(frozen=True, slots=True)
class EmptiedLine:
    """A line as it will be stored once it is emptied."""

    line: SealedLine
    before: str
    """The digest of the line until then."""
    after: str


def emptied(
    lines: Mapping[int, tuple[SealedLine, Sequence[int]]], told: Mapping[int, SealedLine]
) -> list[EmptiedLine]:
    """Return those of ``lines`` (each with the users it is about) that differ in ``told``."""
    return [
        EmptiedLine(told[line_id], digest(line, users), digest(told[line_id], users))
        for line_id, (line, users) in sorted(lines.items())
        if told.get(line_id, line) != line
    ]


def emptying_hash(rows: Iterable[tuple[int, str, str]]) -> str:
    """Return the hash of what an act emptied, given id, digest before and after of each line."""
    found = sha256()
    for line_id, before, after in sorted(rows):
        found.update(f"{line_id}\n{before}\n{after}\n".encode())
    return found.hexdigest()


def empty(lines: Sequence[EmptiedLine], act: int) -> None:
    """Empty these lines by the act of erasing ``act``, which is written but not sealed yet."""
    named = [
        {"activity": each.line.id, "emptied_in": act, "before": each.before, "after": each.after}
        for each in lines
    ]
    for some in chunked(named, _AT_A_TIME):
        ActivityEmptied.insert_many(some).execute()
    for line in (each.line for each in lines):
        Activity.update(
            actor_login=line.actor_login,
            subject=line.subject,
            before=line.before,
            after=line.after,
            origin=line.origin,
        ).where(_A.id == line.id).execute()


def seal_before(ids: Sequence[int]) -> None:
    """Seal those of ``ids`` without a seal, so that the chain covers them as they were written."""
    sealing.lock()
    sealing.add_seals(sealing.digests(list(ids)))


def acts() -> dict[int, str]:
    """Return the acts that emptied lines, each with the hash of what it emptied."""
    rows: dict[int, list[tuple[int, str, str]]] = {}
    for line_id, act, before, after in _E.select(
        _E.activity, _E.emptied_in, _E.before, _E.after
    ).tuples():
        rows.setdefault(act, []).append((line_id, before, after))
    return {act: emptying_hash(found) for act, found in rows.items()}


def emptied_by(ids: Sequence[int]) -> dict[int, tuple[datetime, str]]:
    """Return when, and by whom, each of ``ids`` was last emptied; the others are left out."""
    found = _E.select(_E.activity, ACT.at, ACT.actor_login).join(ACT, on=ACT.id == _E.emptied_in)
    rows = found.where(among(_E.activity, ids)).order_by(_E.emptied_in).tuples()
    return {line_id: (at, login) for line_id, at, login in rows}
