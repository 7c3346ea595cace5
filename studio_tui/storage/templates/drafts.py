"""What people are writing and have not saved (A4): theirs alone, one of each subject."""

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
    """What a user left of ``subject``, None where there is nothing."""
    found = _D.select(_D.base_version, _D.content, _D.written_at).where(_of(user_id, subject))
    return next(iter(found.objects(StoredDraft)), None)


def write_draft(user_id: int, subject: str, base_version: int, content: str, at: datetime) -> None:
    """Keep this, in the place of what the user had of ``subject``."""
    _D.insert(
        user=user_id, subject=subject, base_version=base_version, content=content, written_at=at
    ).on_conflict(
        conflict_target=(_D.user, _D.subject), preserve=(_D.base_version, _D.content, _D.written_at)
    ).execute()


def delete_draft(user_id: int, subject: str) -> None:
    """Forget what a user had of ``subject``."""
    _D.delete().where(_of(user_id, subject)).execute()


def delete_drafts(subject: str) -> None:
    """Forget what anybody had of ``subject``, which is no more."""
    _D.delete().where(_D.subject == subject).execute()


def _of(user_id: int, subject: str) -> Any:
    return (_D.user == user_id) & (_D.subject == subject)
