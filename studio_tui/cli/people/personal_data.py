"""``users export-data``: all that is kept about one person (U13)."""

from pathlib import Path

import click

from studio_tui.cli.shared.output import complain, say
from studio_tui.cli.shared.paths import HostPath
from studio_tui.cli.shared.session import with_studio
from studio_tui.domain.people.access import Actor
from studio_tui.services.people import personal_data
from studio_tui.services.system.context import Studio
from studio_tui.wording.counting import counted


@click.command("export-data")
@click.argument("login")
@click.option(
    "--output",
    "file",
    type=HostPath(),
    required=True,
    metavar="FILE.zip",
    help="The archive to make; a file that is there is not replaced.",
)
@with_studio
def export_data(studio: Studio, actor: Actor, login: str, file: Path) -> None:
    """Write all that is kept about LOGIN into one archive, to hand to them.

    It holds JSON and readable text, each mail as it went and the entries for the calendar. Only you
    can read it. What was said in conversations is in it where you may read it, too.
    """
    made = personal_data.export(studio, actor, login, file)
    say(
        f"{file} holds all that is kept about {made.user.name} ({made.user.login}): "
        f"{counted(made.conversations, 'conversation')}, {counted(made.mails, 'mail')}, "
        f"{counted(made.lines, 'line')} of activity."
    )
    if made.closed:
        complain(
            f"{counted(made.closed, 'text')} of conversations not in it: you may not read what was "
            "said. README.txt in it says how the person takes it along."
        )
