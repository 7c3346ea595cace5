"""``studio-tui segments``: audiences that have a name (P13)."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from studio_tui.cli.audiences import shapes
from studio_tui.cli.audiences.where import where_of, where_option, wrong_filter_as_usage_error
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
from studio_tui.cli.shared.times import shown
from studio_tui.domain.audiences.segment import Effect, Segment, SegmentSaved
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.services.audiences import members
from studio_tui.services.audiences import segments as service
from studio_tui.services.system.context import Studio
from studio_tui.wording.counting import counted


@click.group("segments", cls=CommandGroup)
def segments() -> None:
    """Keep filters under a name, to use them wherever a filter is taken."""


@segments.command("list")
@json_option
@with_studio
def list_(studio: Studio, actor: Actor, as_json: bool) -> None:
    """List the segments by name, with what uses them."""
    listed = service.every(studio, actor)
    if as_json:
        write_json([shapes.segment(each) for each in listed])
        return
    rows = (
        (each.name, str(each.audience), each.description, ", ".join(each.used_by))
        for each in listed
    )
    empty = "No segments. “studio-tui segments save NAME --where FILTER” adds one."
    write_table(("Name", "Filter", "Description", "Used by"), rows, empty)


@segments.command()
@click.argument("segment")
@json_option
@with_studio
def show(studio: Studio, actor: Actor, segment: str, as_json: bool) -> None:
    """Show SEGMENT: its filter, how many are in it, and what uses it."""
    found = service.find(studio, actor, segment)
    number = members.count(studio, actor, found.audience)
    if as_json:
        write_json({**shapes.segment(found), "count": number})
        return
    write_facts(_facts(found, number))


@segments.command()
@click.argument("name")
@where_option
@click.option("--describe", metavar="TEXT", help="What it is for.")
@click.option("--rename", metavar="NAME", help="Its name from here on.")
@click.option("--dry-run", is_flag=True, help="Tell who would come and go; change nothing.")
@json_option
@with_studio
def save(
    studio: Studio,
    actor: Actor,
    name: str,
    where: str | None,
    describe: str | None,
    rename: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Save a filter as the segment NAME, or change it; --where 'segment "NAME"' uses it.

    What uses it means the changed filter from then on. It says who comes and who goes, and with
    --dry-run it says so before.
    """
    require(actor, Action.EDIT_SEGMENTS)
    audience = where_of(studio, actor, where)
    if audience is None and describe is None and rename is None:
        raise click.UsageError("Say what: --where, --describe or --rename.")

    def saving() -> SegmentSaved:
        return service.save(studio, actor, name, audience, description=describe, new_name=rename)

    with wrong_filter_as_usage_error():
        done = service.try_saving(studio, saving) if dry_run else saving()
    if as_json:
        write_json(shapes.segment_saved(done))
        return
    would = "would be " if dry_run else ""
    what = "added" if done.added else "changed"
    say(f"The segment “{done.segment.name}” {would or 'is '}{what}: {done.segment.audience}")
    for effect in done.effects:
        say(_effect_in_words(effect, would=dry_run))
    if dry_run:
        say("Nothing was changed.")


@segments.command()
@click.argument("segment")
@with_studio
def delete(studio: Studio, actor: Actor, segment: str) -> None:
    """Remove SEGMENT, which nothing uses."""
    found = service.find(studio, actor, segment)
    service.delete(studio, actor, found)
    say(f"The segment “{found.name}” is deleted.")


@segments.command()
@click.argument("segment")
@json_option
@with_studio
def versions(studio: Studio, actor: Actor, segment: str, as_json: bool) -> None:
    """List the versions of SEGMENT, the newest first: who saved what, and when."""
    saved = service.versions(studio, actor, service.find(studio, actor, segment).id)
    if as_json:
        write_json([shapes.segment_version(studio, each) for each in saved])
        return
    for each in saved:
        write_text("\n".join(_version_lines(studio, each)))


@segments.command()
@click.argument("segment", required=False)
@with_studio
def export(studio: Studio, actor: Actor, segment: str | None) -> None:
    """Print SEGMENT, or all, as the text that “segments import” reads."""
    if segment is not None:
        chosen: Sequence[Segment] = [service.find(studio, actor, segment)]
    else:
        chosen = service.every(studio, actor)
    write_text(service.export_text(chosen))


@segments.command("import")
@click.argument("file", type=HostPath(Dash.INPUT))
@json_option
@with_studio
def import_(studio: Studio, actor: Actor, file: Path, as_json: bool) -> None:
    """Add the segments in FILE, or change those of the same names, all or none.

    “-” reads the input. What is so already stays as it is.
    """
    require(actor, Action.EDIT_SEGMENTS)
    text, name = read_toml(file)
    done = service.import_text(studio, actor, text, name)
    if as_json:
        write_json([shapes.segment_saved(each) for each in done])
        return
    say(f"{counted(len(done), 'segment')} changed: all are as {name} says.")
    for effect in (effect for each in done for effect in each.effects):
        say(_effect_in_words(effect, would=False))


def _facts(segment: Segment, number: int) -> Iterator[tuple[str, str]]:
    yield "Segment", segment.name
    yield "Description", segment.description
    yield "Filter", str(segment.audience)
    yield "People", f"{number:,}"
    yield "Version", str(segment.version)
    yield "Used by", ", ".join(segment.used_by) or "nothing"


def _version_lines(studio: Studio, version: Segment) -> Iterator[str]:
    yield f"{version.version}  {shown(studio, version.saved_at)}  {version.saved_by}"
    yield f"     {version.name}: {version.audience}"
    if version.description:
        yield f"     {version.description}"


def _effect_in_words(effect: Effect, *, would: bool) -> str:
    come = f"{counted(effect.come, 'person', 'people')} {'would come' if would else 'come'}"
    go = f"{effect.go:,} {'would match' if would else 'match'} no longer"
    return f"{effect.where}: {come}, {go}."
