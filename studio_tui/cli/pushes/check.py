"""``studio-tui pushes check`` (P19)."""

from collections.abc import Iterable, Sequence

import click

from studio_tui.cli.audiences.where import where_of, where_option
from studio_tui.cli.shared.output import json_option, say, write_json
from studio_tui.cli.shared.session import with_studio
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.pushes.check import PushWarning
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.pushes import assign, pushes
from studio_tui.services.pushes import check as push_check
from studio_tui.services.system.context import Studio

_MAX_NAMES = 10


@click.command()
@click.argument("push")
@click.argument("logins", nargs=-1, metavar="[LOGIN]...")
@where_option
@json_option
@with_studio
def check(
    studio: Studio,
    actor: Actor,
    push: str,
    logins: Sequence[str],
    where: str | None,
    as_json: bool,
) -> None:
    """Look PUSH over before it is assigned: those in it, and LOGIN… and those of whom a filter
    holds, who would be added.

    Who has no manager, no address that works, or another open push of this template; a deadline on
    a weekend; managers with more conversations than days; people who would get their mail at night.
    Nothing of it is in the way of assigning.
    """
    found = pushes.find(studio, actor, push)
    audience = where_of(studio, actor, where)
    adding: Selection[UserFilter] = Selection()
    if logins:
        adding = assign.users_named(studio, actor, logins)
    if audience is not None:
        adding = adding.mark_matching(UserFilter(where=audience))
    warnings = push_check.check(studio, actor, found, adding)
    if as_json:
        write_json([_shape(each) for each in warnings])
        return
    for line in _lines(warnings):
        say(line)
    if not warnings:
        say(f"Nothing to warn of in “{found.name}”.")


def _shape(of: PushWarning) -> dict[str, object]:
    return {"kind": of.kind, "count": of.count, "users": of.users}


def _lines(warnings: Iterable[PushWarning]) -> Iterable[str]:
    for each in warnings:
        named = ", ".join(each.users[:_MAX_NAMES])
        more = f" and {each.count - _MAX_NAMES:,} more" if each.count > _MAX_NAMES else ""
        yield f"{each.words}: {named}{more}" if named else f"{each.words}"
