"""Templates: list, edit, versions, duplicate, archive, delete, import, export (T1 to T7)."""

from dataclasses import replace

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.shared.errors import Conflict, Invalid, NothingToDo, Refused
from studio_tui.domain.shared.lookalikes import why_taken
from studio_tui.domain.shared.text import MAX_NAME, has_words
from studio_tui.domain.templates.template import (
    Definition,
    Template,
    TemplateFilter,
    TemplateVersion,
    check_definition,
)
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.services.system.listing import InMemorySource
from studio_tui.services.templates import definitions, text_files
from studio_tui.services.templates.drafts import template_subject
from studio_tui.storage.activity.activity import write_activity
from studio_tui.storage.templates import drafts, templates
from studio_tui.storage.templates.templates import StoredTemplate, StoredVersion


def every(studio: Studio, actor: Actor) -> list[Template]:
    """Return all templates by name; archived ones come last."""
    require(actor, Action.READ_TEMPLATES)
    with studio.store.reading():
        return [_template(stored) for stored in templates.templates()]


def source(
    studio: Studio, actor: Actor, filter_: TemplateFilter
) -> InMemorySource[Template, TemplateFilter]:
    """Return the templates that match a filter, as the source of a list."""
    return InMemorySource(tuple(every(studio, actor)), _matches, filter_)


def show(studio: Studio, actor: Actor, template_id: int) -> Template:
    """Return a template."""
    require(actor, Action.READ_TEMPLATES)
    with studio.store.reading():
        return stored_template(template_id)


def find(studio: Studio, actor: Actor, name: str) -> Template:
    """Return the template of this name; raises `NotFound` with a similar name."""
    require(actor, Action.READ_TEMPLATES)
    with studio.store.reading():
        return stored_template(naming.template_id_named(name))


def add(studio: Studio, actor: Actor, definition: Definition) -> Template:
    """Add a template; raises `Invalid` for wrong input or a name that is already used."""
    require(actor, Action.EDIT_TEMPLATES)
    check_definition(definition)
    with studio.store.writing():
        _require_free(definition.name)
        template_id = templates.insert_template(definition.name, definitions.dump(definition))
        templates.keep_version(template_id, studio.now(), actor.login)
        write_activity(actor, studio.now(), Verb.ADD_TEMPLATE, definition.name)
        return stored_template(template_id)


def save(studio: Studio, actor: Actor, template: Template, definition: Definition) -> Template:
    """Change ``template``, as the caller read it; existing pushes keep their snapshot (T5).

    Raises `Invalid` for wrong input, and `Conflict` if another user changed it since (A4).
    """
    return _save(studio, actor, template, definition, Verb.EDIT_TEMPLATE)


def versions(studio: Studio, actor: Actor, template_id: int) -> list[TemplateVersion]:
    """Return the saved versions of a template (T5), the newest, which is the current one, first."""
    require(actor, Action.READ_TEMPLATES)
    with studio.store.reading():
        stored_template(template_id)
        stored = templates.versions(template_id)
    return [_version(each, len(stored) - place) for place, each in enumerate(stored)]


def bring_back(
    studio: Studio, actor: Actor, template: Template, version: TemplateVersion
) -> Template:
    """Restore an earlier version of ``template``, as a new version.

    Raises `NothingToDo` if the template equals that version, `Invalid` if another template uses its
    name, and the errors of `save`.
    """
    require(actor, Action.EDIT_TEMPLATES)
    if template.definition == version.definition:
        raise NothingToDo(f"“{template.name}” is as it was in version {version.id} already.")
    return _save(studio, actor, template, version.definition, Verb.BRING_BACK)


def duplicate(studio: Studio, actor: Actor, template: Template) -> Template:
    """Add a copy under an unused name (T6)."""
    require(actor, Action.EDIT_TEMPLATES)
    with studio.store.reading():
        number = 1
        while templates.template_id_of(name := _copy_name(template, number)) is not None:
            number += 1
    return add(studio, actor, replace(template.definition, name=name))


def set_archived(studio: Studio, actor: Actor, template: Template, archived: bool) -> Template:
    """Archive a template or take it out of the archive (T6).

    Writes nothing if it is in that state already.
    """
    require(actor, Action.EDIT_TEMPLATES)
    with studio.store.writing():
        current = stored_template(template.id)
        if current.archived is archived:
            return current
        _write(template, template.definition, archived=archived)
        verb = Verb.ARCHIVE if archived else Verb.UNARCHIVE
        write_activity(actor, studio.now(), verb, template.name)
        return stored_template(template.id)


def delete(studio: Studio, actor: Actor, template: Template) -> None:
    """Delete a template that is not used (T6); raises `Refused` for one that is."""
    require(actor, Action.EDIT_TEMPLATES)
    with studio.store.writing():
        current = stored_template(template.id)
        if not templates.delete_template(current.id):
            by = "pushes" if current.pushes else "conversations"
            raise Refused(f"“{template.name}” is used by {by}: archive it instead.")
        drafts.delete_drafts(template_subject(template.id))
        write_activity(
            actor,
            studio.now(),
            Verb.DELETE_TEMPLATE,
            template.name,
            before={"text": text_files.dumps(template.definition)},
        )


def import_text(studio: Studio, actor: Actor, text: str, source_name: str) -> Template:
    """Add the template in a text file, or change the one of the same name (T7)."""
    require(actor, Action.EDIT_TEMPLATES)
    definition = text_files.loads(text, source_name)
    with studio.store.reading():
        template_id = templates.template_id_of(definition.name)
    if template_id is None:
        return add(studio, actor, definition)
    template = show(studio, actor, template_id)
    return (
        template if template.definition == definition else save(studio, actor, template, definition)
    )


def export_text(definition: Definition) -> str:
    """Return a template as a text file (T7)."""
    return text_files.dumps(definition)


def stored_template(template_id: int) -> Template:
    """Return a template, inside an open unit of work."""
    for stored in templates.templates():
        if stored.id == template_id:
            return _template(stored)
    raise Refused("This template is no longer there.")


def _template(stored: StoredTemplate) -> Template:
    return Template(
        id=stored.id,
        definition=definitions.load(stored.definition),
        archived=stored.archived,
        version=stored.version,
        pushes=stored.pushes,
        conversations=stored.conversations,
    )


def _version(stored: StoredVersion, number: int) -> TemplateVersion:
    return TemplateVersion(
        id=number,
        definition=definitions.load(stored.definition),
        saved_at=stored.saved_at,
        saved_by=stored.saved_by,
        open_pushes=stored.open_pushes,
    )


def _save(
    studio: Studio, actor: Actor, template: Template, definition: Definition, verb: Verb
) -> Template:
    require(actor, Action.EDIT_TEMPLATES)
    check_definition(definition)
    with studio.store.writing():
        _require_free(definition.name, but_of=template.id)
        _write(template, definition, archived=template.archived)
        templates.keep_version(template.id, studio.now(), actor.login)
        write_activity(
            actor,
            studio.now(),
            verb,
            definition.name,
            before={"text": text_files.dumps(template.definition)},
            after={"text": text_files.dumps(definition)},
        )
        return stored_template(template.id)


def _copy_name(template: Template, number: int) -> str:
    suffix = " (copy)" if number == 1 else f" (copy {number})"
    return template.name[: MAX_NAME - len(suffix)] + suffix


def _require_free(name: str, but_of: int | None = None) -> None:
    others = [
        definitions.load(stored.definition).name
        for stored in templates.templates()
        if stored.id != but_of
    ]
    if reason := why_taken(name, "template", others):
        raise Invalid({"name": reason})


def _write(template: Template, definition: Definition, *, archived: bool) -> None:
    if not templates.update_template(
        template.id,
        definition.name,
        definitions.dump(definition),
        archived=archived,
        version=template.version,
    ):
        raise Conflict(
            f"Somebody else changed “{template.name}” in the meantime: open it again to see how."
        )


def _matches(filter_: TemplateFilter, template: Template) -> bool:
    return has_words(f"{template.name} {template.definition.description}", filter_.text)
