"""``studio-tui doctor``: what is set up, what is missing, and what to do."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict

import click

from studio_tui import __version__
from studio_tui.cli.activity.activity import where_it_breaks
from studio_tui.cli.outbox.findings import outbox_findings
from studio_tui.cli.outbox.login import login_findings
from studio_tui.cli.shared.contract import CONTRACT
from studio_tui.cli.shared.errors import FAILED
from studio_tui.cli.shared.output import json_option, say, write_json
from studio_tui.cli.shared.session import studio_without_actor
from studio_tui.cli.shared.times import shown as time_shown
from studio_tui.cli.system.findings import Finding, Verdict
from studio_tui.config import settings
from studio_tui.config.clock import clock_from
from studio_tui.config.private_files import readable_by_others
from studio_tui.config.settings import Settings, Smtp
from studio_tui.domain.people.access import Action, may
from studio_tui.domain.shared.errors import NotInitialized, StudioError
from studio_tui.domain.shared.text import clean_line
from studio_tui.mail.transport.addresses import sender_from
from studio_tui.services import conversations
from studio_tui.services.activity import verify
from studio_tui.services.activity.verify import VerifyResult
from studio_tui.services.outbox import messages, outbox
from studio_tui.services.people import users
from studio_tui.services.people.identity import is_new, own_account, sign_in
from studio_tui.services.system.clocks import clock_problem
from studio_tui.services.system.context import Studio
from studio_tui.wording.counting import counted

_MAX_LINES = 10_000
"""Maximum number of activity lines to verify, because verifying all may take a while."""
_RESTORE = "move it away, and restore a backup with “studio-tui db restore FILE”"
_UNINDEXED = (
    "PostgreSQL had no extension pg_trgm to make an index of names with: a filter looks through "
    "all users. Have its owner run: CREATE EXTENSION pg_trgm; "
    "CREATE INDEX users_search_trigram ON users USING gin (search gin_trgm_ops)"
)


@click.command()
@json_option
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Tell what is set up, what is missing and what to do.

    The exit code is 0 where the Studio can be used, 1 where something stops work.
    """
    findings = list(_examine())
    usable = all(finding.health is not Verdict.BROKEN for finding in findings)
    if as_json:
        write_json(
            {
                "version": __version__,
                "contract": CONTRACT,
                "usable": usable,
                "findings": [asdict(finding) for finding in findings],
            }
        )
    else:
        _tell(findings, usable)
    ctx.exit(0 if usable else FAILED)


def _tell(findings: Sequence[Finding], usable: bool) -> None:
    for finding in findings:
        click.echo(f"{finding.health:<8}{finding.name:<14}{clean_line(finding.message)}")
    say("The Studio can be used." if usable else "Something stops work: see what is broken above.")


def _examine() -> Iterator[Finding]:
    yield Finding("program", Verdict.OK, f"Studio TUI {__version__}")
    try:
        loaded = settings.load()
        clock_from(os.environ.get("STUDIO_NOW"))
    except StudioError as error:
        yield Finding("settings", Verdict.BROKEN, error.message)
        return
    yield _settings(loaded)
    yield from _database()
    yield from _wording(loaded)
    yield from _mail(loaded.smtp)


def _settings(loaded: Settings) -> Finding:
    path = settings.config_path()
    if path.exists() and loaded.database.holds_password and readable_by_others(path):
        message = f"{path} holds a password and others can read it: run “chmod 600 {path}”"
        return Finding("settings", Verdict.LIMITED, message)
    if path.exists():
        return Finding("settings", Verdict.OK, str(path))
    return Finding("settings", Verdict.OK, f"{path} is not there: everything is at its default")


def _database() -> Iterator[Finding]:
    try:
        with studio_without_actor() as studio:
            if damage := studio.store.damage(thoroughly=True):
                message = f"{studio.store.name} is damaged ({damage}): {_RESTORE}"
                yield Finding("database", Verdict.BROKEN, message)
                return
            yield Finding("database", Verdict.OK, studio.store.name)
            for sentence in studio.store.closed:
                yield Finding("database", Verdict.LIMITED, sentence)
            yield from _inside(studio)
    except NotInitialized as error:
        message = f"{error.message} It is made when the Studio is opened, too, by its first admin."
        yield Finding("database", Verdict.OK, message)
    except StudioError as error:
        yield Finding("database", Verdict.BROKEN, error.message)


def _inside(studio: Studio) -> Iterator[Finding]:
    problem = clock_problem(studio)
    shown = f"{time_shown(studio, studio.now())} ({studio.zone.key})"
    yield Finding("clock", Verdict.LIMITED if problem else Verdict.OK, problem or shown)
    if not users.is_indexed(studio):
        yield Finding("filters", Verdict.LIMITED, _UNINDEXED)
    try:
        account = own_account()
        if is_new(studio):
            message = f"nobody is known yet: {account.login} becomes the first admin"
            yield Finding("account", Verdict.OK, message)
            return
        actor = sign_in(studio, account)
    except StudioError as error:
        yield Finding("account", Verdict.BROKEN, error.message)
        return
    yield Finding("account", Verdict.OK, f"{actor.name} ({actor.login}), {actor.role}")
    yield from _senders(studio)
    if may(actor, Action.READ_OUTBOX):
        yield from outbox_findings(studio, outbox.health(studio, actor))
    if may(actor, Action.READ_ACTIVITY):
        yield _activity(studio, verify.verify(studio, actor, newest=_MAX_LINES))


def _activity(studio: Studio, found: VerifyResult) -> Finding:
    """Return a finding on whether the newest lines of activity are unchanged (A3)."""
    if not found.intact:
        message = f"{where_it_breaks(studio, found)}: “studio-tui activity verify” looks at all"
        return Finding("activity", Verdict.LIMITED, message)
    which = "all" if found.of == found.lines else f"the newest {found.lines:,} of"
    message = f"{which} {counted(found.of, 'line')} as written"
    unsealed = f", {found.unsealed:,} not sealed yet" if found.unsealed else ""
    return Finding("activity", Verdict.OK, message + unsealed)


def _senders(studio: Studio) -> Iterator[Finding]:
    """Yield a finding for each user with the sender's address.

    They cannot be invited, because the ``ORGANIZER`` of an invitation cannot be one of its guests.
    """
    try:
        names = conversations.users_with_sender_address(studio)
    except StudioError:
        # The finding on the mail server reports what is wrong with the sender.
        return
    address = sender_from(studio.settings.smtp.sender).address if names else ""
    for name in names:
        message = conversations.NO_CALENDAR.format(name=name, address=address)
        yield Finding("invitations", Verdict.LIMITED, message)


def _wording(loaded: Settings) -> Iterator[Finding]:
    problems = messages.wording_problems(loaded)
    for problem in problems:
        yield Finding("wording", Verdict.LIMITED, problem)
    if not problems:
        folder = messages.wording_folder()
        own = "with texts of your own from" if folder.is_dir() else "as it comes; yours go into"
        yield Finding("wording", Verdict.OK, f"{own} {folder}")


def _mail(smtp: Smtp) -> Iterator[Finding]:
    if not smtp.host:
        message = "no server is set up, so that mail waits: set host and sender in [smtp]"
        yield Finding("mail server", Verdict.LIMITED, message)
        return
    try:
        smtp.require_usable()
        sender_from(smtp.sender)
        yield from login_findings(smtp)
    except StudioError as error:
        yield Finding("mail server", Verdict.BROKEN, error.message)
