"""Unsaved edits (A4): visible to their author alone, one for each subject."""

from datetime import datetime
from typing import Any

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.storage.engine.tables import DraftTable

_D: Any = DraftTable


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """A row of the table of drafts; ``content`` is JSON."""

    base_version: int
    content: str
    written_at: datetime


def draft(user_id: int, subject: str) -> StoredDraft | None:
    """Return a user's draft of ``subject``; None if there is none."""
    found = _D.select(_D.base_version, _D.content, _D.written_at).where(_of(user_id, subject))
    return next(iter(found.objects(StoredDraft)), None)


def write_draft(user_id: int, subject: str, base_version: int, content: str, at: datetime) -> None:
    """Store a user's draft of ``subject`` and replace the former one."""
    _D.insert(
        user=user_id, subject=subject, base_version=base_version, content=content, written_at=at
    ).on_conflict(
        conflict_target=(_D.user, _D.subject), preserve=(_D.base_version, _D.content, _D.written_at)
    ).execute()


def delete_draft(user_id: int, subject: str) -> None:
    """Delete a user's draft of ``subject``."""
    _D.delete().where(_of(user_id, subject)).execute()


def delete_drafts(subject: str) -> None:
    """Delete all drafts of ``subject``, which does not exist any more."""
    _D.delete().where(_D.subject == subject).execute()


def _of(user_id: int, subject: str) -> Any:
    return (_D.user == user_id) & (_D.subject == subject)
