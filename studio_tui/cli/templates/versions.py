"""``studio-tui templates versions`` and ``bring-back``: earlier versions of a template (T5)."""

from collections.abc import Iterator, Sequence

import click

from studio_tui.cli.shared.output import json_option, say, write_json, write_text
from studio_tui.cli.shared.session import with_studio
from studio_tui.cli.shared.times import shown
from studio_tui.cli.templates import shapes
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import NotFound
from studio_tui.domain.templates.changes import Change, ChangeKind, changes
from studio_tui.domain.templates.template import TemplateVersion
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import templates as service
from studio_tui.wording.counting import counted


@click.command()
@click.argument("template")
@json_option
@with_studio
def versions(studio: Studio, actor: Actor, template: str, as_json: bool) -> None:
    """List the versions of TEMPLATE, the newest first: who saved it when, and what changed."""
    found = service.find(studio, actor, template)
    saved = service.versions(studio, actor, found.id)
    if as_json:
        write_json([shapes.version(studio, v, _since(saved, v)) for v in saved])
        return
    for version in saved:
        write_text("\n".join(_lines(studio, version, _since(saved, version))))


@click.command("bring-back")
@click.argument("template")
@click.argument("version", type=int)
@with_studio
def bring_back(studio: Studio, actor: Actor, template: str, version: int) -> None:
    """Make TEMPLATE what it was in VERSION, a number out of “templates versions”."""
    found = service.find(studio, actor, template)
    chosen = version_numbered(service.versions(studio, actor, found.id), version)
    kept = service.bring_back(studio, actor, found, chosen)
    say(f"“{kept.name}” is as it was in version {version}. Running pushes keep what they have.")


def version_numbered(saved: Sequence[TemplateVersion], number: int) -> TemplateVersion:
    """Return the version with this number. Raises `NotFound` if there is none."""
    for version in saved:
        if version.id == number:
            return version
    raise NotFound(f"There is no version {number}: there are versions 1 to {len(saved)}.")


def _since(saved: Sequence[TemplateVersion], version: TemplateVersion) -> tuple[Change, ...]:
    """Return the changes since the previous version; empty for the first."""
    earlier = [other for other in saved if other.id == version.id - 1]
    return changes(earlier[0].definition, version.definition) if earlier else ()


def _lines(studio: Studio, version: TemplateVersion, since: Sequence[Change]) -> Iterator[str]:
    at = shown(studio, version.saved_at) or "at an unknown time"
    pushes = f", kept by {counted(version.open_pushes, 'push', 'pushes')}"
    kept = pushes if version.open_pushes else ""
    yield f"{version.id}  {at}  {version.saved_by or 'by somebody unknown'}{kept}"
    yield from (f"     {_change(change)}" for change in since)


def _change(change: Change) -> str:
    at = f"{change.where}: " if change.where else ""
    match change.kind:
        case ChangeKind.ADDED:
            return f"+ {at}{change.after}"
        case ChangeKind.REMOVED:
            return f"- {at}{change.before}"
        case ChangeKind.MOVED:
            return f"~ {at}{change.after} (moved, from {change.before or 'another place'})"
        case ChangeKind.CHANGED:
            return f"~ {at}“{change.before}” became “{change.after}”"
