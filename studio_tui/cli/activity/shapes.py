"""The JSON of the activity: part of the contract in ``docs/commands.md``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_tui.cli.shared.contract import Shape
from studio_tui.cli.shared.times import iso

if TYPE_CHECKING:
    from studio_tui.services.activity.activity import ActivityLine
    from studio_tui.services.activity.verify import VerifyResult
    from studio_tui.services.system.context import Studio


def activity(studio: Studio, of: ActivityLine) -> Shape:
    """Return the JSON of a line of activity (A3)."""
    return {
        "id": of.id,
        "at": iso(studio, of.at),
        "actor": of.actor,
        "actor_name": of.actor_name,
        "origin": of.origin or None,
        "action": of.action,
        "subject": of.subject,
        "users": of.users,
        "before": of.before,
        "after": of.after,
        "emptied": {"at": iso(studio, of.emptied[0]), "by": of.emptied[1]} if of.emptied else None,
    }


def verified(of: VerifyResult, against: str | None) -> Shape:
    """Return the JSON of verifying the chain of seals (A3).

    ``against`` is the seal or anchor to verify against, or None.
    """
    return {
        "intact": of.intact and (against is None or of.kept_at is not None),
        "sealed": of.of,
        "as_written": of.lines,
        "not_sealed": of.unsealed,
        "newest_seal": of.head,
        "breaks_at": of.broken.activity_id if of.broken else None,
        "against_at": of.kept_at,
        "anchor": of.anchor,
        "flaw": of.flaw.value if of.flaw else None,
        "flaw_at": of.flaw_at,
        "missing": of.missing,
    }
