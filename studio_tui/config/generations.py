"""How far workers of this account have seen each database come: where one is found to be less far,
an older copy of it was brought back."""

import json
from contextlib import suppress
from pathlib import Path

from studio_tui.config.private import replace_file
from studio_tui.config.settings import state_path

_MOST_BYTES = 1_000_000


def generation_of(database: str) -> int:
    """The highest generation that was seen of a database, by what it is known by; 0 for none."""
    found = _all().get(database)
    return found if isinstance(found, int) else 0


def remember_generation(database: str, generation: int) -> None:
    """Keep that a database was seen in this generation, if that can be kept."""
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
