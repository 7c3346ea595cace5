"""The highest generation of each database that the workers of this account have seen.

A database with a lower generation was restored from an older copy.
"""

import json
from contextlib import suppress
from pathlib import Path

from studio_tui.config.private_files import replace_file
from studio_tui.config.settings import state_path

_MOST_BYTES = 1_000_000


def generation_of(database: str) -> int:
    """Return the highest generation seen of a database, given its identity; 0 if none."""
    found = _all().get(database)
    return found if isinstance(found, int) else 0


def record_generation(database: str, generation: int) -> None:
    """Record that a database was seen in this generation.

    Does nothing if the file is not writable.
    """
    if generation <= generation_of(database):
        return
    with suppress(OSError):
        replace_file(_file(), json.dumps(_all() | {database: generation}))


def _all() -> dict[str, object]:
    with suppress(OSError, ValueError), _file().open(encoding="utf-8") as file:
        found = json.loads(file.read(_MOST_BYTES))
        if isinstance(found, dict):
            return found
    return {}


def _file() -> Path:
    return state_path() / "mail-generations"
