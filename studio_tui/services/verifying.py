"""Whether the activity is as it was written (A3).

Somebody who can write to the database can also write the whole chain anew, or take away its end:
only a seal that was kept elsewhere shows that.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from studio_tui.domain.access import Action, Actor, require
from studio_tui.domain.errors import Refused
from studio_tui.domain.sealing import FIRST, seal
from studio_tui.services.context import Studio
from studio_tui.storage import sealing
from studio_tui.storage.activity import ActivityLine, activity_line
from studio_tui.storage.sealing import Link


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain breaks: this line, or what stood before it, is not as it was written."""

    activity_id: int
    line: ActivityLine | None
    """The line as it is now; None where it is gone."""


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
    kept_at: int | None = None
    """How many lines the seal covers that was kept; None where none was given, or it is not in
    the chain."""


def verify(
    studio: Studio, actor: Actor, *, kept: str | None = None, newest: int | None = None
) -> Verified:
    """Compute the chain again, whole or its ``newest`` lines, and look for the seal ``kept``.

    Raises `Refused` where ``kept`` is no seal.
    """
    require(actor, Action.READ_ACTIVITY)
    wanted = _seal_of(kept) if kept is not None else None
    with studio.store.reading():
        return verified(wanted, newest)


def verified(wanted: str | None = None, newest: int | None = None) -> Verified:
    """What `verify` finds, inside of a unit of work."""
    before, links = sealing.chain(newest)
    return _follow(before, links, wanted)


def seal_rest(studio: Studio) -> int:
    """Seal every line that has no seal; returns how many. The program does it by itself."""
    return studio.store.seal_rest()


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
    return Verified(lines, of, sealing.last_hash(), unsealed, broken, kept_at)


def _seal_of(text: str) -> str:
    found = text.strip().lower()
    if len(found) != len(FIRST) or set(found) - set("0123456789abcdef"):
        raise Refused(f"A seal is {len(FIRST)} hexadecimal digits, as “activity verify” prints it.")
    return found
