"""``studio-tui conversations export`` and ``history`` (C3)."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from studio_tui.cli.conversations import shapes
from studio_tui.cli.conversations.arguments import conversation_argument, conversation_named
from studio_tui.cli.shared.output import (
    json_option,
    say,
    write_bytes,
    write_json,
    write_table,
    write_text,
)
from studio_tui.cli.shared.paths import DASH, Dash, HostPath
from studio_tui.cli.shared.session import with_studio
from studio_tui.cli.shared.suggestions import NameChoice
from studio_tui.cli.shared.times import shown, zone_heading
from studio_tui.domain.conversations.conversation import (
    Conversation,
    ConversationState,
    HistoryFilter,
)
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.list_source import Sort
from studio_tui.services import conversations as service
from studio_tui.services.conversations import exports
from studio_tui.services.conversations.exports import ExportFormat
from studio_tui.services.system.context import Studio
from studio_tui.wording.conversations import STATE_LABELS

_FORMS = {"markdown": ExportFormat.MARKDOWN, "pdf": ExportFormat.PDF}


@click.command()
@conversation_argument
@click.option(
    "--output",
    type=HostPath(Dash.OUTPUT),
    metavar="FILE",
    help="The file to write: .md or .pdf; “-” prints it.",
)
@click.option("--format", "form", type=NameChoice(_FORMS), help="Whatever the file is called.")
@click.option("--force", is_flag=True, help="Overwrite the file.")
@click.option(
    "--font",
    "fonts",
    type=HostPath(),
    metavar="FILE",
    multiple=True,
    help="A font file for signs that the PDF would not have.",
)
@with_studio
def export(
    studio: Studio,
    actor: Actor,
    named: Sequence[str],
    output: Path | None,
    form: str | None,
    force: bool,
    fonts: Sequence[Path],
) -> None:
    """Take a finished conversation along, as Markdown or PDF: what you may read of it.

    Without --output, Markdown is printed; “--output -” prints a PDF, too, into a pipe. The file can
    be read by you alone.
    """
    if form == "pdf" and (output is None or (output == DASH and sys.stdout.isatty())):
        raise click.UsageError("A PDF goes into a file: --output FILE.")
    number = conversation_named(studio, actor, named)
    if output is None or output == DASH:
        if form == "pdf":
            write_bytes(exports.to_bytes(studio, actor, number, ExportFormat.PDF, fonts))
        else:
            write_text(exports.to_text(studio, actor, number))
        return
    exports.to_file(
        studio,
        actor,
        number,
        output,
        form=_FORMS[form] if form else None,
        force=force,
        fonts=fonts,
    )
    say(f"Written: {output}")


@click.command()
@click.argument("words", nargs=-1, metavar="[WORD]...")
@click.option("--user", help="Only those with this user.")
@click.option(
    "--state",
    type=NameChoice(["done", "cancelled"], STATE_LABELS),
    help="Only those that ended so.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, for spreadsheets.")
@json_option
@with_studio
def history(
    studio: Studio,
    actor: Actor,
    words: Sequence[str],
    user: str | None,
    state: str | None,
    as_csv: bool,
    as_json: bool,
) -> None:
    """List conversations that are over, the newest first: yours, and of whom you lead or coach.

    An admin and support see that all others were held, too. Each WORD must be found.
    """
    if as_csv and as_json:
        raise click.UsageError("Either --csv or --json.")
    filter_ = HistoryFilter(
        text=" ".join(words),
        user_id=service.user_named(studio, user, asked_by=actor) if user else None,
        state=ConversationState(state) if state else None,
    )
    held = exports.every_held(studio, actor, filter_, Sort("at", descending=True))
    if as_json:
        write_json([shapes.held(studio, one) for one in held])
    elif as_csv:
        for line in exports.history_csv(studio, held):
            click.echo(line, nl=False)
    else:
        headings = (
            "ID",
            "Name",
            "Login",
            "Conductor",
            "State",
            zone_heading(studio, "When"),
            "About",
        )
        write_table(headings, (_row(studio, one) for one in held), "No conversations.")


def _row(studio: Studio, one: Conversation) -> tuple[str, ...]:
    return (
        str(one.id),
        one.name,
        one.login,
        one.conductor,
        STATE_LABELS[one.state],
        shown(studio, one.finished_at or one.cancelled_at),
        one.push or one.template.name,
    )
