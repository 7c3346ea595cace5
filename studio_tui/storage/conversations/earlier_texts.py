"""Earlier versions of the texts under the questions of conversations (A4, C4)."""

from peewee import Expression

from studio_tui.domain.conversations.conversation import WrittenText
from studio_tui.storage.engine.tables import EarlierText

MOST = 20
"""Maximum number of earlier texts of one author under one question."""


def store(question_id: int, author_id: int, replaced: WrittenText, *, prepared: bool) -> None:
    """Store ``replaced``, and delete all but the newest `MOST` earlier texts of the author."""
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


def earlier(question_id: int, author_id: int, *, prepared: bool) -> list[WrittenText]:
    """Return the replaced texts of this author under a question, the newest first."""
    found = (
        EarlierText.select()
        .where(_of(question_id, author_id, prepared))
        .order_by(EarlierText.version.desc())
    )
    return [WrittenText(row.text, row.version, row.written_at) for row in found]


def _of(question_id: int, author_id: int, prepared: bool) -> Expression:
    return (
        (EarlierText.question == question_id)
        & (EarlierText.author == author_id)
        & (EarlierText.prepared == prepared)
    )
