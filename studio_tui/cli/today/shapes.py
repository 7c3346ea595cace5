"""The JSON of a line of Today: part of the contract in ``docs/commands.md``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_tui.cli.shared.contract import Shape
from studio_tui.cli.shared.times import iso
from studio_tui.domain.today.today import Case

if TYPE_CHECKING:
    from studio_tui.services.system.context import Studio


def case(studio: Studio, of: Case) -> Shape:
    """Return the JSON of a line of Today (S1)."""
    return {
        "kind": of.kind,
        "count": of.count,
        "push": of.push or None,
        "user": of.user or None,
        "text": of.text,
        "since": iso(studio, of.since),
    }
