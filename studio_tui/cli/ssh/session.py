"""``studio-tui ssh keys`` and ``session``: the commands that sshd runs (A1).

sshd runs the first to read the permitted keys, and the second as the session of a key.
"""

import os
import shlex
import sys
from pathlib import Path
from typing import cast

import click

from studio_tui.cli.shared.dependencies import Dependencies
from studio_tui.cli.shared.paths import HostPath
from studio_tui.cli.shared.program import Program
from studio_tui.config.session import account_name, begin_key_session
from studio_tui.domain.people.ssh_keys import FINGERPRINT
from studio_tui.domain.shared.errors import Refused
from studio_tui.domain.shared.text import clean_line


@click.command()
@click.argument("account", required=False)
@click.argument("fingerprint", required=False)
def keys(account: str | None, fingerprint: str | None) -> None:
    """Print the keys that sshd may let in: for AuthorizedKeysCommand, see docs/ssh.md.

    With ACCOUNT (%u), nothing but for the account this runs as; with FINGERPRINT (%f), that key
    alone.
    """
    if fingerprint is not None and not FINGERPRINT.fullmatch(fingerprint):
        raise Refused(f"“{clean_line(fingerprint)[:60]}” is no SHA-256 fingerprint of OpenSSH.")
    if account is not None and account != account_name():
        return
    from studio_tui.config import settings
    from studio_tui.services.people.key_lookup import lookup_keys

    url = settings.load().database_url
    config = settings.config_path() if os.environ.get("STUDIO_CONFIG") else None
    for key, its_fingerprint in lookup_keys(url, fingerprint or ""):
        click.echo(f"restrict,pty,command={_option(_command(its_fingerprint, config))} {key}")


@click.command()
@click.argument("fingerprint")
@click.option("--config", type=HostPath(), help="The configuration, for STUDIO_CONFIG.")
@click.pass_context
def session(ctx: click.Context, fingerprint: str, config: Path | None) -> None:
    """Be the session of who came with the key FINGERPRINT: sshd runs this, by what “keys” printed.

    Without a command (SSH_ORIGINAL_COMMAND) the Studio opens; otherwise this one command runs, and
    nothing else can.
    """
    sent = os.environ.get("SSH_ORIGINAL_COMMAND", "")
    begin_key_session(fingerprint, config)
    from studio_tui.cli.ssh.allowed import key_program, split_command

    # The root context belongs to the group of all commands.
    whole = cast(Program, ctx.find_root().command)
    key_program(whole).main(split_command(sent), prog_name="studio-tui", obj=Dependencies.of(ctx))


def _command(fingerprint: str, config: Path | None) -> str:
    """Return the command of a session for the shell of the account.

    Python is isolated (``-I``), so that no environment variable changes its behaviour.
    """
    words = [sys.executable, "-I", "-m", "studio_tui", "ssh", "session", fingerprint]
    if config is not None:
        words += ["--config", str(config.absolute())]
    return shlex.join(words)


def _option(command: str) -> str:
    if not command.isprintable():
        raise Refused("The path of the program or of its configuration is no text on one line.")
    escaped = command.replace('"', '\\"')
    return f'"{escaped}"'
