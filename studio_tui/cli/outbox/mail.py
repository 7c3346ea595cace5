"""``studio-tui mail``: test the settings, preview the wording (N9), store the password (N11)."""

import asyncio
import sys

import click

from studio_tui.cli.outbox import shapes
from studio_tui.cli.outbox.bounces import bounces
from studio_tui.cli.outbox.login import login_findings
from studio_tui.cli.shared.output import (
    complain,
    json_option,
    say,
    write_facts,
    write_json,
    write_text,
)
from studio_tui.cli.shared.session import with_studio
from studio_tui.cli.shared.suggestions import CommandGroup, NameChoice
from studio_tui.cli.system.findings import Verdict
from studio_tui.config import settings
from studio_tui.config.bounded_input import LineLimits, lines_of, standard_input
from studio_tui.config.settings import Bounces, Grant, Smtp
from studio_tui.domain.outbox.kinds import Capacity, Kind
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import Refused, Unavailable
from studio_tui.domain.shared.text import clean_line
from studio_tui.mail import secrets as passwords
from studio_tui.mail.secrets import Secret
from studio_tui.mail.transport.outcomes import Delivered, Outcome, RelayDown, Transport
from studio_tui.services.outbox import messages
from studio_tui.services.outbox.messages import MOST_PEOPLE, Mail, PreviewOptions
from studio_tui.services.system.context import Studio
from studio_tui.wording.mail import KIND_LABELS
from studio_tui.worker.advice import in_words
from studio_tui.worker.retry import reply_text
from studio_tui.worker.service import transports_of

_KEY_LIMITS = LineLimits(lines=200, longest=passwords.LONGEST_KEY, most=passwords.LONGEST_KEY)
_PASSWORD_LIMITS = LineLimits(lines=1, longest=4_096, most=4_096)


@click.group("mail", cls=CommandGroup)
def mail() -> None:
    """Try the mail settings, preview mail; keep the password of the mail server."""


mail.add_command(bounces)


@mail.command()
@click.argument("address")
@with_studio
def test(studio: Studio, actor: Actor, address: str) -> None:
    """Send a test mail to ADDRESS, now.

    With OAuth 2 each step before it is told: the secret, the token, the login.
    """
    sender, written = messages.test_mail(studio, actor, address)
    _tell_steps(studio)
    transport = transports_of(studio)[0]
    outcome = asyncio.run(_send(transport, sender, written))
    if not isinstance(outcome, Delivered):
        raise Unavailable(f"The test mail did not leave: {_reason(outcome)}")
    say(f"{transport.place} took the test mail to {address}: {outcome.words}")


def _tell_steps(studio: Studio) -> None:
    smtp = studio.settings.smtp
    if not smtp.host or not smtp.by_token:
        return
    smtp.require_usable()
    for finding in login_findings(smtp):
        if finding.health is Verdict.BROKEN:
            reason = f"{finding.name}: {finding.message}"
            raise Unavailable(f"The test mail did not leave: {clean_line(reason)}")
        say(clean_line(f"{finding.name}: {finding.message}"))


_PREVIEW = f"""Show the wording of KIND, as a CAPACITY gets it, with made-up values.

KIND is {", ".join(Kind)}; CAPACITY is {" or ".join(Capacity)}.
It is your organisation's own text where there is one, and tells what is wrong with it.
"""


@mail.command(help=_PREVIEW)
@click.argument("kind", type=NameChoice(Kind, KIND_LABELS), metavar="KIND")
@click.argument(
    "capacity", type=NameChoice(Capacity, also={"conductor": Capacity.MANAGER}), metavar="CAPACITY"
)
@click.option("--language", default="", help="As of a user, such as nl; the organisation's if not.")
@click.option(
    "--people",
    type=click.IntRange(1, MOST_PEOPLE),
    default=2,
    show_default=True,
    help="About how many people a manager is told.",
)
@click.option("--overdue", is_flag=True, help="As it is after the deadline.")
@click.option("--planned", is_flag=True, help="As it is where the conversation is planned.")
@json_option
@with_studio
def preview(
    studio: Studio,
    actor: Actor,
    kind: str,
    capacity: str,
    language: str,
    people: int,
    overdue: bool,
    planned: bool,
    as_json: bool,
) -> None:
    """Show one wording, filled in."""
    wanted = PreviewOptions(Kind(kind), Capacity(capacity), language, people, overdue, planned)
    rendered = messages.preview(studio, actor, wanted)
    if as_json:
        write_json({"kind": kind, "capacity": capacity, **shapes.rendered(rendered)})
        return
    write_facts((("Language", rendered.language), ("Subject", rendered.subject)))
    click.echo()
    write_text(rendered.plain)


@mail.command()
@click.option("--bounces", "of_bounces", is_flag=True, help="That of the mailbox of [bounces].")
def password(of_bounces: bool) -> None:
    """Keep the password of the mail server: in the keyring, or in a private file without one.

    It is asked for without showing it, or read as one line from the input. With OAuth 2 it is the
    client secret, or the key of a service account: the whole JSON file, from the input.
    """
    if of_bounces:
        _store_password_of_bounces(settings.load().bounces)
        return
    smtp = settings.load().smtp
    if not smtp.username:
        raise Refused("There is nobody to log in as: set username in [smtp] of config.toml first.")
    if not smtp.has_secret:
        raise Refused("smtp.token_command gives the token: there is no password to keep.")
    noun, who = passwords.noun(smtp), passwords.holder(smtp)
    kept = passwords.set_password(smtp, _read_secret(smtp, f"{noun} of {who}"))
    say(f"The {noun} of {who} is kept in {kept}.")
    used = passwords.where(smtp)
    if used and used != kept:
        complain(f"But {used} holds another, which is used first.")


def _store_password_of_bounces(mailbox: Bounces) -> None:
    if not mailbox.username:
        raise Refused("There is nobody to log in as: set username in [bounces] first.")
    noun, smtp = f"password of {mailbox.username}", passwords.as_smtp(mailbox)
    kept = passwords.set_password(smtp, _read_secret(smtp, noun), place=passwords.OF_BOUNCES)
    say(f"The {noun} is kept in {kept}.")


def _read_secret(smtp: Smtp, noun: str) -> Secret:
    is_key = smtp.by_token and smtp.oauth2.grant is Grant.SERVICE_ACCOUNT
    if is_key:
        return Secret("\n".join(lines_of(standard_input(), _KEY_LIMITS, "The input")))
    if sys.stdin.isatty():
        prompt = noun[:1].upper() + noun[1:]
        return Secret(
            click.prompt(prompt, hide_input=True, default="", show_default=False, err=True)
        )
    typed = next(lines_of(standard_input(), _PASSWORD_LIMITS, "The input"), "")
    return Secret(passwords.without_marks(typed))


async def _send(transport: Transport, sender: str, written: Mail) -> Outcome:
    try:
        return await transport.send(sender, written.recipient, written.message)
    finally:
        await transport.close()


def _reason(outcome: Outcome) -> str:
    if isinstance(outcome, RelayDown):
        return in_words(outcome, waits=False)
    return reply_text(outcome)
