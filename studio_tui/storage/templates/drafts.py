"""What people are writing and have not saved (A4): theirs alone, one of each subject."""

from dataclasses import dataclass
from datetime import datetime

from studio_tui.storage.engine.sql import execute, known_instant, rows


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """A row of the table of drafts; ``content`` is JSON."""

    base_version: int
    content: str
    written_at: datetime


def draft(user_id: int, subject: str) -> StoredDraft | None:
    """What a user left of ``subject``, None where there is nothing."""
    found = rows(
        "SELECT base_version, content, written_at FROM draft WHERE user_id = ? AND subject = ?",
        user_id,
        subject,
    )
    return StoredDraft(found[0][0], found[0][1], known_instant(found[0][2])) if found else None


def write_draft(user_id: int, subject: str, base_version: int, content: str, at: datetime) -> None:
    """Keep this, in the place of what the user had of ``subject``."""
    execute(
        "INSERT INTO draft (user_id, subject, base_version, content, written_at) "
        "VALUES (?, ?, ?, ?, ?) ON CONFLICT (user_id, subject) DO UPDATE SET "
        "base_version = excluded.base_version, content = excluded.content, "
        "written_at = excluded.written_at",
        user_id,
        subject,
        base_version,
        content,
        at,
    )


def delete_draft(user_id: int, subject: str) -> None:
    """Forget what a user had of ``subject``."""
    execute("DELETE FROM draft WHERE user_id = ? AND subject = ?", user_id, subject)


def delete_drafts(subject: str) -> None:
    """Forget what anybody had of ``subject``, which is no more."""
    execute("DELETE FROM draft WHERE subject = ?", subject)
