"""``studio-tui db``: look after the database."""

import click

from studio_tui import __version__
from studio_tui.cli.output import say
from studio_tui.cli.session import unsigned_studio


@click.group("db")
def db() -> None:
    """Look after the database."""


@db.command()
def migrate() -> None:
    """Make the database, or bring it up to this version of the program.

    Every command does so when it opens the database; this one does nothing else. Nobody becomes a
    user by it: the first account that opens the Studio becomes its first admin.
    """
    with unsigned_studio() as studio:
        say(f"The database {studio.store.name} is ready for Studio TUI {__version__}.")
