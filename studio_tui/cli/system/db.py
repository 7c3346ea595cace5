"""``studio-tui db``: maintenance of the database."""

import os
from pathlib import Path

import click

from studio_tui import __version__
from studio_tui.cli.shared.input_files import read_bytes
from studio_tui.cli.shared.output import complain, json_option, say, write_json
from studio_tui.cli.shared.paths import Dash, HostPath
from studio_tui.cli.shared.progress import ProgressPrinter
from studio_tui.cli.shared.session import studio_without_actor, with_studio
from studio_tui.cli.shared.suggestions import CommandGroup
from studio_tui.cli.system import shapes
from studio_tui.config import settings
from studio_tui.config.bounded_input import decode_utf8
from studio_tui.config.clock import clock_from
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import Refused
from studio_tui.services.people.identity import create_first_admin, own_account
from studio_tui.services.system import copy_database
from studio_tui.services.system.context import CreatePolicy, Studio
from studio_tui.services.system.copy_database import TransferResult, without_password
from studio_tui.wording.counting import counted

_LONGEST_URL = 10_000
_file = click.argument("file", type=HostPath())


@click.group("db", cls=CommandGroup)
def db() -> None:
    """Look after the database."""


@db.command()
def migrate() -> None:
    """Make the database, or bring it up to this version of the program.

    Every command does so when it opens the database; this one does nothing else, and says what it
    applied. On a new database, the account that runs it becomes its first admin.
    """
    account = own_account()
    with studio_without_actor(CreatePolicy.ASKED) as studio:
        for sentence in studio.store.closed:
            complain(f"studio-tui: {sentence}")
        for name in studio.store.applied:
            say(f"Applied {name}.")
        if founder := create_first_admin(studio, account):
            say(f"{founder.name} ({founder.login}) is its first admin.")
        say(f"The database {studio.store.name} is ready for Studio TUI {__version__}.")


@db.command()
@_file
@json_option
@with_studio
def backup(studio: Studio, actor: Actor, file: Path, as_json: bool) -> None:
    """Write all of the database into FILE, while others go on.

    FILE is a SQLite database that only you can read, whatever the engine. It is looked through
    before it is there, and nothing is overwritten.
    """
    with ProgressPrinter("Backing up") as progress:
        moved = copy_database.back_up(studio, actor, file, progress)
    _tell(moved, "Backed up to", as_json)


@db.command()
@_file
@json_option
def restore(file: Path, as_json: bool) -> None:
    """Bring what a backup holds into the database of the settings, which must be empty.

    A backup of an earlier version is brought up to this one on the way; FILE stays as it is.
    """
    url = settings.load().database_url
    now = clock_from(os.environ.get("STUDIO_NOW")).now()
    with ProgressPrinter("Restoring") as progress:
        moved = copy_database.restore(url, file, own_account(), now, progress)
    _tell(moved, "Restored into", as_json)
    if moved.mail_stopped and not as_json:
        waited = f"{counted(moved.waiting, 'mail')} waited when the backup was made, and may have "
        say(
            f"Mail has stopped: {waited if moved.waiting else 'what is written may have '}left "
            "since. “studio-tui outbox resume” shows what may go twice, and lets mail go on."
        )


@db.command()
@click.option("--to", "url", metavar="URL", help="Where to: an empty database.")
@click.option(
    "--to-file", "file", type=HostPath(Dash.INPUT), help="A file with its URL; “-” is the input."
)
@json_option
@with_studio
def copy(studio: Studio, actor: Actor, url: str | None, file: Path | None, as_json: bool) -> None:
    """Copy everything into another database, from one engine to the other or to the same.

    All of it or nothing: every table is compared, and the seals of the activity are followed,
    before anything stays. Stop the workers first: what is written meanwhile stays behind.
    A password does not go into a command, which others can see: it goes into ~/.pgpass, PGPASSWORD
    or the file of --to-file.
    """
    url = _target(url, file)
    with ProgressPrinter("Copying") as progress:
        moved = copy_database.copy(studio, actor, url, progress)
    _tell(moved, "Copied to", as_json)
    if not as_json:
        say("Next: set database.url to it, here and on every host, before anybody goes on.")


def _target(url: str | None, file: Path | None) -> str:
    if (url is None) == (file is None):
        raise click.UsageError("Say where to: --to URL or --to-file FILE.")
    if file is not None:
        return decode_utf8(read_bytes(file, _LONGEST_URL), "The file with the URL").strip()
    if url is None or settings.Database(url=url).holds_password or without_password(url) != url:
        raise Refused(
            "A password in a command can be seen by everybody on this host: leave it out, and keep "
            "it in ~/.pgpass or PGPASSWORD, or put the whole URL into a file for --to-file."
        )
    return url


def _tell(moved: TransferResult, done: str, as_json: bool) -> None:
    if as_json:
        write_json(shapes.moved(moved))
        return
    tables = sum(1 for each in moved.contents if each.rows)
    say(
        f"{done} {moved.name}: {counted(moved.rows, 'row')} in {counted(tables, 'table')}, "
        "as they were."
    )
    if moved.activity.intact:
        say(f"{counted(moved.activity.lines, 'line')} of activity as written.")
    else:
        say("The activity breaks there as it does here: see “studio-tui activity verify”.")
