"""Conversations: reading and writing their rows (C1 to C6)."""

from datetime import datetime

from studio_tui.storage.sql import scalar
from studio_tui.storage.tables import ConversationTable


def conversation_id_of(assignment_id: int) -> int | None:
    """The conversation of an assignment that was not cancelled, None where there is none."""
    found = scalar(
        "SELECT id FROM conversation WHERE assignment_id = ? AND cancelled_at IS NULL",
        assignment_id,
    )
    return int(found) if found is not None else None


def insert_conversation(
    user_id: int,
    template_id: int,
    conductor_id: int,
    *,
    assignment_id: int | None = None,
    definition: str | None = None,
) -> int:
    """Add a conversation, of a push or with a definition of its own; returns its id."""
    return int(
        ConversationTable.insert(
            user=user_id,
            assignment=assignment_id,
            template=template_id,
            definition=definition,
            conductor=conductor_id,
            minutes=60,
            place="",
            sequence=0,
            version=1,
        ).execute()
    )


def change_conversation(conversation_id: int, **values: int | str | datetime | None) -> None:
    """Write columns of a conversation, as its next version."""
    following = ConversationTable.version + 1
    changed = ConversationTable.update(version=following, **values)
    changed.where(ConversationTable._meta.primary_key == conversation_id).execute()  # noqa: SLF001 - Peewee's own way in
