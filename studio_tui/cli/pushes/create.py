"""``studio-tui pushes create``."""

from collections.abc import Iterable, Sequence
from datetime import date
from shlex import quote

import click

from studio_tui.cli.audiences.where import audience_option, where_of
from studio_tui.cli.shared import dry_run as dry_runs
from studio_tui.cli.shared.bulk_confirmation import confirm_count, yes_option
from studio_tui.cli.shared.dry_run import UNDO, dry_run_options
from studio_tui.cli.shared.output import json_option, say, write_json
from studio_tui.cli.shared.session import with_studio
from studio_tui.cli.shared.times import day
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import PushDraft
from studio_tui.services.audiences import members
from studio_tui.services.pushes import audiences
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import templates
from studio_tui.wording.counting import counted


def _draft(text: str) -> PushDraft:
    """Parse an option of the form ``NAME;FIRST DAY;DEADLINE``."""
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
@audience_option
@click.option("--once", is_flag=True, help="Only who matches --audience today; nobody later.")
@yes_option
@dry_run_options
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
    audience: str | None,
    once: bool,
    yes: bool,
    dry_run: bool,
    with_mail: bool,
    as_json: bool,
) -> None:
    """Create one or several pushes of TEMPLATE: all of them, or none.

    One by --name, --from and --deadline; several by --push "NAME;FIRST DAY;DEADLINE", repeated.
    With --audience who matches is assigned at once, and who comes to match until it is closed;
    with --once only the former.
    """
    if once and audience is None:
        raise click.UsageError("--once goes with --audience.")
    dry_runs.check_options(dry_run=dry_run, with_mail=with_mail)
    drafts = [*_single(name, available_from, deadline), *several]
    if not drafts:
        raise click.UsageError("Say which push: --name, --from and --deadline, or --push.")
    found = templates.find(studio, actor, template)
    wanted = where_of(studio, actor, audience)
    number = members.count(studio, actor, wanted) if wanted else 0
    if dry_run:
        named = ", ".join(f"“{draft.name}”" for draft in drafts)
        dry_runs.run_and_write(
            studio,
            actor,
            lambda: audiences.create_for(studio, actor, found.id, drafts, wanted, once=once),
            drafts[0].name if len(drafts) == 1 else None,
            f"{named} would be created with {counted(number, 'user')}",
            with_mail=with_mail,
            as_json=as_json,
        )
        return
    confirm_count(
        lambda: number,
        f"users would be assigned to “{drafts[0].name}” and told",
        "Nothing was created",
        yes=yes,
    )
    created = audiences.create_for(studio, actor, found.id, drafts, wanted, once=once)
    if as_json:
        from studio_tui.cli.pushes import shapes

        write_json([shapes.push(push) for push in created])
        return
    for push in created:
        say(f"“{push.name}” is created: {push.available_from} to {push.deadline}.")
    if wanted:
        later = "" if once else ", and until it is closed who comes to match"
        say(f"{counted(number, 'user')} assigned{later}. {UNDO}")
        return
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
