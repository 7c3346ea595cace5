"""Whether the activity is as it was written (A3).

Somebody who can write to the database can also write the whole chain anew, or take away its end and
what tells of it: only an anchor that was kept elsewhere shows that.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from time import sleep
from typing import Any

from studio_tui.domain.activity.sealing import FIRST, seal
from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.shared.errors import Refused
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity import emptying, sealing
from studio_tui.storage.activity.activity import (
    ActivityLine,
    activity_line,
    founding_action,
    write_activity,
)
from studio_tui.storage.activity.sealing import Link
from studio_tui.storage.people import users

"""What the first line of every Studio says was done."""
_ABOUT_TO_SEAL = 1.0
"""Seconds to wait before a line without a seal is looked for once more."""
_SETTLING = timedelta(minutes=5)
"""For so long a line of PostgreSQL may be without its seal: whoever wrote it may still be at it."""


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain breaks: this line, or what stood before it, is not as it was written."""

    activity_id: int
    line: ActivityLine | None
    """The line as it is now; None where it is gone."""


class Flaw(Enum):
    """What is wrong though the chain holds."""

    UNSEALED = "unsealed"
    """A line has no seal: its seal was taken away, or it was written past the Studio."""
    CUT_OFF = "cut off"
    """Lines or seals were taken away from the end."""
    EMPTIED = "emptied"
    """Lines were emptied, and no act of erasing tells of them as they are told of."""
    UNFOUNDED = "unfounded"
    """The first line, that the Studio was set up, is not there."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What looking at the chain found."""

    lines: int
    """How many lines are as they were written, up to a break where there is one."""
    of: int
    """How many lines are sealed."""
    head: str
    """The newest seal, to be kept elsewhere."""
    unsealed: int
    """How many lines are not sealed yet."""
    broken: Break | None = None
    flaw: Flaw | None = None
    flaw_at: int | None = None
    """The line that it is about, where it is about one."""
    missing: int = 0
    """How many lines were taken away from the end, at least."""
    kept_at: int | None = None
    """How many lines the seal covers that was kept; None where none was given, or it is not in
    the chain."""

    @property
    def intact(self) -> bool:
        """Whether all is as it was written, as far as the database alone can tell."""
        return self.broken is None and self.flaw is None

    @property
    def anchor(self) -> str:
        """What to keep elsewhere: ``LINES:SEAL``."""
        return f"{self.of}:{self.head}"


def verify(
    studio: Studio, actor: Actor, *, kept: str | None = None, newest: int | None = None
) -> Verified:
    """Compute the chain again, whole or its ``newest`` lines, and look for the seal ``kept``.

    Raises `Refused` where ``kept`` is no seal.
    """
    require(actor, Action.VERIFY_ACTIVITY)
    lines, wanted = _anchor_of(kept) if kept is not None else (None, None)
    with studio.store.reading():
        found = verified(wanted, newest, studio.now())
    if found.flaw is Flaw.UNSEALED and not studio.store.is_sqlite:
        # Whoever wrote it may be about to seal it.
        sleep(_ABOUT_TO_SEAL)
        with studio.store.reading():
            found = verified(wanted, newest, studio.now())
    if lines is not None and found.kept_at != lines:
        return replace(found, kept_at=None)
    return found


def verified(
    wanted: str | None = None, newest: int | None = None, now: datetime | None = None
) -> Verified:
    """What `verify` finds, inside of a unit of work."""
    before, links = sealing.chain(newest)
    found = _follow(before, links, wanted)
    return replace(found, **_flaw(found, now))


def anchor(studio: Studio) -> str:
    """How many lines are sealed, and the newest seal, as the worker logs it: ``LINES:SEAL``."""
    with studio.store.reading():
        return f"{sealing.count_seals()}:{sealing.last_hash()}"


def seal_rest(studio: Studio) -> int:
    """Seal what a program that died has left unsealed, and write down which lines; returns how
    many. On SQLite a line comes with its seal or not at all: there is nothing to seal."""
    if studio.store.is_sqlite:
        return 0
    with studio.store.reading():
        first, count = sealing.first_unsealed(studio.now() - _SETTLING), sealing.count_unsealed()
    if first is None:
        return 0
    sealed = studio.store.seal_rest()
    if sealed:
        with studio.store.writing():
            subject = f"{count} lines, from line {first} on"
            write_activity(None, studio.now(), Verb.SEAL_LATE, subject)
    return sealed


def _flaw(found: Verified, now: datetime | None) -> dict[str, Any]:
    kept = sealing.anchor()
    if not found.of and not sealing.last_line():
        missing = kept.lines if kept else 0
        if missing or users.any_user():
            return {"flaw": Flaw.CUT_OFF if missing else Flaw.UNFOUNDED, "missing": missing}
        return {}
    if kept is None or kept.lines != found.of or kept.hash != found.head:
        missing = max((kept.lines if kept else 0) - found.of, 0)
        return {"flaw": Flaw.CUT_OFF, "missing": missing}
    if founding_action() != Verb.SET_UP and users.any_user():
        return {"flaw": Flaw.UNFOUNDED}
    if (act := _emptied_otherwise()) is not None:
        return {"flaw": Flaw.EMPTIED, "flaw_at": act}
    return _unsealed(kept.last_id, now)


def _unsealed(last_sealed: int, now: datetime | None) -> dict[str, Any]:
    first = sealing.first_unsealed()
    if first is None or (first > last_sealed and sealing.is_after_the_act() and _is_settling(now)):
        return {}
    return {"flaw": Flaw.UNSEALED, "flaw_at": first}


def _emptied_otherwise() -> int | None:
    """The act by which lines are said to be emptied, where it tells otherwise of them."""
    for act, told in emptying.acts().items():
        line = activity_line(act)
        if line is None or line.action != Verb.ERASE or (line.after or {}).get("emptied") != told:
            return act
    return None


def _is_settling(now: datetime | None) -> bool:
    """Whether all lines without a seal are so new that their seals may be to come: on PostgreSQL
    they come right after the line."""
    return now is not None and sealing.first_unsealed(now - _SETTLING) is None


def _follow(before: str, links: Iterable[Link], wanted: str | None) -> Verified:
    lines, broken = 0, None
    kept_at = 0 if wanted == before else None
    for link in links:
        if link.digest is None or seal(before, link.digest) != link.hash:
            broken = Break(link.activity_id, activity_line(link.activity_id))
            break
        lines, before = lines + 1, link.hash
        if wanted == before:
            kept_at = lines
    of, unsealed = sealing.count_seals(), sealing.count_unsealed()
    return Verified(lines, of, sealing.last_hash(), unsealed, broken, kept_at=kept_at)


def _anchor_of(text: str) -> tuple[int | None, str]:
    """How many lines an anchor covers, None where only its seal was kept; and the seal."""
    lines, colon, seal = text.strip().rpartition(":")
    if colon and not lines.isdecimal():
        raise Refused("An anchor is LINES:SEAL, as “activity verify --print-anchor” prints it.")
    return int(lines) if colon else None, _seal_of(seal)


def _seal_of(text: str) -> str:
    found = text.strip().lower()
    if len(found) != len(FIRST) or set(found) - set("0123456789abcdef"):
        raise Refused(f"A seal is {len(FIRST)} hexadecimal digits, as “activity verify” prints it.")
    return found
