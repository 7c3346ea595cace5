"""``users export-data`` and ``users erase``: the personal data of one user (U13)."""

import sys
from pathlib import Path

import click

from studio_tui.cli.shared.output import complain, say
from studio_tui.cli.shared.paths import HostPath
from studio_tui.cli.shared.session import with_studio
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.person_acts import EraseResult
from studio_tui.domain.shared.errors import Refused
from studio_tui.services.people import erasing, personal_data
from studio_tui.services.system.context import Studio
from studio_tui.wording.counting import counted
from studio_tui.wording.people import erased_in_words


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


@click.command()
@click.argument("login")
@click.option("--dry-run", is_flag=True, help="Only say what goes and what stays.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_studio
def erase(studio: Studio, actor: Actor, login: str, dry_run: bool, yes: bool) -> None:
    """Take out who LOGIN was and what they wrote, for good.

    They must have left. What others wrote stays, and so do the counts; the activity shows which
    lines were emptied, when and by whom. Backups made before still hold everything.
    """
    if dry_run:
        _tell(erasing.try_erasing(studio, actor, login), "would be erased")
        say("What others wrote stays, and so do all counts. Nothing was changed.")
        return
    if not yes:
        _ask(studio, actor, login)
    _tell(erasing.erase(studio, actor, login), "is erased")
    say("Backups made before still hold everything.")


def _ask(studio: Studio, actor: Actor, login: str) -> None:
    """Ask for confirmation at the terminal.

    Raises `Refused` if the user declines or cannot be asked.
    """
    found = erasing.try_erasing(studio, actor, login)
    if not sys.stdin.isatty():
        raise Refused("Nothing was erased: it cannot be taken back. Say so with --yes.")
    _tell(found, "would be erased")
    if not click.confirm("This cannot be taken back. Erase", default=False, err=True):
        raise Refused("Nothing was erased.")


def _tell(found: EraseResult, what: str) -> None:
    say(f"{found.user.name} ({found.user.login}) {what}: {found.placeholder} stands in the place.")
    for line in erased_in_words(found):
        say(line)
