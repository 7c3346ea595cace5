"""The hash chain of the activity (A3), in a format that anybody can recompute.

Every line has a digest, and a seal that covers this digest and the previous seal. Editing, deleting
or inserting a line therefore breaks the chain from that line on. ``docs/activity.md`` specifies the
format for independent verifiers.
"""

import json
from collections.abc import Iterable
from hashlib import sha256

from studio_tui.domain.shared.dataclass import dataclass

FIRST = "0" * 64
"""Value used as the previous seal of the first line."""


@dataclass(frozen=True, slots=True)
class SealedLine:
    """A line of activity as it is stored, with its fields in the order in which they are hashed."""

    id: int
    at: str
    """Instant in UTC, in microseconds: ``2026-03-02T09:00:00.000000Z``."""
    actor_id: int | None
    actor_login: str
    action: str
    push_id: int | None
    subject: str
    before: str | None
    after: str | None
    origin: str | None = None
    """Origin of the actor; None for lines that are older than this column."""


def digest(line: SealedLine, users: Iterable[int]) -> str:
    """Return the digest of a line and of the ``users`` it is about, ids in ascending order."""
    told = [getattr(line, name) for name in SealedLine.__slots__]
    if line.origin is None:
        # Lines without an origin were hashed without this field.
        told.pop()
    found = sha256(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode())
    found.update(b"\n" + ",".join(map(str, users)).encode())
    return found.hexdigest()


def seal(previous: str, line_digest: str) -> str:
    """Return the seal of a line that follows the seal ``previous``."""
    return sha256(f"{previous}\n{line_digest}".encode()).hexdigest()
