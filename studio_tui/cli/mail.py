"""``studio-tui mail``: try the settings, keep the password (N11)."""

import asyncio
import sys

import click

from studio_tui.cli.output import complain, say
from studio_tui.cli.session import with_studio
from studio_tui.config import settings
from studio_tui.domain.access import Action, Actor, require
from studio_tui.domain.errors import Refused, Unavailable
from studio_tui.mail import password as passwords
from studio_tui.mail.outcomes import Carrier, Delivered, Outcome, RelayDown
from studio_tui.mail.password import Secret
from studio_tui.services.context import Studio
from studio_tui.services.mailing import Mail, Mailroom
from studio_tui.worker import sending
from studio_tui.worker.service import carriers_of


@click.group("mail")
def mail() -> None:
    """Try the mail settings; keep the password of the mail server."""


@mail.command()
@click.argument("address")
@with_studio
def test(studio: Studio, actor: Actor, address: str) -> None:
    """Send a test mail to ADDRESS, now."""
    require(actor, Action.TEST_MAIL)
    carrier = carriers_of(studio)[0]
    mailroom = Mailroom(studio)
    written = mailroom.test_mail(address, studio.settings.organisation.language)
    outcome = asyncio.run(_send(carrier, mailroom.sender.address, written))
    if not isinstance(outcome, Delivered):
        raise Unavailable(f"The test mail did not leave: {_reason(outcome)}")
    server = studio.settings.smtp
    say(f"{server.host}:{server.port} took the test mail to {address}: {outcome.words}")


@mail.command()
def password() -> None:
    """Keep the password of the mail server: in the keyring, or in a private file without one.

    It is asked for without showing it, or read as one line from the input.
    """
    smtp = settings.load().smtp
    if not smtp.username:
        raise Refused("There is nobody to log in as: set username in [smtp] of config.toml first.")
    kept = passwords.set_password(smtp, _asked(smtp.username))
    say(f"The password of {smtp.username} is kept in {kept}.")
    used = passwords.where(smtp)
    if used and used != kept:
        complain(f"But {used} holds another, which is used first.")


def _asked(username: str) -> Secret:
    if sys.stdin.isatty():
        prompt = f"Password of {username}"
        return Secret(
            click.prompt(prompt, hide_input=True, default="", show_default=False, err=True)
        )
    return Secret(sys.stdin.readline().removesuffix("\n").removesuffix("\r"))


async def _send(carrier: Carrier, sender: str, written: Mail) -> Outcome:
    try:
        return await carrier.send(sender, written.recipient, written.message)
    finally:
        await carrier.close()


def _reason(outcome: Outcome) -> str:
    if isinstance(outcome, RelayDown):
        return sending.in_words(outcome)
    code = f"{outcome.code} " if outcome.code else ""
    return f"{code}{outcome.words}"
