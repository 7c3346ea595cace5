"""``studio-tui users why``: why a user matches an audience or not (P13)."""

import click

from studio_tui.cli.audiences import shapes
from studio_tui.cli.audiences.where import wrong_filter_as_usage_error
from studio_tui.cli.shared.output import json_option, say, write_json, write_text
from studio_tui.cli.shared.session import with_studio
from studio_tui.domain.people.access import Actor
from studio_tui.services.audiences import explaining
from studio_tui.services.audiences.resolving import audience_of
from studio_tui.services.people import users
from studio_tui.services.system.context import Studio
from studio_tui.wording.audiences import reason_lines


@click.command()
@click.argument("user")
@click.option("--where", metavar="FILTER", required=True, help="The filter that is asked about.")
@json_option
@with_studio
def why(studio: Studio, actor: Actor, user: str, where: str, as_json: bool) -> None:
    """Tell why USER (a login or an address) is among those of whom a filter holds, or is not."""
    with wrong_filter_as_usage_error():
        audience = audience_of(studio, actor, where)
    found = users.find(studio, actor, user).user
    reason = explaining.why(studio, actor, found.id, audience)
    if as_json:
        write_json(shapes.why(reason))
        return
    say(f"{found.name} is {'in' if reason.holds else 'not in'}: {audience}")
    write_text("\n".join(reason_lines(reason)))
