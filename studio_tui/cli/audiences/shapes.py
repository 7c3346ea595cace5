"""The shapes of the JSON about audiences: part of the contract in ``docs/commands.md``."""

from typing import Any

from studio_tui.services.audiences.explaining import Reason


def why(of: Reason) -> dict[str, Any]:
    """Why somebody is in an audience, or is not."""
    return {"matches": of.holds, "tree": _tree(of)}


def _tree(of: Reason) -> dict[str, Any]:
    kind = "op" if of.parts else "condition"
    return {
        kind: of.text,
        "holds": of.holds,
        "found": of.found or None,
        "parts": [_tree(part) for part in of.parts],
    }
