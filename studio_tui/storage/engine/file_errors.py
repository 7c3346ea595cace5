"""Messages for errors of a SQLite file.

Does not import Peewee, which would slow down the start of `key_lookup`.
"""

import os
import re
from pathlib import Path

from studio_tui.domain.shared.errors import Busy, Unavailable

BUSY = "another program has been writing to it for too long; try again"
FULL = "The disk of the database is full; nothing was changed. Make room and try again"
DAMAGED = "the file is damaged; restore a backup with “studio-tui db restore FILE”"
_READ_ONLY = (
    "it cannot be written: its file system is mounted read-only. Mount it for writing "
    "(“mount -o remount,rw”), and try again"
)
_NO_DATABASE = (
    "it is not a database of the Studio, or is damaged; check the setting database.url, or "
    "restore a backup with “studio-tui db restore FILE”"
)
_GONE = "there is no such file; check the setting database.url, or run “studio-tui doctor”"
_OF_THE_DISK = ("readonly", "unable to open", "I/O error")
"""SQLite messages whose cause may be a full or read-only disk."""
_CHECK_URL = "check the setting database.url"
_LAST_BYTES = 65_536
_REASONS = {
    "interrupted": "what was asked of it is no longer wanted",
    "locked": BUSY,
    "readonly": "it cannot be written; check the permissions of the file and its folder",
    "not a database": _NO_DATABASE,
    "malformed": DAMAGED,
    "full": FULL,
    "unable to open": "it cannot be opened; check that its folder exists and is yours",
    "I/O error": "its disk does not read or write; see what the system says of it (“dmesg”), and "
    "try again",
}


def translate_file_error(words: str, name: str) -> Unavailable:
    """Return the error to raise if SQLite reports ``words`` for the file ``name``."""
    return unavailable(name, _reason(words, Path(name)))


def is_disk_error(words: str) -> bool:
    """Return whether SQLite's message is about the disk, not about the content of the file."""
    return any(sign in words for sign in (*_OF_THE_DISK, "full"))


def damage_reason(found: str) -> str:
    """Return the reason to display for a file in which SQLite ``found`` damage."""
    return _NO_DATABASE if "not a database" in found else DAMAGED


def unavailable(name: str, reason: str) -> Unavailable:
    """Return the error with ``reason`` for the database ``name``, of either engine."""
    if reason == FULL:
        # The instruction precedes the path, which may be longer than the screen is wide.
        return Unavailable(f"{FULL} ({name}).")
    return (Busy if reason == BUSY else Unavailable)(f"The database {name}: {reason}.")


def first_line(words: str) -> str:
    """Return the first line of a database message, without the severity prefix."""
    first = words.strip().partition("\n")[0].rpartition("FATAL:")[2]
    return re.sub(r"\s+", " ", first).strip(" .") or "it says nothing"


def _reason(words: str, path: Path) -> str:
    if any(sign in words for sign in _OF_THE_DISK) and (found := _of_disk(path)):
        return found
    if "no such table" in words:
        return f"there is no Studio in it, or a part of one ({first_line(words)}); {_CHECK_URL}"
    return next((reason for sign, reason in _REASONS.items() if sign in words), first_line(words))


def _of_disk(path: Path) -> str:
    """Return the reason if the disk is full or read-only, or the file is missing; else empty."""
    try:
        disk = os.statvfs(path.parent)
        if not path.exists():
            return _GONE
    except OSError:
        return ""
    if disk.f_flag & os.ST_RDONLY:
        return _READ_ONLY
    return FULL if disk.f_bavail * disk.f_frsize < _LAST_BYTES else ""
