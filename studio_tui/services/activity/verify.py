"""Verification that the activity is unchanged since it was written (A3).

An attacker who can write to the database can also recompute the whole chain, or remove its end and
the record of it. Only an anchor that is stored elsewhere reveals that.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum
from time import sleep
from typing import Any

from studio_tui.domain.activity.sealing import FIRST, seal
from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Refused
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity import emptying, sealing
from studio_tui.storage.activity.activity import (
    ActivityLine,
    activity_line,
    first_action,
    write_activity,
)
from studio_tui.storage.activity.sealing import Link
from studio_tui.storage.people import users

_SEAL_WAIT = 1.0
"""Seconds to wait before a line without a seal is checked again."""
_SEAL_DELAY = timedelta(minutes=5)
"""How long a line may be unsealed on PostgreSQL, because its writer may still be about to seal
it."""


@dataclass(frozen=True, slots=True)
class ChainBreak:
    """The point at which the chain breaks: this line or the one before was changed or removed."""

    activity_id: int
    line: ActivityLine | None
    """The current line; None if it was deleted."""


class ActivityFlaw(Enum):
    """A fault that is found although the chain is intact."""

    UNSEALED = "unsealed"
    """A line has no seal: the seal was removed, or the line was not written by the Studio."""
    CUT_OFF = "cut off"
    """Lines or seals were removed from the end."""
    EMPTIED = "emptied"
    """Lines were emptied without a matching act of erasing."""
    UNFOUNDED = "unfounded"
    """The first line, which records the set-up of the Studio, is missing."""


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """The result of a verification."""

    lines: int
    """The number of unchanged lines, up to the break if there is one."""
    of: int
    """The number of sealed lines."""
    head: str
    """The newest seal, to be stored elsewhere."""
    unsealed: int
    """The number of lines that are not sealed yet."""
    broken: ChainBreak | None = None
    flaw: ActivityFlaw | None = None
    flaw_at: int | None = None
    """The id of the line with the flaw, if the flaw is about a single line."""
    missing: int = 0
    """The minimum number of lines that were removed from the end."""
    kept_at: int | None = None
    """The number of lines that the given anchor covers; None if no anchor was given, or if its seal
    is not in the chain."""

    @property
    def intact(self) -> bool:
        """Whether the activity is unchanged, as far as the database alone can show."""
        return self.broken is None and self.flaw is None

    @property
    def anchor(self) -> str:
        """The anchor to store elsewhere: ``LINES:SEAL``."""
        return f"{self.of}:{self.head}"


def verify(
    studio: Studio, actor: Actor, *, kept: str | None = None, newest: int | None = None
) -> VerifyResult:
    """Recompute the chain, or its ``newest`` lines, and search for the seal of the anchor ``kept``.

    Raises `Refused` if ``kept`` is not a valid anchor.
    """
    require(actor, Action.VERIFY_ACTIVITY)
    lines, wanted = _anchor_of(kept) if kept is not None else (None, None)
    with studio.store.reading():
        found = verified(wanted, newest, studio.now())
    if found.flaw is ActivityFlaw.UNSEALED and not studio.store.is_sqlite:
        # Its writer may be about to seal it.
        sleep(_SEAL_WAIT)
        with studio.store.reading():
            found = verified(wanted, newest, studio.now())
    if lines is not None and found.kept_at != lines:
        return replace(found, kept_at=None)
    return found


def verified(
    wanted: str | None = None, newest: int | None = None, now: datetime | None = None
) -> VerifyResult:
    """Return the result of `verify`. Requires an open unit of work."""
    before, links = sealing.chain(newest)
    found = _follow(before, links, wanted)
    return replace(found, **_flaw(found, now))


def anchor(studio: Studio) -> str:
    """Return the current anchor, as the worker logs it: ``LINES:SEAL``."""
    with studio.store.reading():
        return f"{sealing.count_seals()}:{sealing.last_hash()}"


def seal_rest(studio: Studio) -> int:
    """Seal the lines that a crashed program left unsealed, and record it; returns their number.

    Returns 0 on SQLite, where a line and its seal are written in one transaction.
    """
    if studio.store.is_sqlite:
        return 0
    with studio.store.reading():
        first, count = sealing.first_unsealed(studio.now() - _SEAL_DELAY), sealing.count_unsealed()
    if first is None:
        return 0
    sealed = studio.store.seal_rest()
    if sealed:
        with studio.store.writing():
            subject = f"{count} lines, from line {first} on"
            write_activity(None, studio.now(), Verb.SEAL_LATE, subject)
    return sealed


def _flaw(found: VerifyResult, now: datetime | None) -> dict[str, Any]:
    kept = sealing.anchor()
    if not found.of and not sealing.last_line():
        missing = kept.lines if kept else 0
        if missing or users.any_user():
            return {
                "flaw": ActivityFlaw.CUT_OFF if missing else ActivityFlaw.UNFOUNDED,
                "missing": missing,
            }
        return {}
    if kept is None or kept.lines != found.of or kept.hash != found.head:
        missing = max((kept.lines if kept else 0) - found.of, 0)
        return {"flaw": ActivityFlaw.CUT_OFF, "missing": missing}
    if first_action() != Verb.SET_UP and users.any_user():
        return {"flaw": ActivityFlaw.UNFOUNDED}
    if (act := _mismatched_erasing()) is not None:
        return {"flaw": ActivityFlaw.EMPTIED, "flaw_at": act}
    return _unsealed(kept.last_id, now)


def _unsealed(last_sealed: int, now: datetime | None) -> dict[str, Any]:
    first = sealing.first_unsealed()
    if first is None or (
        first > last_sealed and sealing.seals_after_commit() and _may_be_sealed_soon(now)
    ):
        return {}
    return {"flaw": ActivityFlaw.UNSEALED, "flaw_at": first}


def _mismatched_erasing() -> int | None:
    """Return the first act of erasing that does not match the lines emptied by it, or None."""
    for act, told in emptying.acts().items():
        line = activity_line(act)
        if line is None or line.action != Verb.ERASE or (line.after or {}).get("emptied") != told:
            return act
    return None


def _may_be_sealed_soon(now: datetime | None) -> bool:
    """Return whether all unsealed lines are so new that their seals may still be written.

    On PostgreSQL a line is sealed shortly after it is written.
    """
    return now is not None and sealing.first_unsealed(now - _SEAL_DELAY) is None


def _follow(before: str, links: Iterable[Link], wanted: str | None) -> VerifyResult:
    lines, broken = 0, None
    kept_at = 0 if wanted == before else None
    for link in links:
        if link.digest is None or seal(before, link.digest) != link.hash:
            broken = ChainBreak(link.activity_id, activity_line(link.activity_id))
            break
        lines, before = lines + 1, link.hash
        if wanted == before:
            kept_at = lines
    of, unsealed = sealing.count_seals(), sealing.count_unsealed()
    return VerifyResult(lines, of, sealing.last_hash(), unsealed, broken, kept_at=kept_at)


def _anchor_of(text: str) -> tuple[int | None, str]:
    """Return the number of lines of an anchor, or None if it is only a seal; and its seal."""
    lines, colon, seal = text.strip().rpartition(":")
    if colon and not lines.isdecimal():
        raise Refused("An anchor is LINES:SEAL, as “activity verify --print-anchor” prints it.")
    return int(lines) if colon else None, _seal_of(seal)


def _seal_of(text: str) -> str:
    found = text.strip().lower()
    if len(found) != len(FIRST) or set(found) - set("0123456789abcdef"):
        raise Refused(f"A seal is {len(FIRST)} hexadecimal digits, as “activity verify” prints it.")
    return found
