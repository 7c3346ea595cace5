"""The database files in which this account has opened a Studio.

If such a file is deleted, the Studio does not create a new one in its place without asking.
"""

from contextlib import suppress
from pathlib import Path

from studio_tui.config.private_files import replace_file
from studio_tui.config.settings import state_path

_MOST_BYTES = 1_000_000
_ERRORS = "surrogateescape"
"""Names of files are any bytes."""


def record_database(path: Path) -> None:
    """Record that this file holds a Studio. Does nothing if the list is not writable."""
    with suppress(OSError):
        known = _known()
        if (name := str(path.absolute())) not in known:
            replace_file(_list(), "".join(f"{each}\n" for each in [*known, name]), _ERRORS)


def is_recorded_database(path: Path) -> bool:
    """Return whether this file is recorded as one that held a Studio."""
    with suppress(OSError):
        return str(path.absolute()) in _known()
    return False


def _known() -> list[str]:
    """Return the recorded files. Raises OSError if the list exists and cannot be read."""
    try:
        with _list().open(encoding="utf-8", errors=_ERRORS) as file:
            return file.read(_MOST_BYTES).split("\n")[:-1]
    except FileNotFoundError:
        return []


def _list() -> Path:
    return state_path() / "databases"
