"""What stood under a question of a conversation before something else took its place (A4, C4)."""

from peewee import Expression

from studio_tui.domain.conversations.conversation import Written
from studio_tui.storage.engine.tables import EarlierText

MOST = 20
"""Earlier texts that are kept of one author under one question."""


def keep(question_id: int, author_id: int, replaced: Written, *, prepared: bool) -> None:
    """Keep ``replaced``, and the newest `MOST` of all that the author wrote there."""
    EarlierText.insert(
        question=question_id,
        author=author_id,
        prepared=prepared,
        version=replaced.version,
        text=replaced.text,
        written_at=replaced.written_at,
    ).on_conflict_ignore().execute()
    kept = earlier(question_id, author_id, prepared=prepared)
    if len(kept) > MOST:
        oldest = kept[MOST].version
        EarlierText.delete().where(
            _of(question_id, author_id, prepared) & (EarlierText.version <= oldest)
        ).execute()


def earlier(question_id: int, author_id: int, *, prepared: bool) -> list[Written]:
    """The texts that this author wrote there and that were replaced, the newest first."""
    found = (
        EarlierText.select()
        .where(_of(question_id, author_id, prepared))
        .order_by(EarlierText.version.desc())
    )
    return [Written(row.text, row.version, row.written_at) for row in found]


def _of(question_id: int, author_id: int, prepared: bool) -> Expression:
    return (
        (EarlierText.question == question_id)
        & (EarlierText.author == author_id)
        & (EarlierText.prepared == prepared)
    )
