"""The question library (T2): edited by admins, read by everybody, and exported as text files."""

from dataclasses import replace
from functools import partial

import pytest

from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from studio_tui.domain.templates.library import LibraryFilter, LibraryTopic
from studio_tui.domain.templates.template import Question, QuestionKind, Topic
from studio_tui.services.system.context import Studio, open_studio
from studio_tui.services.templates import library, text_files
from studio_tui.storage.engine.sql import execute
from tests.acting import as_user, lines
from tests.hostile import HOSTILE
from tests.made_once import made_once
from tests.services.conftest import MovableClock

pytestmark = pytest.mark.one_engine

NEW = Topic("Travel", (Question("Where to?"), Question("By train?", QuestionKind.YES_NO)))


def names(studio: Studio, actor: Actor, text: str = "") -> list[str]:
    listed = library.source(studio, actor, LibraryFilter(text))
    return [topic.name for topic in listed.rows(0, listed.count())]


@made_once
def travel(studio: Studio, admin: Actor) -> LibraryTopic:
    """A topic that the organisation added."""
    return library.add(studio, admin, NEW)


def test_the_library_has_starter_topics_that_are_found_by_name_and_question(
    studio: Studio, admin: Actor
) -> None:
    assert len(names(studio, admin)) == len(text_files.question_library())
    assert names(studio, admin, "cooper") == ["Cooperation"]
    assert names(studio, admin, "admit mistake") == ["Cooperation"]
    with pytest.raises(NotFound, match="Did you mean “Cooperation”"):
        library.find(studio, admin, "Coperation")


@pytest.mark.usefixtures("people")
def test_everybody_reads_the_library_and_only_admins_edit_it(studio: Studio, admin: Actor) -> None:
    """A2."""
    ann = as_user(studio, "ann")
    assert names(studio, ann) == names(studio, admin)
    for refused in (
        partial(library.add, studio, ann, NEW),
        partial(library.delete, studio, ann, library.every(studio, ann)[0]),
        partial(library.import_text, studio, ann, 'name = "x"', "x.toml"),
    ):
        with pytest.raises(Forbidden):
            refused()


def test_a_topic_can_be_added_renamed_and_deleted(
    studio: Studio, admin: Actor, travel: LibraryTopic
) -> None:
    renamed = library.save(studio, admin, travel, replace(NEW, name="TRAVEL"))
    assert (renamed.id, renamed.name) == (travel.id, "TRAVEL")
    assert library.find(studio, admin, "travel") == renamed
    library.delete(studio, admin, renamed)
    assert "TRAVEL" not in names(studio, admin)
    with pytest.raises(Refused, match="no longer in the library"):
        library.show(studio, admin, travel.id)
    assert [(line.action, line.subject) for line in lines(studio, admin)[:3]] == [
        ("deleted questions", "TRAVEL"),
        ("edited questions", "TRAVEL"),
        ("added questions", "Travel"),
    ]


def test_invalid_topics_are_refused_by_field(
    studio: Studio, admin: Actor, travel: LibraryTopic
) -> None:
    for topic, field in (
        (replace(NEW, name="cooperation"), "name"),
        (replace(NEW, name=""), "name"),
        (Topic("Other", (Question(""),)), "questions[0].text"),
    ):
        for refused in (
            partial(library.add, studio, admin, topic),
            partial(library.save, studio, admin, travel, topic),
        ):
            with pytest.raises(Invalid) as caught:
                refused()
            assert list(caught.value.fields) == [field]


def test_saving_an_outdated_topic_is_a_conflict(
    studio: Studio, admin: Actor, travel: LibraryTopic
) -> None:
    """A4."""
    library.save(studio, admin, travel, replace(NEW, name="Theirs"))
    with pytest.raises(Conflict, match="Somebody else changed “Travel”"):
        library.save(studio, admin, travel, replace(NEW, name="Mine"))
    assert library.show(studio, admin, travel.id).name == "Theirs"


def test_topics_survive_a_text_file_round_trip(studio: Studio, admin: Actor) -> None:
    """T7: a single topic and the whole library; an unchanged import leaves no activity."""
    everything = library.every(studio, admin)
    before = lines(studio, admin)
    for topics in (everything, everything[:1]):
        text = library.export_text(topics)
        assert library.import_text(studio, admin, text, "x.toml") == topics
    assert lines(studio, admin) == before
    text = library.export_text(everything).replace('name = "Cooperation"', 'name = "Together"')
    library.import_text(studio, admin, text, "x.toml")
    assert set(names(studio, admin)) == {t.name for t in everything} | {"Together"}


def test_a_file_is_imported_as_a_whole_or_not_at_all(studio: Studio, admin: Actor) -> None:
    before = names(studio, admin)
    text = '[[topics]]\nname = "One"\n[[topics]]\nname = ""\n'
    with pytest.raises(Refused, match=r"x\.toml: topics\[1\]\.name: give the topic a name"):
        library.import_text(studio, admin, text, "x.toml")
    with pytest.raises(Refused, match="unknown key"):
        library.import_text(studio, admin, 'name = "x"\nquestion = []', "x.toml")
    assert names(studio, admin) == before


def test_hostile_topics_are_stored_unchanged(studio: Studio, admin: Actor) -> None:
    """A5."""
    for number, text in enumerate(HOSTILE):
        topic = Topic(f"{number} {text}"[:200], (Question(f"q{text}"),))
        added = library.add(studio, admin, topic)
        assert added.topic == topic
        exported = library.export_text([added])
        assert library.import_text(studio, admin, exported, "x.toml") == [added]


def test_the_migration_to_a_library_adds_its_topics_and_first_versions(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """T2; the existing templates become their own first versions (T5)."""
    with studio.store.writing():
        execute("DELETE FROM library_topic")
        for table in ("draft", "template_version"):
            execute(f"DROP TABLE {table}")
        execute("DELETE FROM schema_migration WHERE name LIKE '0003%'")
    studio.close()
    later = open_studio(studio.settings, clock)
    try:
        assert {t.topic for t in library.every(later, admin)} == set(text_files.question_library())
        from studio_tui.services.templates import templates

        regular = templates.find(later, admin, "Regular")
        (version,) = templates.versions(later, admin, regular.id)
        assert (version.saved_by, version.saved_at) == ("els", clock.now())
        assert version.definition == regular.definition
    finally:
        later.close()
