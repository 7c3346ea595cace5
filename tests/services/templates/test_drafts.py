"""Drafts of templates: stored as typed, per user, and deleted with their subject (A4)."""

from dataclasses import replace

import pytest

from studio_tui.domain.people.access import Actor
from studio_tui.domain.templates.template import Definition, Question, Step, StepKind, Topic
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import drafts, library, templates
from tests.acting import as_user, lines
from tests.hostile import HOSTILE
from tests.services.conftest import MovableClock

pytestmark = pytest.mark.one_engine

SUBJECT = drafts.template_subject(1)
WRONG = Definition("", steps=(Step(StepKind.SUMMARY, (Topic("", (Question(""),)),)),))


def test_a_draft_is_stored_as_last_typed(studio: Studio, admin: Actor, clock: MovableClock) -> None:
    assert drafts.find(studio, admin, SUBJECT) is None
    drafts.save(studio, admin, SUBJECT, 3, Definition("First"))
    clock.move(minutes=1)
    drafts.save(studio, admin, SUBJECT, 4, WRONG)
    kept = drafts.find(studio, admin, SUBJECT)
    assert kept == drafts.TemplateDraft(4, WRONG, clock.now())
    drafts.delete(studio, admin, SUBJECT)
    assert drafts.find(studio, admin, SUBJECT) is None


@pytest.mark.usefixtures("people")
def test_a_draft_belongs_to_one_user_and_one_subject(studio: Studio, admin: Actor) -> None:
    sam = as_user(studio, "sam")
    drafts.save(studio, admin, SUBJECT, 1, WRONG)
    assert drafts.find(studio, sam, SUBJECT) is None
    assert drafts.find(studio, admin, drafts.topic_subject(1)) is None
    drafts.save(studio, sam, SUBJECT, 1, Definition("Sam's"))
    drafts.delete(studio, sam, SUBJECT)
    assert drafts.find(studio, admin, SUBJECT) is not None


def test_a_draft_leaves_no_activity(studio: Studio, admin: Actor) -> None:
    """A3."""
    before = lines(studio, admin)
    drafts.save(studio, admin, SUBJECT, 1, WRONG)
    drafts.delete(studio, admin, SUBJECT)
    assert lines(studio, admin) == before


def test_a_draft_is_deleted_with_its_subject(studio: Studio, admin: Actor) -> None:
    """An id may be used again, and a draft must not be offered for another subject."""
    template = templates.find(studio, admin, "Quick")
    topic = library.every(studio, admin)[0]
    about = (drafts.template_subject(template.id), drafts.topic_subject(topic.id))
    for subject in about:
        drafts.save(studio, admin, subject, 1, WRONG)
    templates.delete(studio, admin, template)
    library.delete(studio, admin, topic)
    assert [drafts.find(studio, admin, subject) for subject in about] == [None, None]


def test_hostile_text_in_a_draft_is_stored_unchanged(studio: Studio, admin: Actor) -> None:
    """A5."""
    for text in HOSTILE:
        draft = replace(WRONG, name=text, description=text)
        drafts.save(studio, admin, SUBJECT, 1, draft)
        kept = drafts.find(studio, admin, SUBJECT)
        assert kept is not None
        assert kept.definition == draft
