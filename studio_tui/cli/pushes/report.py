"""``studio-tui pushes report`` (S2)."""

from pathlib import Path

import click

from studio_tui.cli.shared.output import say, write_text
from studio_tui.cli.shared.paths import DASH, Dash, HostPath
from studio_tui.cli.shared.session import with_studio
from studio_tui.domain.people.access import Actor
from studio_tui.services.pushes import pushes
from studio_tui.services.system.context import Studio


@click.command()
@click.argument("push")
@click.option(
    "--output",
    type=HostPath(Dash.OUTPUT),
    metavar="FILE",
    help="The file to write: .md, .html or .pdf; “-”, or no file, prints Markdown.",
)
@click.option("--force", is_flag=True, help="Overwrite the file.")
@with_studio
def report(studio: Studio, actor: Actor, push: str, output: Path | None, force: bool) -> None:
    """Write a report on PUSH: its course beside the expected pace, and how far whose people are.

    The file can be read by you alone. PDF needs an extra: pip install 'studio-tui[pdf]'.
    """
    # Imported here so that the other verbs of `pushes` do not load the writers of files.
    from studio_tui.services.pushes import report as push_report

    found = pushes.find(studio, actor, push)
    if output is None or output == DASH:
        write_text(push_report.to_text(studio, actor, found.id))
        return
    push_report.to_file(studio, actor, found.id, output, force=force)
    say(f"Written: {output}")
