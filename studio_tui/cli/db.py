"""``studio-tui db``: look after the database."""

import click

from studio_tui import __version__
from studio_tui.cli.output import say
from studio_tui.cli.session import studio_as_it_is, tell_closed
from studio_tui.services.identity import found, own_account


@click.group("db")
def db() -> None:
    """Look after the database."""


@db.command()
def migrate() -> None:
    """Make the database, or bring it up to this version of the program.

    Every command does so when it opens the database; this one does nothing else, and says what it
    applied. On a new database, the account that runs it becomes its first admin.
    """
    with studio_as_it_is() as studio:
        tell_closed(studio)
        for name in studio.store.applied:
            say(f"Applied {name}.")
        if founder := found(studio, own_account()):
            say(f"{founder.name} ({founder.login}) is its first admin.")
        say(f"The database {studio.store.name} is ready for Studio TUI {__version__}.")
