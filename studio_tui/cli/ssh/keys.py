"""``studio-tui ssh add-key``, ``remove-key`` and ``list``."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from studio_tui.cli.shared.input_files import read_bytes
from studio_tui.cli.shared.output import json_option, say, write_json, write_table
from studio_tui.cli.shared.paths import Dash, HostPath
from studio_tui.cli.shared.session import with_studio
from studio_tui.cli.shared.times import shown, zone_heading
from studio_tui.cli.ssh import shapes
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.ssh_keys import MAX_BYTES, UserKey
from studio_tui.domain.shared.errors import Refused
from studio_tui.services.people import ssh_keys as service
from studio_tui.services.system.context import Studio


@click.command("add-key")
@click.argument("login")
@click.argument("file", type=HostPath(Dash.INPUT), default="-")
@with_studio
def add_key(studio: Studio, actor: Actor, login: str, file: Path) -> None:
    """Let the user LOGIN in with the public key in FILE; “-”, or no FILE, reads the input.

    Of a pair of keys it is the file that ends in .pub: one line.
    """
    require(actor, Action.KEEP_KEYS)
    added = service.add(studio, actor, login, _text(read_bytes(file, MAX_BYTES)))
    say(f"{added.name} ({added.login}) comes in with the key {added.fingerprint}.")


@click.command("remove-key")
@click.argument("fingerprints", nargs=-1, required=True, metavar="FINGERPRINT...")
@with_studio
def remove_key(studio: Studio, actor: Actor, fingerprints: Sequence[str]) -> None:
    """Let nobody in with these keys any more.

    Who is in already stays until they leave. Everybody may remove their own keys.
    """
    for fingerprint in fingerprints:
        removed = service.remove(studio, actor, fingerprint)
        say(f"The key {removed.fingerprint} of {removed.name} ({removed.login}) opens nothing now.")


@click.command("list")
@click.argument("login", required=False)
@json_option
@with_studio
def list_(studio: Studio, actor: Actor, login: str | None, as_json: bool) -> None:
    """List the keys of LOGIN; without it all that you may see, your own at least."""
    if login is None:
        listed = service.visible(studio, actor)
    else:
        listed = service.every(studio, actor, login)
    if as_json:
        write_json([shapes.user_key(studio, key) for key in listed])
        return
    headings = (
        "Login",
        "Name",
        "Fingerprint",
        "Kind",
        "Comment",
        zone_heading(studio, "Added"),
        "",
    )
    empty = "No keys. “studio-tui ssh add-key LOGIN FILE” adds one."
    write_table(headings, _rows(studio, listed), empty)


def _rows(studio: Studio, listed: Iterable[UserKey]) -> Iterable[tuple[str, ...]]:
    for key in listed:
        left = "" if key.active else "left"
        added = shown(studio, key.added_at)
        yield key.login, key.name, key.fingerprint, key.kind, key.comment, added, left


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Refused("This is no public key of OpenSSH: it is not text.") from None
