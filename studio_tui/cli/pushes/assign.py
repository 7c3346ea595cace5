"""``studio-tui pushes assign`` and ``unassign`` (P3, P6, P11, P12)."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from shlex import quote

import click

from studio_tui.cli.audiences.where import where_of, where_option
from studio_tui.cli.pushes import shapes
from studio_tui.cli.shared import dry_run as dry_runs
from studio_tui.cli.shared.bulk_confirmation import confirm_count, yes_option
from studio_tui.cli.shared.dry_run import dry_run_options
from studio_tui.cli.shared.input_files import read_user_list
from studio_tui.cli.shared.output import (
    json_if_nothing_to_do,
    json_option,
    say,
    write_json,
    write_table,
)
from studio_tui.cli.shared.paths import Dash, HostPath
from studio_tui.cli.shared.session import with_studio
from studio_tui.cli.shared.times import when
from studio_tui.domain.audiences.audience import Audience
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.name_list import parse_names
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.pushes.push import AssignmentFilter, Push
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.pushes import assign as assigning
from studio_tui.services.pushes import pushes as service
from studio_tui.services.pushes.assign import AssignPreview, AssignResult
from studio_tui.services.system.context import Studio
from studio_tui.wording.counting import counted


@click.command()
@click.argument("push")
@click.argument("logins", nargs=-1, metavar="[LOGIN]...")
@click.option("--from-push", "earlier", multiple=True, help="Everyone of an earlier push.")
@where_option
@click.option("--except", "without", multiple=True, metavar="LOGIN", help="But not this user.")
@click.option(
    "--file",
    "listed",
    type=HostPath(Dash.INPUT),
    help="Logins or addresses, one on a line or separated by “;”, or a CSV with a column of them; "
    "“-” reads them from the input.",
)
@click.option(
    "--expect", type=click.IntRange(0), metavar="N", help="Assign nobody where they are not N."
)
@yes_option
@dry_run_options
@json_option
@with_studio
def assign(
    studio: Studio,
    actor: Actor,
    push: str,
    logins: Sequence[str],
    earlier: Sequence[str],
    where: str | None,
    without: Sequence[str],
    listed: Path | None,
    expect: int | None,
    yes: bool,
    dry_run: bool,
    with_mail: bool,
    as_json: bool,
) -> None:
    """Assign users to PUSH, and tell them and all their managers by mail.

    Users are named by login or e-mail address, taken over from earlier pushes, those of whom a
    filter holds, or all of these together.
    Who is assigned already stays as they are and is told nothing. At a terminal, more than 500 at
    once are asked for by their number; a script says --expect N.
    """
    dry_runs.check_options(dry_run=dry_run, with_mail=with_mail)
    require(actor, Action.ASSIGN)
    names = [*logins, *(parse_names(read_user_list(listed)) if listed else ())]
    if not names and not earlier and where is None:
        raise click.UsageError("Say who: LOGIN…, --from-push, --where or --file.")
    found = service.find(studio, actor, push)
    audience = where_of(studio, actor, where)
    chosen = _chosen(studio, actor, names, earlier, audience, without)
    if dry_run:
        _try(studio, actor, found, chosen, with_mail=with_mail, as_json=as_json)
        return
    if expect is None:
        expect = confirm_count(
            lambda: assigning.preview(studio, actor, found, chosen).adding,
            f"users would be assigned to “{found.name}” and told",
            "Nobody was assigned",
            yes=yes,
        )
    with json_if_nothing_to_do(as_json, lambda: shapes.nobody_told(found, "added")):
        done = assigning.assign(studio, actor, found, chosen, expected=expect)
    if as_json:
        write_json(shapes.assigned(studio, done))
    else:
        _tell_assigned(studio, done, service.show(studio, actor, done.push.id))


@click.command()
@click.argument("push")
@click.argument("logins", nargs=-1, metavar="[LOGIN]...")
@where_option
@yes_option
@with_studio
def unassign(
    studio: Studio, actor: Actor, push: str, logins: Sequence[str], where: str | None, yes: bool
) -> None:
    """Take users out of PUSH: what was written stays, mail that waits is dropped.

    Users are named by login or e-mail address, or are those of whom a filter holds.
    """
    if bool(logins) == (where is not None):
        raise click.UsageError("Say who: either LOGIN… or --where.")
    require(actor, Action.ASSIGN)
    found = service.find(studio, actor, push)
    audience = where_of(studio, actor, where)
    if audience is None:
        count = assigning.unassign_users(studio, actor, found, logins)
    else:
        chosen = Selection.matching(AssignmentFilter(where=audience))
        confirm_count(
            lambda: assigning.count(studio, actor, found, chosen),
            f"users would be taken out of “{found.name}”",
            "Nobody was taken out",
            yes=yes,
        )
        count = assigning.unassign(studio, actor, found, chosen)
    say(
        f"{counted(count, 'user')} taken out of “{found.name}”. "
        "Assigning them again brings back what was written."
    )


def _chosen(
    studio: Studio,
    actor: Actor,
    names: Sequence[str],
    earlier: Sequence[str],
    audience: Audience | None,
    without: Sequence[str],
) -> Selection[UserFilter]:
    """Return the users of the earlier pushes, in the audience and named, without the exceptions."""
    selection: Selection[UserFilter] = Selection()
    for name in earlier:
        selection = selection.mark_matching(assigning.of_push(service.find(studio, actor, name)))
    if audience is not None:
        selection = selection.mark_matching(UserFilter(where=audience))
    selection = selection.mark(_ids(studio, actor, names))
    return selection.unmark(_ids(studio, actor, without))


def _ids(studio: Studio, actor: Actor, names: Sequence[str]) -> Iterable[int]:
    named = assigning.users_named(studio, actor, names)
    return [user_id for term in named.terms for user_id in term.marked]


def _try(
    studio: Studio,
    actor: Actor,
    push: Push,
    chosen: Selection[UserFilter],
    *,
    with_mail: bool,
    as_json: bool,
) -> None:
    preview = assigning.preview(studio, actor, push, chosen)
    skipped = assigning.skipped(studio, actor, push, chosen)
    run = (
        dry_runs.run_dry(
            studio,
            lambda: assigning.assign(studio, actor, push, chosen),
            lambda done: done.activity_id,
        )
        if preview.adding
        else dry_runs.empty()
    )
    if as_json:
        write_json(shapes.assign_preview(studio, push, preview, run, skipped))
        return
    _tell_preview(studio, push, preview)
    dry_runs.write_dry_run(run, skipped, with_mail=with_mail)


_TOLD_BEFORE = "all were told before, so that nobody gets mail again."


def _tell_preview(studio: Studio, push: Push, preview: AssignPreview) -> None:
    assigned = f"{counted(preview.adding, 'user')} would be assigned to “{push.name}”"
    if preview.adding and not preview.users_told and not preview.managers:
        say(f"{assigned}; {_TOLD_BEFORE}")
    else:
        say(
            f"{assigned} and {counted(preview.managers, 'manager')} told; "
            f"mail would leave {when(studio, preview.leaves_at)}."
        )
    say(f"{preview.already} in it already, {preview.left} left the organisation.")
    if preview.without_manager:
        say(f"{preview.without_manager_in_words} would have no manager to talk with:")
        rows = [(user.login, user.name) for user in preview.without_manager]
        write_table(("Login", "Name"), rows, "")


def _tell_assigned(studio: Studio, assigned: AssignResult, push: Push) -> None:
    users = f"{counted(assigned.added, 'user')} assigned to “{push.name}”"
    if not assigned.users_told and not assigned.managers_told:
        say(f"{users}; {_TOLD_BEFORE}")
    else:
        managers = counted(assigned.managers_told, "manager")
        say(f"{users}, {managers} told; mail leaves {when(studio, assigned.leaves_at)}.")
        say("Until then “studio-tui outbox undo” takes it back.")
    if unmanaged := push.progress.no_manager:
        told = counted(unmanaged, "user of it has", "users of it have")
        say(f"{told} no manager to talk with: studio-tui pushes show {quote(push.name)}")
    if not studio.settings.smtp.host:
        say("No mail server is set up: mail waits in the outbox. “studio-tui doctor” tells more.")
