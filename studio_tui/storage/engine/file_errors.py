"""What SQLite says of its file, in words. Without Peewee: `key_lookup` has no time for it."""

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
"""What SQLite says where the disk is full or mounted read-only, among other reasons."""
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


def in_words(words: str, name: str) -> Unavailable:
    """What to tell who used the file ``name``, of which SQLite says ``words``."""
    return unavailable(name, _reason(words, Path(name)))


def is_of_disk(words: str) -> bool:
    """Whether it is the disk that SQLite speaks of, and not what is in the file."""
    return any(sign in words for sign in (*_OF_THE_DISK, "full"))


def of_damage(found: str) -> str:
    """What to say of a file in which SQLite has ``found`` damage."""
    return _NO_DATABASE if "not a database" in found else DAMAGED


def unavailable(name: str, reason: str) -> Unavailable:
    """The sentence for the database ``name``, of either engine."""
    if reason == FULL:
        # What to do stands before a path that may be longer than the screen is wide.
        return Unavailable(f"{FULL} ({name}).")
    return (Busy if reason == BUSY else Unavailable)(f"The database {name}: {reason}.")


def plain(words: str) -> str:
    """The first line of what a database says, without what every line begins with."""
    first = words.strip().partition("\n")[0].rpartition("FATAL:")[2]
    return re.sub(r"\s+", " ", first).strip(" .") or "it says nothing"


def _reason(words: str, path: Path) -> str:
    if any(sign in words for sign in _OF_THE_DISK) and (found := _of_disk(path)):
        return found
    if "no such table" in words:
        return f"there is no Studio in it, or a part of one ({plain(words)}); {_CHECK_URL}"
    return next((reason for sign, reason in _REASONS.items() if sign in words), plain(words))


def _of_disk(path: Path) -> str:
    """What is to be said of the disk, or of a file that is not there; empty where all is well."""
    try:
        disk = os.statvfs(path.parent)
        if not path.exists():
            return _GONE
    except OSError:
        return ""
    if disk.f_flag & os.ST_RDONLY:
        return _READ_ONLY
    return FULL if disk.f_bavail * disk.f_frsize < _LAST_BYTES else ""
