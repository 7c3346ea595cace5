"""Which database files held a Studio of this account: where such a file is gone, none is made in
its place unasked."""

import os
from contextlib import suppress
from pathlib import Path

from studio_tui.config.private import make_folder
from studio_tui.config.settings import state_path

_MOST_BYTES = 1_000_000


def remember_database(path: Path) -> None:
    """Keep that a Studio is in this file, if that can be kept."""
    if was_database(path):
        return
    with suppress(OSError):
        make_folder(_list().parent)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        handle = os.open(_list(), flags, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8", errors="surrogateescape") as file:
            file.write(f"{path.absolute()}\n")


def was_database(path: Path) -> bool:
    """Whether a Studio was in this file when it was opened last."""
    with suppress(OSError), _list().open(encoding="utf-8", errors="surrogateescape") as file:
        return str(path.absolute()) in file.read(_MOST_BYTES).splitlines()
    return False


def _list() -> Path:
    return state_path() / "databases"
