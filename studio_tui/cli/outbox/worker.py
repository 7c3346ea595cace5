"""``studio-tui worker``: send mail until stopped."""

import click

from studio_tui.cli.shared.session import unsigned_studio
from studio_tui.domain.shared.text import clean_line
from studio_tui.worker.service import Happening, LogEvent, run_worker


@click.command()
@click.option("--drain", is_flag=True, help="Stop when nothing is due.")
@click.option("--log-json", is_flag=True, help="Write each line of the log as JSON.")
@click.pass_context
def worker(ctx: click.Context, drain: bool, log_json: bool) -> None:
    """Send the mail that is due, until stopped.

    It acts for the program, not for a person: the account it runs as need be no user. Told to
    stop, by SIGTERM or Ctrl-C, it finishes what is on the wire.
    """

    def write(event: LogEvent) -> None:
        if drain and event.what is Happening.STARTED:
            return
        click.echo(event.as_json() if log_json else clean_line(event.words))

    with unsigned_studio() as studio:
        ctx.exit(run_worker(studio, drain=drain, report=write))
