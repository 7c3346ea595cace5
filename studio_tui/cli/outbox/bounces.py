"""``studio-tui mail bounces``: reading bounces (N15)."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from studio_tui.cli.outbox import shapes
from studio_tui.cli.shared.output import json_option, say, write_facts, write_json
from studio_tui.cli.shared.paths import DASH, Dash, HostPath
from studio_tui.cli.shared.session import unsigned_studio
from studio_tui.config.bounded_input import read_file, read_input
from studio_tui.domain.outbox.bounces import BouncesRead, ReturnKind
from studio_tui.domain.shared.cancellation import CancelToken
from studio_tui.domain.shared.enum_tables import CompleteTable
from studio_tui.domain.shared.errors import Unavailable
from studio_tui.services.system.context import Studio
from studio_tui.wording.counting import counted
from studio_tui.wording.mail import why_in_words

if TYPE_CHECKING:
    from studio_tui.services.outbox.bounces import BounceReader, Mailbox, ProcessedBounces

_MAX_BYTES = 64_000_000
"""Maximum size of a bounce in bytes, which is more than mail servers accept."""
_KIND_SENTENCES = CompleteTable(
    {
        ReturnKind.BOUNCED: "A bounce of no mail of this Studio: nothing was done.",
        ReturnKind.DELAYED: "No bounce: a mail is delayed and still being tried.",
        ReturnKind.DELIVERED: "No bounce: a mail was delivered or handed on.",
        ReturnKind.AUTOMATIC: "No bounce: an automatic answer, such as a holiday note.",
        ReturnKind.REPLY: "No bounce: somebody's answer.",
        ReturnKind.OTHER: "No bounce: another mail.",
    }
)
_KIND_LABELS = CompleteTable(
    {
        ReturnKind.BOUNCED: "Bounces",
        ReturnKind.DELAYED: "Delayed, still being tried",
        ReturnKind.DELIVERED: "Delivered or handed on",
        ReturnKind.AUTOMATIC: "Automatic answers",
        ReturnKind.REPLY: "Answers",
        ReturnKind.OTHER: "Other mail",
    }
)


@click.command()
@click.argument("file", type=HostPath(Dash.INPUT), default="-")
@click.option("--maildir", type=HostPath(), metavar="DIR", help="All mail of a Maildir, once each.")
@click.option("--imap", is_flag=True, help="All mail of the folder of [bounces], once each.")
@json_option
@click.pass_context
def bounces(
    ctx: click.Context, file: Path, maildir: Path | None, imap: bool, as_json: bool
) -> None:
    """Take in mail that came back: one from FILE or the input, or all of a mailbox.

    What bounced is shown at the mail, the person and the push. Nothing is answered. It acts for
    the program: the account it runs as need be no user.
    """
    named = ctx.get_parameter_source("file") is not _BY_DEFAULT
    if named + (maildir is not None) + imap > 1:
        raise click.UsageError("Say one of them: FILE, --maildir DIR, or --imap.")
    source = b"" if imap or maildir is not None else _read(file)
    with unsigned_studio() as studio:
        from studio_tui.services.outbox.bounces import BounceReader

        reader = BounceReader(studio)
        if (mailbox := _mailbox(studio, maildir, imap=imap)) is not None:
            _tell_all(reader, mailbox, as_json=as_json)
            return
        taken = reader.process_bounces([source])
    if as_json:
        write_json(shapes.bounces_read(taken.read))
    else:
        say(_in_words(taken))


def _mailbox(studio: Studio, maildir: Path | None, *, imap: bool) -> "Mailbox | None":
    if maildir is not None:
        from studio_tui.mail.bounces.maildir import Maildir

        return Maildir(maildir)
    if imap:
        from studio_tui.mail.bounces.imap import folder_of

        return folder_of(studio.settings)
    return None


_BY_DEFAULT = click.core.ParameterSource.DEFAULT


def _read(file: Path) -> bytes:
    if file == DASH:
        return read_input(_MAX_BYTES)
    try:
        return read_file(file, _MAX_BYTES)
    except OSError as error:
        raise Unavailable(f"{file} cannot be read: {error.strerror}.") from error


def _in_words(taken: "ProcessedBounces") -> str:
    """Return a sentence about the kind of a single mail."""
    if not taken.mails:
        return _KIND_SENTENCES[next(iter(taken.read.kinds))]
    (mail,) = taken.mails
    before = " before" if taken.read.known else ""
    return f"Mail {mail.id} to {mail.to} bounced{before}: {why_in_words(mail)}"


def _tell_all(reader: "BounceReader", mailbox: "Mailbox", *, as_json: bool) -> None:
    with _stopped_by_signal() as stop:
        read = reader.process_mailbox(mailbox, lambda: not stop.asked)
    if as_json:
        write_json(shapes.bounces_read(read))
        return
    if not read.read:
        say("No mail to read.")
        return
    write_facts(_facts(read))
    if stop.asked:
        say("Stopped: the rest is read the next time.")


def _facts(read: BouncesRead) -> Iterator[tuple[str, str]]:
    yield "Read", counted(read.read, "mail")
    for kind, words in _KIND_LABELS.items():
        if number := read.kinds.get(kind, 0):
            yield (
                words,
                f"{number:,}" + (_bounce_counts(read) if kind is ReturnKind.BOUNCED else ""),
            )
    if read.unread:
        yield "Not readable", f"{read.unread:,}"


def _bounce_counts(read: BouncesRead) -> str:
    return (
        f": {read.marked:,} new, {read.known:,} known, {read.foreign:,} of no mail of this Studio"
    )


@contextmanager
def _stopped_by_signal() -> Iterator[CancelToken]:
    """Yield a token that SIGTERM or Ctrl-C cancels.

    The mails read so far are recorded before the command stops.
    """
    stop = CancelToken()

    def ask(number: int, frame: FrameType | None) -> None:
        stop.ask()

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
