"""The last file of an unattended import, and its content while it waits (U10).

The table has at most one row: a newer file replaces the one before.
"""

import zlib
from datetime import datetime
from typing import Any

from studio_tui.domain.people.unattended import FileOutcome, LastFile
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.storage.engine.tables import UnattendedImport

_I: Any = UnattendedImport
_COLUMNS = (
    _I.name, _I.digest, _I.fate, _I.at, _I.by, _I.why, _I.people, _I.planned, _I.holds_until,
)  # fmt: skip
_EMPTY = b""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """The content of a file with the options needed to read it again."""

    data: bytes
    options: str
    """The import options, as JSON."""


def last_file() -> LastFile | None:
    """Return the last file without its content; None if there is none."""
    for name, digest, fate, at, by, why, people, planned, until in _I.select(*_COLUMNS).tuples():
        return LastFile(name, digest, FileOutcome(fate), at, by, why, people, bytes(planned), until)
    return None


def content() -> StoredFile:
    """Return the content of the file that waits."""
    data, options = next(iter(_I.select(_I.content, _I.options).tuples()))
    return StoredFile(zlib.decompress(bytes(data)), options)


def store(file: LastFile, kept: StoredFile | None) -> None:
    """Replace the last file. ``kept`` is its content if it waits."""
    _I.delete().execute()
    _I.insert(
        name=file.name,
        digest=file.digest,
        fate=file.fate,
        at=file.at,
        by=file.by,
        why=file.why,
        people=file.people,
        planned=file.planned,
        holds_until=file.holds_until,
        content=zlib.compress(kept.data) if kept else _EMPTY,
        options=kept.options if kept else "",
    ).execute()


def plan_again(people: int, planned: bytes) -> None:
    """Store a new dry run for the file that waits."""
    _I.update(people=people, planned=planned).execute()


def decide(fate: FileOutcome, at: datetime) -> None:
    """Record that the waiting file was imported or discarded, and delete its content."""
    _I.update(fate=fate, at=at, content=_EMPTY, planned=_EMPTY, people=0, why="").execute()
