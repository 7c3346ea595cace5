"""The rest of a path as one types it."""

import asyncio
import os
from pathlib import Path

from textual.suggester import Suggester

_MOST = 10_000
"""So many entries of a folder are looked at."""


class PathSuggester(Suggester):
    """Completes a folder or a file, the first in order of name; folders end with a slash."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """The whole path that ``value`` may become."""
        return await asyncio.to_thread(complete, value) if value else None


def complete(value: str) -> str | None:
    """The first path that begins as ``value`` does, None where there is none."""
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
