"""Completion of file paths in an input."""

import asyncio
import os
from pathlib import Path

from textual.suggester import Suggester

_MOST = 10_000
"""Maximum number of directory entries that are read."""


class PathSuggester(Suggester):
    """Suggests the first matching directory or file by name; directories end in a slash."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """Return the completed path for ``value``; None if there is none."""
        return await asyncio.to_thread(complete, value) if value else None


def complete(value: str) -> str | None:
    """Return the first path that starts with ``value``; None if there is none."""
    begun = value.rpartition("/")[2]
    shown = value.removesuffix(begun)
    try:
        with os.scandir(Path(shown or ".").expanduser()) as entries:
            found = [entry for entry, _ in zip(entries, range(_MOST), strict=False)]
            names = sorted(
                entry.name + ("/" if entry.is_dir() else "")
                for entry in found
                if entry.name.startswith(begun) and _typable(entry.name, begun)
            )
    except (OSError, RuntimeError, ValueError):
        return None
    return shown + names[0] if names else None


def _typable(name: str, begun: str) -> bool:
    hidden = name.startswith(".") and not begun
    return name.isprintable() and not hidden
