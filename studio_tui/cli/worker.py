"""``studio-tui worker``: send mail until stopped."""

import click

from studio_tui.cli.output import say
from studio_tui.cli.session import unsigned_studio
from studio_tui.worker.service import run_worker


@click.command()
@click.option("--drain", is_flag=True, help="Stop when nothing is due.")
@click.pass_context
def worker(ctx: click.Context, drain: bool) -> None:
    """Send the mail that is due, until stopped.

    It acts for the program, not for a person: the account it runs as need be no user.
    """
    with unsigned_studio() as studio:
        ctx.exit(run_worker(studio, drain=drain, report=lambda event: say(event.words)))
