"""Saving, copying, archiving, exporting and importing templates (T1, T3, T5, T6, T7)."""

from dataclasses import replace
from functools import partial

import pytest

from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import Conflict, Invalid, NotFound, Refused
from studio_tui.domain.templates.template import Permissions, Template, TemplateFilter
from studio_tui.services.pushes import pushes
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import templates
from tests.acting import lines
from tests.hostile import HOSTILE
from tests.organisation import create_push

pytestmark = pytest.mark.one_engine


@pytest.fixture
def regular(studio: Studio, admin: Actor) -> Template:
    """One of the starter templates."""
    return templates.find(studio, admin, "regular")


def names(studio: Studio, admin: Actor, text: str = "") -> list[str]:
    listed = templates.source(studio, admin, TemplateFilter(text))
    return [template.name for template in listed.rows(0, listed.count())]


def test_the_starter_templates_exist_and_are_found_by_every_word(
    studio: Studio, admin: Actor
) -> None:
    """T1."""
    assert names(studio, admin) == ["Performance review", "Quick", "Regular"]
    assert names(studio, admin, "PERFORM view") == ["Performance review"]
    assert names(studio, admin, "nothing") == []
    with pytest.raises(NotFound, match="Did you mean “Quick”"):
        templates.find(studio, admin, "Quik")
    with pytest.raises(Refused, match="no longer there"):
        templates.show(studio, admin, 10**6)


def test_a_name_belongs_to_one_template(studio: Studio, admin: Actor, regular: Template) -> None:
    quick = templates.find(studio, admin, "Quick")
    definition = regular.definition
    for refused in (
        partial(templates.add, studio, admin, replace(definition, name="QUICK")),
        partial(templates.save, studio, admin, regular, replace(definition, name="quick")),
        partial(templates.add, studio, admin, replace(definition, name=" ")),
    ):
        with pytest.raises(Invalid) as caught:
            refused()
        assert list(caught.value.fields) == ["name"]
    renamed = templates.save(studio, admin, quick, replace(quick.definition, name="QUICK"))
    assert (renamed.name, renamed.version) == ("QUICK", quick.version + 1)


def test_changing_an_outdated_template_is_a_conflict(
    studio: Studio, admin: Actor, regular: Template
) -> None:
    """A4."""
    templates.save(studio, admin, regular, replace(regular.definition, description="Theirs"))
    before = lines(studio, admin)
    mine = replace(regular.definition, description="Mine")
    for late in (
        partial(templates.save, studio, admin, regular, mine),
        partial(templates.set_archived, studio, admin, regular, archived=True),
    ):
        with pytest.raises(Conflict, match="Somebody else changed “Regular”"):
            late()
    kept = templates.show(studio, admin, regular.id)
    assert (kept.definition.description, kept.archived) == ("Theirs", False)
    assert lines(studio, admin) == before


def test_copies_get_free_names(studio: Studio, admin: Actor, regular: Template) -> None:
    """T6."""
    copies = [templates.duplicate(studio, admin, regular) for _ in range(3)]
    assert [copy.name for copy in copies] == [
        "Regular (copy)",
        "Regular (copy 2)",
        "Regular (copy 3)",
    ]
    assert replace(copies[2].definition, name="Regular") == regular.definition


def test_the_name_of_a_copy_is_shortened_to_the_maximum_length(
    studio: Studio, admin: Actor, regular: Template
) -> None:
    """T6."""
    long = templates.add(studio, admin, replace(regular.definition, name="n" * 200))
    copies = [templates.duplicate(studio, admin, long) for _ in range(2)]
    assert [copy.name for copy in copies] == ["n" * 193 + " (copy)", "n" * 191 + " (copy 2)"]


def test_an_archived_template_is_listed_last_and_can_be_restored(
    studio: Studio, admin: Actor, regular: Template
) -> None:
    """T6."""
    quick = templates.find(studio, admin, "Quick")
    put_away = templates.set_archived(studio, admin, quick, archived=True)
    assert names(studio, admin) == ["Performance review", "Regular", "Quick"]
    assert put_away.why_no_push is not None
    templates.set_archived(studio, admin, put_away, archived=False)
    assert names(studio, admin) == ["Performance review", "Quick", "Regular"]


def test_only_an_unused_template_can_be_deleted(
    studio: Studio, admin: Actor, regular: Template
) -> None:
    """T6."""
    pushes.close(studio, admin, create_push(studio, admin))
    assert templates.show(studio, admin, regular.id).pushes == 1
    with pytest.raises(Refused, match="is used by pushes: archive it instead"):
        templates.delete(studio, admin, regular)
    quick = templates.find(studio, admin, "Quick")
    templates.delete(studio, admin, quick)
    assert "Quick" not in names(studio, admin)
    with pytest.raises(Refused, match="no longer there"):
        templates.delete(studio, admin, quick)


def test_a_template_survives_a_text_file_round_trip(
    studio: Studio, admin: Actor, regular: Template
) -> None:
    """T7: importing an unchanged export changes nothing; an edited one changes the template."""
    text = templates.export_text(regular.definition)
    before = lines(studio, admin)
    assert templates.import_text(studio, admin, text, "regular.toml") == regular
    assert lines(studio, admin) == before
    edited = templates.import_text(
        studio, admin, text.replace("through_push = true", "through_push = false"), "regular.toml"
    )
    assert (edited.id, edited.definition.permissions) == (
        regular.id,
        replace(regular.definition.permissions, through_push=False),
    )
    added = templates.import_text(studio, admin, text.replace('"Regular"', '"Our own"'), "own.toml")
    assert added.id != regular.id
    assert names(studio, admin, "own") == ["Our own"]
    with pytest.raises(Refused, match=r"bad\.toml"):
        templates.import_text(studio, admin, "name = ", "bad.toml")


def test_a_template_without_permission_names_the_reason_why_it_cannot_be_pushed(
    studio: Studio, admin: Actor, regular: Template
) -> None:
    """T3: only what the template permits is allowed."""
    silent = replace(regular.definition, name="Silent", permissions=Permissions())
    assert "does not allow" in str(templates.add(studio, admin, silent).why_no_push)
    assert regular.why_no_push is None


def test_hostile_names_of_templates_are_stored_unchanged(
    studio: Studio, admin: Actor, regular: Template
) -> None:
    """A5."""
    for number, name in enumerate(HOSTILE):
        definition = replace(regular.definition, name=f"{number} {name}"[:200], description=name)
        added = templates.add(studio, admin, definition)
        assert added.definition == definition
        assert templates.find(studio, admin, definition.name) == added
