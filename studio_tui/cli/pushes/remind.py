"""``studio-tui pushes remind`` (P15)."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from studio_tui.cli.audiences.where import where_of, where_option
from studio_tui.cli.pushes import shapes
from studio_tui.cli.pushes.user_selection import by_status
from studio_tui.cli.shared import dry_run as dry_runs
from studio_tui.cli.shared.bulk_confirmation import confirm_count, yes_option
from studio_tui.cli.shared.dry_run import dry_run_options
from studio_tui.cli.shared.output import json_if_nothing_to_do, json_option, say, write_json
from studio_tui.cli.shared.session import with_studio
from studio_tui.cli.shared.suggestions import NameChoice
from studio_tui.cli.shared.times import when
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import AssignmentFilter, Push, PushState, Status
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.pushes import pushes as service
from studio_tui.services.pushes import remind as reminding
from studio_tui.services.pushes.push_reminders import RemindPreview, RemindResult
from studio_tui.services.system.context import Studio
from studio_tui.wording.counting import counted
from studio_tui.wording.pushes import STATUS_LABELS

if TYPE_CHECKING:
    from studio_tui.services.outbox.dry_run import DryRun

_TO_REMIND = [status for status in Status if status not in (Status.DONE, Status.EXCUSED)]


@click.command()
@click.argument("push")
@click.argument("logins", nargs=-1, metavar="[LOGIN]...")
@click.option(
    "--status",
    "statuses",
    multiple=True,
    type=NameChoice(_TO_REMIND, STATUS_LABELS),
    help="Only those this far; may be repeated.",
)
@click.option("--overdue", is_flag=True, help="Only those whose deadline is past.")
@where_option
@click.option(
    "--manager",
    "managers",
    multiple=True,
    metavar="LOGIN",
    help="Only this manager, of all their people; may be repeated.",
)
@click.option("--again", is_flag=True, help="Also those reminded a short while ago.")
@yes_option
@dry_run_options
@json_option
@with_studio
def remind(
    studio: Studio,
    actor: Actor,
    push: str,
    logins: Sequence[str],
    statuses: Sequence[str],
    overdue: bool,
    where: str | None,
    managers: Sequence[str],
    again: bool,
    yes: bool,
    dry_run: bool,
    with_mail: bool,
    as_json: bool,
) -> None:
    """Remind those of PUSH who have still to talk, and their managers.

    Everybody, or those who are named by login or e-mail address, or those this far. Nobody who is
    done, is excused or has left, and nobody twice within a short while unless --again. With
    --manager, that manager alone is told, and none of the people.
    """
    dry_runs.check_options(dry_run=dry_run, with_mail=with_mail)
    if logins and (statuses or overdue or where is not None):
        raise click.UsageError("Either LOGIN… or --status, --overdue and --where.")
    found = service.find(studio, actor, push)
    if logins:
        chosen = reminding.users_named(studio, actor, found, logins)
    else:
        chosen = by_status(statuses, overdue=overdue, where=where_of(studio, actor, where))
    if managers:
        chosen_managers = reminding.managers_named(studio, actor, managers)
        _remind_managers(
            studio, actor, found, chosen, chosen_managers,
            again=again, dry_run=dry_run, with_mail=with_mail, as_json=as_json,
        )  # fmt: skip
    elif dry_run:
        _try(studio, actor, found, chosen, again=again, with_mail=with_mail, as_json=as_json)
    else:
        confirm_count(
            lambda: reminding.preview(studio, actor, found, chosen, again=again).reminding,
            f"users of “{found.name}” would be reminded",
            "Nobody was reminded",
            yes=yes,
        )
        with json_if_nothing_to_do(as_json, lambda: shapes.nobody_told(found)):
            done = reminding.remind(studio, actor, found, chosen, again=again)
        _tell(studio, found, done, as_json)


def _remind_managers(
    studio: Studio,
    actor: Actor,
    push: Push,
    chosen: Selection[AssignmentFilter],
    managers: Sequence[int],
    *,
    again: bool,
    dry_run: bool,
    with_mail: bool,
    as_json: bool,
) -> None:
    def remind() -> RemindResult:
        return reminding.remind_managers(studio, actor, push, managers, chosen, again=again)

    if not dry_run:
        with json_if_nothing_to_do(as_json, lambda: shapes.nobody_told(push)):
            done = remind()
        _tell(studio, push, done, as_json)
        return
    preview = reminding.preview_managers(studio, actor, push, managers, chosen, again=again)
    run = _tried(studio, push, preview.reminding, remind)
    if as_json:
        nobody = RemindPreview(0, 0, 0, (), preview.recently)
        write_json(shapes.remind_preview(studio, push, nobody, run, []))
        return
    say(f"{counted(preview.reminding, 'manager')} of “{push.name}” would be reminded.")
    dry_runs.write_dry_run(run, [], with_mail=with_mail)


def _tell(studio: Studio, push: Push, reminded: RemindResult, as_json: bool) -> None:
    if as_json:
        write_json(shapes.reminded(studio, push, reminded))
        return
    managers = counted(reminded.managers_told, "manager")
    done = f"{counted(reminded.users_told, 'user')} of “{push.name}” reminded, {managers} told"
    if not reminded.users_told:
        done = f"{managers} of “{push.name}” reminded"
    say(f"{done}; mail leaves {when(studio, reminded.leaves_at)}.")
    say("Until then “studio-tui outbox undo” takes it back.")


def _try(
    studio: Studio,
    actor: Actor,
    push: Push,
    chosen: Selection[AssignmentFilter],
    *,
    again: bool,
    with_mail: bool,
    as_json: bool,
) -> None:
    preview = reminding.preview(studio, actor, push, chosen, again=again)
    skipped = reminding.skipped(studio, actor, push, chosen, again=again)
    run = _tried(
        studio,
        push,
        preview.reminding,
        lambda: reminding.remind(studio, actor, push, chosen, again=again),
    )
    if as_json:
        write_json(shapes.remind_preview(studio, push, preview, run, skipped))
        return
    managers = run.managers_told
    say(
        f"{counted(preview.reminding, 'user')} of “{push.name}” would be reminded and "
        f"{counted(managers, 'manager')} told."
    )
    dry_runs.write_dry_run(run, skipped, with_mail=with_mail)


def _tried(studio: Studio, push: Push, number: int, act: Callable[[], RemindResult]) -> "DryRun":
    """Return the mail that reminding ``number`` people would send."""
    # A push that is not open is refused by the service itself, even if there is nobody to remind.
    if number or push.state is not PushState.OPEN:
        return dry_runs.run_dry(studio, act, lambda done: done.activity_id)
    return dry_runs.empty()
