"""Versions of templates: content, time and author of each save, and restoring one (T5)."""

from dataclasses import replace

import pytest

from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import Conflict, Invalid
from studio_tui.domain.templates.template import Definition, Template
from studio_tui.services.pushes import pushes
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import templates
from tests.acting import lines
from tests.organisation import create_push
from tests.services.conftest import MovableClock

pytestmark = pytest.mark.one_engine


@pytest.fixture
def regular(studio: Studio, admin: Actor) -> Template:
    """One of the starter templates."""
    return templates.find(studio, admin, "Regular")


def described(studio: Studio, admin: Actor, template: Template, text: str) -> Template:
    changed = replace(template.definition, description=text)
    return templates.save(studio, admin, template, changed)


def test_every_save_is_stored_with_author_and_time(
    studio: Studio, admin: Actor, regular: Template, clock: MovableClock
) -> None:
    began = clock.now()
    clock.move(hours=1)
    described(studio, admin, regular, "Second")
    saved = templates.versions(studio, admin, regular.id)
    assert [(v.id, v.definition.description) for v in saved] == [
        (2, "Second"),
        (1, regular.definition.description),
    ]
    assert [(v.saved_by, v.saved_at) for v in saved] == [("els", clock.now()), ("els", began)]


def test_archiving_creates_no_version(studio: Studio, admin: Actor, regular: Template) -> None:
    away = templates.set_archived(studio, admin, regular, archived=True)
    described(studio, admin, away, "Second")
    assert [v.id for v in templates.versions(studio, admin, regular.id)] == [2, 1]


def test_a_copy_and_an_import_have_a_first_version(
    studio: Studio, admin: Actor, regular: Template
) -> None:
    copy = templates.duplicate(studio, admin, regular)
    text = templates.export_text(replace(regular.definition, name="Ours"))
    imported = templates.import_text(studio, admin, text, "x.toml")
    for template in (copy, imported):
        (only,) = templates.versions(studio, admin, template.id)
        assert only.definition == template.definition


def test_restoring_a_version_creates_a_new_version(
    studio: Studio, admin: Actor, regular: Template
) -> None:
    second = described(studio, admin, regular, "Second")
    first = templates.versions(studio, admin, regular.id)[-1]
    back = templates.bring_back(studio, admin, second, first)
    assert back.definition == regular.definition
    assert [v.id for v in templates.versions(studio, admin, regular.id)] == [3, 2, 1]
    line = lines(studio, admin)[0]
    assert (line.action, line.subject) == ("brought back template", "Regular")
    with pytest.raises(Conflict):
        templates.bring_back(studio, admin, second, first)


def test_a_version_whose_name_was_taken_in_the_meantime_cannot_be_restored(
    studio: Studio, admin: Actor, regular: Template
) -> None:
    renamed = templates.save(studio, admin, regular, replace(regular.definition, name="Talk"))
    templates.add(studio, admin, regular.definition)
    first = templates.versions(studio, admin, regular.id)[-1]
    with pytest.raises(Invalid, match="the name of another template"):
        templates.bring_back(studio, admin, renamed, first)


def test_pushes_keep_the_version_they_were_created_with(
    studio: Studio, admin: Actor, regular: Template
) -> None:
    """T5: each version shows the number of open pushes that use it."""
    push = create_push(studio, admin)
    closed = pushes.close(studio, admin, create_push(studio, admin, "Closed")).push
    described(studio, admin, regular, "Second")
    later = create_push(studio, admin, "Later")
    saved = templates.versions(studio, admin, regular.id)
    assert [v.open_pushes for v in saved] == [1, 1]
    keeps = {p.name: p.template for p in pushes.every(studio, admin)}
    first: Definition = regular.definition
    assert (keeps[push.name], keeps[closed.name]) == (first, first)
    assert keeps[later.name].description == "Second"


def test_versions_are_deleted_with_their_template(
    studio: Studio, admin: Actor, regular: Template
) -> None:
    described(studio, admin, regular, "Second")
    templates.delete(studio, admin, templates.show(studio, admin, regular.id))
    again = templates.add(studio, admin, regular.definition)
    assert len(templates.versions(studio, admin, again.id)) == 1
