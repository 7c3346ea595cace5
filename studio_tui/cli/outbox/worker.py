"""``studio-tui worker``: send mail until stopped; list workers and release their mail."""

from collections.abc import Iterable

import click

from studio_tui.cli.outbox import shapes
from studio_tui.cli.shared.output import json_option, say, write_json, write_table
from studio_tui.cli.shared.session import unsigned_studio
from studio_tui.cli.shared.suggestions import CommandGroup
from studio_tui.cli.shared.times import shown, zone_heading
from studio_tui.domain.shared.text import clean_line
from studio_tui.services.outbox import workers as service
from studio_tui.services.outbox.workers import SeenWorker
from studio_tui.services.system.context import Studio
from studio_tui.wording.counting import counted


@click.group("worker", cls=CommandGroup, invoke_without_command=True)
@click.option("--drain", is_flag=True, help="Stop when nothing is due.")
@click.option("--log-json", is_flag=True, help="Write each line of the log as JSON.")
@click.pass_context
def worker(ctx: click.Context, drain: bool, log_json: bool) -> None:
    """Send the mail that is due, until stopped.

    It acts for the program, not for a person: the account it runs as need be no user. Told to
    stop, by SIGTERM or Ctrl-C, it finishes what is on the wire.
    """
    if ctx.invoked_subcommand is not None:
        if drain or log_json:
            raise click.UsageError(f"“worker {ctx.invoked_subcommand}” sends nothing.")
        return
    from studio_tui.worker.service import LogEvent, LogEventKind, run_worker

    def write(event: LogEvent) -> None:
        if drain and event.what is LogEventKind.STARTED:
            return
        click.echo(event.as_json() if log_json else clean_line(event.words))

    with unsigned_studio() as studio:
        ctx.exit(run_worker(studio, drain=drain, report=write))


@worker.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the workers: on which host, what each holds and since when, when it was last seen."""
    with unsigned_studio() as studio:
        found = service.every(studio)
        if as_json:
            write_json([shapes.worker(studio, each) for each in found])
            return
        headings = ("Id", "State", "Host", "Version", "Pid", "Mails", "Since")
        seen = zone_heading(studio, "Last seen")
        rows = (tuple(_row(studio, each)) for each in found)
        write_table((*headings, seen), rows, "No worker is at work.")


@worker.command()
@click.argument("worker_id", metavar="ID")
def free(worker_id: str) -> None:
    """Put back in the queue what the worker ID holds that is gone.

    By itself it is put back when its lease ends.
    """
    with unsigned_studio() as studio:
        freed = service.free(studio, worker_id)
    say(f"{counted(freed, 'mail')} of worker {clean_line(worker_id)} can be sent by others.")


def _row(studio: Studio, of: SeenWorker) -> Iterable[str]:
    known = of.known
    yield known.lease
    yield of.state
    yield known.host
    yield known.version
    yield "" if known.pid is None else str(known.pid)
    yield f"{known.mails:,}"
    yield shown(studio, known.since)
    yield shown(studio, known.seen_at)
