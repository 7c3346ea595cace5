"""How far workers of this account have seen each database come: where one is found to be less far,
an older copy of it was brought back."""

import json
import os
from contextlib import suppress
from pathlib import Path

from studio_tui.config.private import make_folder
from studio_tui.config.settings import state_path

_MOST_BYTES = 1_000_000


def generation_of(database: str) -> int:
    """The highest generation that was seen of a database, by what it is known by; 0 for none."""
    found = _all().get(database)
    return found if isinstance(found, int) else 0


def remember_generation(database: str, generation: int) -> None:
    """Keep that a database was seen in this generation, if that can be kept."""
    known = _all()
    if generation <= generation_of(database):
        return
    path, fresh = _file(), _file().with_name(f".mail-generations.{os.getpid()}")
    with suppress(OSError):
        make_folder(path.parent)
        fresh.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(fresh, flags, 0o600), "w", encoding="utf-8") as file:
            json.dump(known | {database: generation}, file)
        fresh.replace(path)


def _all() -> dict[str, object]:
    with suppress(OSError, ValueError), _file().open(encoding="utf-8") as file:
        found = json.loads(file.read(_MOST_BYTES))
        if isinstance(found, dict):
            return found
    return {}


def _file() -> Path:
    return state_path() / "mail-generations"
