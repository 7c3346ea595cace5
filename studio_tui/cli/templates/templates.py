"""``studio-tui templates``: list, show, export, import, duplicate, archive and delete."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from shlex import quote

import click

from studio_tui.cli.shared.input_files import read_toml
from studio_tui.cli.shared.output import (
    json_option,
    say,
    write_facts,
    write_json,
    write_table,
    write_text,
)
from studio_tui.cli.shared.paths import Dash, HostPath
from studio_tui.cli.shared.session import with_studio
from studio_tui.cli.shared.suggestions import CommandGroup
from studio_tui.cli.templates import shapes
from studio_tui.cli.templates.versions import bring_back, version_numbered, versions
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.templates.template import Definition, Step, Template
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import templates as service
from studio_tui.wording.counting import counted


@click.group("templates", cls=CommandGroup)
def templates() -> None:
    """List templates, and keep them as text files."""


templates.add_command(versions)
templates.add_command(bring_back)


@templates.command("list")
@json_option
@with_studio
def list_(studio: Studio, actor: Actor, as_json: bool) -> None:
    """List the templates by name, those archived last."""
    listed = service.every(studio, actor)
    if as_json:
        write_json([shapes.template(template) for template in listed])
        return
    headings = ("Name", "Questions", "Through push", "Pushes", "")
    write_table(headings, map(_row, listed), "No templates. “studio-tui templates import FILE”.")


@templates.command()
@click.argument("template")
@json_option
@with_studio
def show(studio: Studio, actor: Actor, template: str, as_json: bool) -> None:
    """Show TEMPLATE: what it allows, its steps and its questions."""
    found = service.find(studio, actor, template)
    if as_json:
        write_json(shapes.whole_template(found))
        return
    write_facts(_facts(found))
    for step in found.definition.steps:
        write_text("\n" + "\n".join(_outline(step)))


@templates.command("import")
@click.argument("file", type=HostPath(Dash.INPUT))
@json_option
@with_studio
def import_(studio: Studio, actor: Actor, file: Path, as_json: bool) -> None:
    """Add the template in FILE, or change the one of the same name; “-” reads the input."""
    require(actor, Action.EDIT_TEMPLATES)
    text, name = read_toml(file)
    template = service.import_text(studio, actor, text, name)
    if as_json:
        write_json(shapes.whole_template(template))
        return
    say(f"The template “{template.name}” is as {name} says.")
    say(template.why_no_push or f"Next: studio-tui pushes create {quote(template.name)} --name …")


@templates.command()
@click.argument("template")
@click.option("--version", type=int, help="As it was in this one of its versions.")
@with_studio
def export(studio: Studio, actor: Actor, template: str, version: int | None) -> None:
    """Print TEMPLATE as the text that “templates import” reads."""
    found = service.find(studio, actor, template)
    definition = found.definition
    if version is not None:
        saved = service.versions(studio, actor, found.id)
        definition = version_numbered(saved, version).definition
    write_text(service.export_text(definition))


@templates.command()
@click.argument("template")
@with_studio
def duplicate(studio: Studio, actor: Actor, template: str) -> None:
    """Add a copy of TEMPLATE under a free name."""
    copy = service.duplicate(studio, actor, service.find(studio, actor, template))
    say(f"“{copy.name}” is added.")


@templates.command()
@click.argument("template")
@with_studio
def archive(studio: Studio, actor: Actor, template: str) -> None:
    """Put TEMPLATE away; “unarchive” takes it back."""
    kept = service.set_archived(studio, actor, service.find(studio, actor, template), True)
    say(f"“{kept.name}” is archived: it can no longer be pushed.")


@templates.command()
@click.argument("template")
@with_studio
def unarchive(studio: Studio, actor: Actor, template: str) -> None:
    """Take TEMPLATE out of the archive."""
    kept = service.set_archived(studio, actor, service.find(studio, actor, template), False)
    say(f"“{kept.name}” is no longer archived.")


@templates.command()
@click.argument("template")
@with_studio
def delete(studio: Studio, actor: Actor, template: str) -> None:
    """Remove TEMPLATE, which nothing uses."""
    found = service.find(studio, actor, template)
    service.delete(studio, actor, found)
    say(f"“{found.name}” is deleted.")


def _row(template: Template) -> tuple[str, ...]:
    definition = template.definition
    return (
        template.name,
        str(definition.question_count()),
        _yes(definition.permissions.through_push),
        str(template.pushes),
        "archived" if template.archived else "",
    )


def _facts(template: Template) -> Iterable[tuple[str, str]]:
    definition = template.definition
    yield "Template", template.name
    yield "Description", definition.description
    yield "May be started", _starters(definition)
    yield "Planning", _yes(definition.planning)
    yield "Questions", definition.questions
    yield "Admins read", definition.viewing.admins
    yield "All leaders read", _yes(definition.viewing.leaders)
    yield "Used by", counted(template.pushes, "push", "pushes")
    if template.conversations:
        yield "", counted(template.conversations, "conversation") + " without a push"
    yield "Archived", "yes" if template.archived else ""


def _starters(definition: Definition) -> str:
    allowed = {
        "through push": definition.permissions.through_push,
        "by leaders and coaches": definition.permissions.by_managers,
        "by users": definition.permissions.by_users,
    }
    return ", ".join(way for way, allows in allowed.items() if allows) or "by nobody"


def _outline(step: Step) -> Iterator[str]:
    yield step.kind.capitalize()
    for topic in step.topics:
        yield f"  {topic.name}"
        for question in topic.questions:
            options = f": {' / '.join(question.options)}" if question.options else ""
            yield f"    - {question.text} ({question.kind.replace('_', '/')}{options})"


def _yes(value: bool) -> str:
    return "yes" if value else "no"
