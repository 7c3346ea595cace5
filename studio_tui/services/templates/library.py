"""The question library: list, edit, import, export (T2). Everybody can read it; admins edit it."""

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.shared.errors import Conflict, Invalid, Refused
from studio_tui.domain.shared.lookalikes import why_taken
from studio_tui.domain.templates.library import LibraryFilter, LibraryTopic
from studio_tui.domain.templates.template import Topic, check_topic
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.services.system.listing import InMemorySource
from studio_tui.services.templates import definitions, text_files
from studio_tui.services.templates.drafts import topic_subject
from studio_tui.storage.activity.activity import write_activity
from studio_tui.storage.templates import drafts, library
from studio_tui.storage.templates.library import StoredTopic


def every(studio: Studio, actor: Actor) -> list[LibraryTopic]:
    """Return all topics by name. Needs no right: everyone who plans a conversation uses them."""
    with studio.store.reading():
        return [_topic(stored) for stored in library.topics()]


def source(
    studio: Studio, actor: Actor, filter_: LibraryFilter
) -> InMemorySource[LibraryTopic, LibraryFilter]:
    """Return the topics that match a filter, as the source of a list."""
    return InMemorySource(tuple(every(studio, actor)), LibraryFilter.matches, filter_)


def show(studio: Studio, actor: Actor, topic_id: int) -> LibraryTopic:
    """Return a topic."""
    with studio.store.reading():
        return _stored(topic_id)


def find(studio: Studio, actor: Actor, name: str) -> LibraryTopic:
    """Return the topic of this name; raises `NotFound` with a similar name."""
    with studio.store.reading():
        return _stored(naming.library_topic_id_named(name))


def add(studio: Studio, actor: Actor, topic: Topic) -> LibraryTopic:
    """Add a topic; raises `Invalid` for wrong input or a name that is already used."""
    require(actor, Action.EDIT_LIBRARY)
    check_topic(topic)
    with studio.store.writing():
        return _add(studio, actor, topic)


def save(studio: Studio, actor: Actor, base: LibraryTopic, topic: Topic) -> LibraryTopic:
    """Change a topic as the caller read it; templates with copies of its questions keep them.

    Raises `Invalid` for wrong input, and `Conflict` if another user changed it since (A4).
    """
    require(actor, Action.EDIT_LIBRARY)
    check_topic(topic)
    with studio.store.writing():
        return _save(studio, actor, base, topic)


def delete(studio: Studio, actor: Actor, topic: LibraryTopic) -> None:
    """Delete a topic; templates with copies of its questions keep them."""
    require(actor, Action.EDIT_LIBRARY)
    with studio.store.writing():
        library.delete_topic(_stored(topic.id).id)
        drafts.delete_drafts(topic_subject(topic.id))
        before = {"text": text_files.dump_topic(topic.topic)}
        write_activity(actor, studio.now(), Verb.DELETE_QUESTIONS, topic.name, before=before)


def import_text(studio: Studio, actor: Actor, text: str, source_name: str) -> list[LibraryTopic]:
    """Add the topics in a text file, or change those of the same name: all of them or none.

    Topics that are not in the file stay. Unchanged topics are not written.
    """
    require(actor, Action.EDIT_LIBRARY)
    topics = text_files.load_topics(text, source_name)
    with studio.store.writing():
        return [_import(studio, actor, topic) for topic in topics]


def export_text(topics: list[LibraryTopic]) -> str:
    """Return topics as a text file."""
    return text_files.dump_topics([topic.topic for topic in topics])


def _import(studio: Studio, actor: Actor, topic: Topic) -> LibraryTopic:
    topic_id = library.topic_id_of(topic.name)
    if topic_id is None:
        return _add(studio, actor, topic)
    there = _stored(topic_id)
    return there if there.topic == topic else _save(studio, actor, there, topic)


def _add(studio: Studio, actor: Actor, topic: Topic) -> LibraryTopic:
    _require_free(topic.name)
    topic_id = library.insert_topic(topic.name, definitions.dump(topic))
    after = {"text": text_files.dump_topic(topic)}
    write_activity(actor, studio.now(), Verb.ADD_QUESTIONS, topic.name, after=after)
    return _stored(topic_id)


def _save(studio: Studio, actor: Actor, base: LibraryTopic, topic: Topic) -> LibraryTopic:
    _require_free(topic.name, but_of=base.id)
    if not library.update_topic(base.id, topic.name, definitions.dump(topic), base.version):
        raise Conflict(f"Somebody else changed “{base.name}” in the meantime: open it again.")
    write_activity(
        actor,
        studio.now(),
        Verb.EDIT_QUESTIONS,
        topic.name,
        before={"text": text_files.dump_topic(base.topic)},
        after={"text": text_files.dump_topic(topic)},
    )
    return _stored(base.id)


def _require_free(name: str, but_of: int | None = None) -> None:
    others = [_topic(stored).name for stored in library.topics() if stored.id != but_of]
    if reason := why_taken(name, "topic of the library", others):
        raise Invalid({"name": reason})


def _stored(topic_id: int) -> LibraryTopic:
    for stored in library.topics():
        if stored.id == topic_id:
            return _topic(stored)
    raise Refused("This topic is no longer in the library.")


def _topic(stored: StoredTopic) -> LibraryTopic:
    return LibraryTopic(stored.id, definitions.load_topic(stored.definition), stored.version)
