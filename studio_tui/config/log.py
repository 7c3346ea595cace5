"""The private log of what went wrong by a fault of the program: stacks, never secrets (N11)."""

import os
import re
import traceback
from datetime import UTC, datetime
from pathlib import Path

from studio_tui.config.private import make_folder
from studio_tui.domain.shared.text import clean_text

_CREDENTIALS = re.compile(r"(//)\S+@|(password=)[^&\s'\"]+", re.IGNORECASE)
"""What a URL may hold of a login: all that stands before its last @, and in its query."""
_MOST = 1_000_000


def log_path() -> Path:
    """Where unexpected errors are written down."""
    # Who has nothing to write does not wait for what reads settings.
    from studio_tui.config.settings import state_path

    return state_path() / "studio-tui.log"


def log_error(error: BaseException) -> Path:
    """Append ``error`` and its stack to the log, readable by its owner alone; return its path.

    A log that cannot be written is no reason to fail as well. Its path is returned all the same.
    """
    path = log_path()
    # Who reads it does so on a terminal: what people typed must not be obeyed there (A5).
    stack = clean_text("".join(traceback.format_exception(error)))
    entry = f"{datetime.now(UTC).isoformat(timespec='seconds')}\n{_hidden(stack)}\n"
    try:
        make_folder(path.parent)
        _append(path, entry)
    except OSError:
        return path
    return path


def _hidden(stack: str) -> str:
    return _CREDENTIALS.sub(lambda found: f"{found[1]}…@" if found[1] else f"{found[2]}…", stack)


def _append(path: Path, entry: str) -> None:
    start_over = path.exists() and path.stat().st_size > _MOST
    # A link in its place would make us write into what it leads to.
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | (os.O_TRUNC if start_over else os.O_APPEND)
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(entry)
