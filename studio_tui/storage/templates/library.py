"""The question library: reading and writing. A topic is stored as JSON, which services read."""

from dataclasses import dataclass

from studio_tui.domain.shared.text import fold
from studio_tui.storage.engine.sql import execute, rows, scalar
from studio_tui.storage.engine.tables import LibraryTopicTable


@dataclass(frozen=True, slots=True)
class StoredTopic:
    """A row of the table of the library; ``definition`` is JSON."""

    id: int
    definition: str
    version: int


def topics() -> list[StoredTopic]:
    """All topics by name."""
    return [
        StoredTopic(*row)
        for row in rows("SELECT id, definition, version FROM library_topic ORDER BY name_key, id")
    ]


def topic_id_of(name: str) -> int | None:
    """The topic of this name, ignoring case."""
    found = scalar("SELECT id FROM library_topic WHERE name_key = ?", fold(name))
    return int(found) if found is not None else None


def insert_topic(name: str, definition: str) -> int:
    """Add a topic; returns its id."""
    added = LibraryTopicTable.insert(name_key=fold(name), definition=definition, version=1)
    return int(added.execute())


def update_topic(topic_id: int, name: str, definition: str, version: int) -> bool:
    """Write a topic, unless it is no longer at ``version`` (A4); whether it was written."""
    cursor = execute(
        "UPDATE library_topic SET name_key = ?, definition = ?, version = version + 1 "
        "WHERE id = ? AND version = ?",
        fold(name),
        definition,
        topic_id,
        version,
    )
    return bool(cursor.rowcount)


def delete_topic(topic_id: int) -> bool:
    """Remove a topic; whether it was there."""
    return bool(execute("DELETE FROM library_topic WHERE id = ?", topic_id).rowcount)
