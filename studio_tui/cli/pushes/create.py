"""``studio-tui pushes create``."""

from collections.abc import Iterable, Sequence
from datetime import date
from shlex import quote

import click

from studio_tui.cli.shared.output import json_option, say, write_json
from studio_tui.cli.shared.session import with_studio
from studio_tui.cli.shared.times import day
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import PushDraft
from studio_tui.services.pushes import pushes
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import templates


def _draft(text: str) -> PushDraft:
    """The type of an option: ``NAME;FIRST DAY;DEADLINE``."""
    parts = text.rsplit(";", 2)
    if len(parts) < 3:
        raise click.BadParameter("Write it as “NAME;2026-03-01;2026-03-31”.")
    return PushDraft(parts[0], day(parts[1]), day(parts[2]))


@click.command()
@click.argument("template")
@click.option("--name", help="Name of the push.")
@click.option("--from", "available_from", type=day, help="First day: 2026-03-01, mon.")
@click.option(
    "--deadline", type=day, help="Day before whose end it is to be held: 2026-03-31, +2w."
)
@click.option(
    "--push",
    "several",
    multiple=True,
    type=_draft,
    metavar="N;DATE;DATE",
    help="One of several.",
)
@json_option
@with_studio
def create(
    studio: Studio,
    actor: Actor,
    template: str,
    name: str | None,
    available_from: date | None,
    deadline: date | None,
    several: Sequence[PushDraft],
    as_json: bool,
) -> None:
    """Create one or several pushes of TEMPLATE: all of them, or none.

    One by --name, --from and --deadline; several by --push "NAME;FIRST DAY;DEADLINE", repeated.
    """
    drafts = [*_single(name, available_from, deadline), *several]
    if not drafts:
        raise click.UsageError("Say which push: --name, --from and --deadline, or --push.")
    found = templates.find(studio, actor, template)
    created = pushes.create(studio, actor, found.id, drafts)
    if as_json:
        from studio_tui.cli.shared import shapes

        write_json([shapes.push(push) for push in created])
        return
    for push in created:
        say(f"“{push.name}” is created: {push.available_from} to {push.deadline}.")
    say(f"Next: studio-tui pushes assign {quote(created[0].name)} LOGIN…")


def _single(
    name: str | None, available_from: date | None, deadline: date | None
) -> Iterable[PushDraft]:
    given = (name, available_from, deadline)
    if given == (None, None, None):
        return
    if name is None or available_from is None or deadline is None:
        raise click.UsageError("--name, --from and --deadline go together.")
    yield PushDraft(name, available_from, deadline)
