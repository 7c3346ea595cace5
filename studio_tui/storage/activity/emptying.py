"""Emptying lines of activity of what tells of an erased person (A3, U13).

The chain goes on over the digest that a line had when it was sealed. That it was emptied, by which
act, and what its digest was before and after stands in a table of its own, and the act of erasing,
which is sealed, tells a hash over all of that.
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
"""Rows that are written by one statement."""
_E: Any = ActivityEmptied


@dataclass(frozen=True, slots=True)
class Emptied:
    """One line as it is to be."""

    line: SealedLine
    before: str
    """Its digest until then."""
    after: str


def emptied(
    lines: Mapping[int, tuple[SealedLine, Sequence[int]]], told: Mapping[int, SealedLine]
) -> list[Emptied]:
    """Those of ``lines`` (each with the users it is about) that ``told`` tells otherwise."""
    return [
        Emptied(told[line_id], digest(line, users), digest(told[line_id], users))
        for line_id, (line, users) in sorted(lines.items())
        if told.get(line_id, line) != line
    ]


def seal_of(rows: Iterable[tuple[int, str, str]]) -> str:
    """The hash over what an act emptied: id, digest before and after of each line."""
    found = sha256()
    for line_id, before, after in sorted(rows):
        found.update(f"{line_id}\n{before}\n{after}\n".encode())
    return found.hexdigest()


def empty(lines: Sequence[Emptied], act: int) -> None:
    """Empty these lines by the act of erasing ``act``, which is written and not sealed yet."""
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
    """Seal those of ``ids`` that are not sealed yet: the chain covers them as they were written."""
    sealing.lock()
    sealing.add_seals(sealing.digests(list(ids)))


def acts() -> dict[int, str]:
    """The acts that emptied lines, each with the hash over what it emptied."""
    rows: dict[int, list[tuple[int, str, str]]] = {}
    for line_id, act, before, after in _E.select(
        _E.activity, _E.emptied_in, _E.before, _E.after
    ).tuples():
        rows.setdefault(act, []).append((line_id, before, after))
    return {act: seal_of(found) for act, found in rows.items()}


def emptied_by(ids: Sequence[int]) -> dict[int, tuple[datetime, str]]:
    """When, and by whom, each of ``ids`` was emptied last, for those that were."""
    found = _E.select(_E.activity, ACT.at, ACT.actor_login).join(ACT, on=ACT.id == _E.emptied_in)
    rows = found.where(among(_E.activity, ids)).order_by(_E.emptied_in).tuples()
    return {line_id: (at, login) for line_id, at, login in rows}
