"""Reading and writing the question library. A topic is stored as JSON, which services parse."""

from typing import Any

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.text import fold
from studio_tui.storage.engine.tables import LibraryTopicTable

_L: Any = LibraryTopicTable


@dataclass(frozen=True, slots=True)
class StoredTopic:
    """A row of the table of the library; ``definition`` is JSON."""

    id: int
    definition: str
    version: int


def topics() -> list[StoredTopic]:
    """Return all topics by name."""
    found = _L.select(_L.id, _L.definition, _L.version).order_by(_L.name_key, _L.id)
    return list(found.objects(StoredTopic))


def topic_id_of(name: str) -> int | None:
    """Return the id of the topic with this name, ignoring case; None if there is none."""
    found: int | None = _L.select(_L.id).where(_L.name_key == fold(name)).scalar()
    return found


def insert_topic(name: str, definition: str) -> int:
    """Add a topic; return its id."""
    return int(_L.insert(name_key=fold(name), definition=definition, version=1).execute())


def update_topic(topic_id: int, name: str, definition: str, version: int) -> bool:
    """Save a topic, unless it has another ``version`` (A4); return whether it was saved."""
    written = _L.update(name_key=fold(name), definition=definition, version=_L.version + 1)
    return bool(written.where(_L.id == topic_id, _L.version == version).execute())


def delete_topic(topic_id: int) -> bool:
    """Delete a topic; return whether it existed."""
    return bool(_L.delete().where(_L.id == topic_id).execute())
