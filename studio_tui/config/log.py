"""The private log of unexpected errors: stack traces without secrets (N11)."""

import os
import re
import traceback
from datetime import UTC, datetime
from pathlib import Path

from studio_tui.config.private_files import make_folder
from studio_tui.domain.shared.text import clean_text

_CREDENTIALS = re.compile(r"(//)\S+@|(password=)[^&\s'\"]+", re.IGNORECASE)
"""Credentials in a URL: the text before its last @, and passwords in its query."""
_MOST = 1_000_000


def log_path() -> Path:
    """Return the path of the log of unexpected errors."""
    # Import the settings only when an error is logged, to save start-up time.
    from studio_tui.config.settings import state_path

    return state_path() / "studio-tui.log"


def log_error(error: BaseException) -> Path:
    """Append ``error`` and its stack trace to the log, readable only by its owner; return its path.

    If the log cannot be written, the path is returned all the same, because a failing log must not
    raise a second error.
    """
    path = log_path()
    # The log is read in a terminal, so remove escape sequences that users typed (A5).
    stack = clean_text("".join(traceback.format_exception(error)))
    entry = f"{datetime.now(UTC).isoformat(timespec='seconds')}\n{_redacted(stack)}\n"
    try:
        make_folder(path.parent)
        _append(path, entry)
    except OSError:
        return path
    return path


def _redacted(stack: str) -> str:
    return _CREDENTIALS.sub(lambda found: f"{found[1]}…@" if found[1] else f"{found[2]}…", stack)


def _append(path: Path, entry: str) -> None:
    start_over = path.exists() and path.stat().st_size > _MOST
    # O_NOFOLLOW: a symbolic link in place of the log must not redirect the writes.
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | (os.O_TRUNC if start_over else os.O_APPEND)
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(entry)
