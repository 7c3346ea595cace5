"""``studio-tui questions``: the question library (T2), also as text files."""

from pathlib import Path

import click

from studio_tui.cli.shared.input_files import read_toml
from studio_tui.cli.shared.output import (
    json_option,
    say,
    write_json,
    write_table,
    write_text,
)
from studio_tui.cli.shared.paths import Dash, HostPath
from studio_tui.cli.shared.session import with_studio
from studio_tui.cli.shared.suggestions import CommandGroup
from studio_tui.cli.templates import shapes
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.templates.changes import described
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import library as service
from studio_tui.wording.counting import counted


@click.group("questions", cls=CommandGroup)
def questions() -> None:
    """Keep the question library, out of which templates are made."""


@questions.command("list")
@json_option
@with_studio
def list_(studio: Studio, actor: Actor, as_json: bool) -> None:
    """List the topics of the library by name, each with how many questions it holds."""
    listed = service.every(studio, actor)
    if as_json:
        write_json([shapes.library_topic(topic) for topic in listed])
        return
    rows = ((topic.name, str(len(topic.topic.questions))) for topic in listed)
    write_table(("Topic", "Questions"), rows, "No questions. “studio-tui questions import FILE”.")


@questions.command()
@click.argument("topic")
@json_option
@with_studio
def show(studio: Studio, actor: Actor, topic: str, as_json: bool) -> None:
    """Show TOPIC with its questions."""
    found = service.find(studio, actor, topic)
    if as_json:
        write_json(shapes.library_topic(found))
        return
    lines = [found.name, *(f"  - {described(question)}" for question in found.topic.questions)]
    write_text("\n".join(lines))


@questions.command()
@click.argument("topic", required=False)
@with_studio
def export(studio: Studio, actor: Actor, topic: str | None) -> None:
    """Print TOPIC, or the whole library, as the text that “questions import” reads."""
    chosen = service.every(studio, actor)
    if topic is not None:
        chosen = [service.find(studio, actor, topic)]
    write_text(service.export_text(chosen))


@questions.command("import")
@click.argument("file", type=HostPath(Dash.INPUT))
@json_option
@with_studio
def import_(studio: Studio, actor: Actor, file: Path, as_json: bool) -> None:
    """Add the topics in FILE, or change those of the same name; the others stay.

    “-” reads the input.
    """
    require(actor, Action.EDIT_LIBRARY)
    text, name = read_toml(file)
    topics = service.import_text(studio, actor, text, name)
    if as_json:
        write_json([shapes.library_topic(topic) for topic in topics])
        return
    are = "is" if len(topics) == 1 else "are"
    say(f"{counted(len(topics), 'topic')} of the question library {are} as {name} says.")


@questions.command()
@click.argument("topic")
@with_studio
def delete(studio: Studio, actor: Actor, topic: str) -> None:
    """Remove TOPIC from the library; templates that took its questions keep them."""
    found = service.find(studio, actor, topic)
    service.delete(studio, actor, found)
    say(f"“{found.name}” is deleted.")
