"""``studio-tui apply`` and ``export-config``: a file that declares pushes, templates and more."""

from pathlib import Path

import click

from studio_tui.cli.shared.bulk_confirmation import confirm_count, yes_option
from studio_tui.cli.shared.input_files import read_toml
from studio_tui.cli.shared.output import json_option, say, write_json, write_text
from studio_tui.cli.shared.paths import Dash, HostPath
from studio_tui.cli.shared.session import with_studio
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.declared import DeclaredChange
from studio_tui.services.system import declared as service
from studio_tui.services.system.context import Studio
from studio_tui.wording.counting import counted


@click.command()
@click.argument("file", type=HostPath(Dash.INPUT))
@click.option("--dry-run", is_flag=True, help="Only tell what would change.")
@yes_option
@json_option
@with_studio
def apply(
    studio: Studio, actor: Actor, file: Path, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Make the templates, segments, pushes and rhythms be as FILE declares them.

    All of it or nothing; what FILE does not name stays, and applying it once more changes nothing.
    “-” reads it from the input.
    """
    declared = service.read(*read_toml(file))
    if dry_run:
        _tell(service.try_applying(studio, actor, declared), done=False, as_json=as_json)
        return
    confirm_count(
        lambda: sum(each.added for each in service.try_applying(studio, actor, declared)),
        "users would be assigned and told",
        "Nothing was changed",
        yes=yes,
    )
    _tell(service.apply(studio, actor, declared), done=True, as_json=as_json)


@click.command("export-config")
@with_studio
def export_config(studio: Studio, actor: Actor) -> None:
    """Print the templates, segments, pushes and rhythms as TOML that “apply” reads."""
    write_text(service.export_text(studio, actor).rstrip("\n"))


def _tell(changes: list[DeclaredChange], *, done: bool, as_json: bool) -> None:
    if as_json:
        write_json(
            [{"what": each.what, "name": each.name, "change": each.change} for each in changes]
        )
        return
    for each in changes:
        sign = "+" if each.change.startswith(service.ADDED) else "~"
        people = f"; {counted(each.added, 'user')} assigned" if each.added else ""
        say(f"{sign} {each.what} “{each.name}”: {each.change}{people}")
    if not changes:
        say("Nothing to do: all of it is so already.")
    elif not done:
        say("Nothing was changed.")
