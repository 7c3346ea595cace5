"""The hash chain over the activity (A3), in a form that anybody can compute again.

Every line has a digest of its own, and a seal that covers this digest and the seal before it: what
is edited, taken out or put in between is seen from there on. ``docs/activity.md`` says it for those
who check it with a program of their own.
"""

import json
from collections.abc import Iterable
from hashlib import sha256

from studio_tui.domain.shared.dataclass import dataclass

FIRST = "0" * 64
"""What stands for the seal before the first."""


@dataclass(frozen=True, slots=True)
class SealedLine:
    """A line of activity as it is stored, in the order in which it is hashed."""

    id: int
    at: str
    """UTC, in microseconds: ``2026-03-02T09:00:00.000000Z``."""
    actor_id: int | None
    actor_login: str
    action: str
    push_id: int | None
    subject: str
    before: str | None
    after: str | None
    origin: str | None = None
    """From where the actor came; lines older than this column have none."""


def digest(line: SealedLine, users: Iterable[int]) -> str:
    """The digest of a line and of whom it is about: the ids of users, in ascending order."""
    told = [getattr(line, name) for name in SealedLine.__slots__]
    if line.origin is None:
        # What was sealed before there was an origin stays as it was sealed.
        told.pop()
    found = sha256(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode())
    found.update(b"\n" + ",".join(map(str, users)).encode())
    return found.hexdigest()


def seal(previous: str, line_digest: str) -> str:
    """The seal of a line, after the seal ``previous``."""
    return sha256(f"{previous}\n{line_digest}".encode()).hexdigest()
