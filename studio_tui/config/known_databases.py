"""The database files in which this account has opened a Studio.

If such a file is deleted, the Studio does not create a new one in its place without asking.
"""

import os
from contextlib import suppress
from pathlib import Path

from studio_tui.config.private_files import make_folder
from studio_tui.config.settings import state_path

_MOST_BYTES = 1_000_000


def record_database(path: Path) -> None:
    """Record that this file holds a Studio. Does nothing if the list is not writable."""
    if is_recorded_database(path):
        return
    with suppress(OSError):
        make_folder(_list().parent)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        handle = os.open(_list(), flags, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8", errors="surrogateescape") as file:
            file.write(f"{path.absolute()}\n")


def is_recorded_database(path: Path) -> bool:
    """Return whether this file is recorded as one that held a Studio."""
    with suppress(OSError), _list().open(encoding="utf-8", errors="surrogateescape") as file:
        return str(path.absolute()) in file.read(_MOST_BYTES).splitlines()
    return False


def _list() -> Path:
    return state_path() / "databases"
