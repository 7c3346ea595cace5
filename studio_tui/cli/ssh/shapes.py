"""The JSON of an SSH key: part of the contract in ``docs/commands.md``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_tui.cli.shared.contract import Shape
from studio_tui.cli.shared.times import iso
from studio_tui.domain.people.ssh_keys import UserKey

if TYPE_CHECKING:
    from studio_tui.services.system.context import Studio


def user_key(studio: Studio, of: UserKey) -> Shape:
    """Return the JSON of a user's SSH key (A1)."""
    return {
        "login": of.login,
        "name": of.name,
        "active": of.active,
        "fingerprint": of.fingerprint,
        "kind": of.kind,
        "comment": of.comment,
        "added_at": iso(studio, of.added_at),
    }
