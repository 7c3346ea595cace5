"""``studio-tui users merge``: merging two records of the same person (U11)."""

import click

from studio_tui.cli.people import shapes
from studio_tui.cli.shared.output import json_option, say, write_json
from studio_tui.cli.shared.session import with_studio
from studio_tui.domain.people.access import Actor
from studio_tui.services.people import merging
from studio_tui.services.system.context import Studio
from studio_tui.wording.people import merged_in_words


@click.command()
@click.argument("user")
@click.argument("other")
@click.option("--dry-run", is_flag=True, help="Only tell what would happen.")
@json_option
@with_studio
def merge(
    studio: Studio, actor: Actor, user: str, other: str, dry_run: bool, as_json: bool
) -> None:
    """Make one record of two of one person: USER stays, OTHER is gone (logins or addresses).

    Everything that is OTHER's becomes USER's: pushes, conversations, mail, keys, teams, coachings
    and, where USER has none, facts. It cannot be undone.
    """
    act = merging.preview if dry_run else merging.merge
    merged = act(studio, actor, user, other)
    if as_json:
        write_json(shapes.merged(merged))
        return
    would = "would be merged" if dry_run else "is merged"
    kept = merged.kept
    say(f"{merged.other.name} ({merged.other.login}) {would} into {kept.name} ({kept.login}).")
    for line in merged_in_words(merged):
        say(line)
    if dry_run:
        say("Nothing was changed yet.")
