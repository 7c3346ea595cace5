"""``studio-tui users scope`` (U12)."""

from collections.abc import Sequence

import click

from studio_tui.cli.people import shapes
from studio_tui.cli.shared.output import json_if_nothing_to_do, json_option, say, write_json
from studio_tui.cli.shared.session import with_studio
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.scope import scope_audience
from studio_tui.services.people import scopes as service
from studio_tui.services.system.context import Studio
from studio_tui.wording.people import sight_in_words


@click.command()
@click.argument("user", metavar="LOGIN")
@click.option(
    "--team", "teams", multiple=True, metavar="TEAM", help="Who is in this team or below it."
)
@click.option(
    "--department", "departments", multiple=True, metavar="NAME", help="Who is in this department."
)
@click.option("--where", metavar="FILTER", help="Who is in this audience.")
@click.option("--all", "everybody", is_flag=True, help="The whole organisation again.")
@json_option
@with_studio
def scope(
    studio: Studio,
    actor: Actor,
    user: str,
    teams: Sequence[str],
    departments: Sequence[str],
    where: str | None,
    everybody: bool,
    as_json: bool,
) -> None:
    """Limit whom LOGIN, an admin or support, sees; without an option, show it.

    Several options hold of whoever is in any of them. Lists, counts, mail, activity, exports and
    acts of LOGIN stay within; what is beyond is to them as if it were not there.
    """
    given = (where is not None, bool(teams or departments), everybody)
    if sum(given) > 1:
        raise click.UsageError("Either --where, or --team and --department, or --all.")
    wanted = scope_audience(teams, departments) or where
    with json_if_nothing_to_do(as_json, lambda: shapes.scope(service.show(studio, actor, user))):
        if everybody:
            found = service.lift(studio, actor, user)
        elif wanted is not None:
            found = service.limit(studio, actor, user, wanted)
        else:
            found = service.show(studio, actor, user)
    if as_json:
        write_json(shapes.scope(found))
        return
    say(f"{found.name} sees {sight_in_words(found)}.")
