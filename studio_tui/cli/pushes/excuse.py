"""``studio-tui pushes excuse`` and ``deadline`` (P18)."""

from collections.abc import Callable, Sequence
from datetime import date

import click

from studio_tui.cli.outbox import shapes as outbox_shapes
from studio_tui.cli.pushes import shapes
from studio_tui.cli.pushes.user_selection import chosen_users, user_filter_options
from studio_tui.cli.shared import dry_run as dry_runs
from studio_tui.cli.shared.bulk_confirmation import confirm_count, yes_option
from studio_tui.cli.shared.dry_run import dry_run_options
from studio_tui.cli.shared.output import json_if_nothing_to_do, json_option, say, write_json
from studio_tui.cli.shared.session import with_studio
from studio_tui.cli.shared.times import day, when
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.pushes.push import Push, SkippedPerson
from studio_tui.services.pushes import excuse as excusing
from studio_tui.services.pushes import pushes as service
from studio_tui.services.pushes.excuse import ExcuseResult
from studio_tui.services.system.context import Studio
from studio_tui.wording.counting import counted

Act = Callable[[], ExcuseResult]


@click.command()
@click.argument("push")
@click.argument("logins", nargs=-1, metavar="[LOGIN]...")
@click.option("--reason", help="Why: for HR and their managers to read.")
@click.option("--back", is_flag=True, help="Ask them again.")
@user_filter_options
@yes_option
@dry_run_options
@json_option
@with_studio
def excuse(
    studio: Studio,
    actor: Actor,
    push: str,
    logins: Sequence[str],
    reason: str | None,
    back: bool,
    statuses: Sequence[str],
    overdue: bool,
    where: str | None,
    yes: bool,
    dry_run: bool,
    with_mail: bool,
    as_json: bool,
) -> None:
    """Excuse users of PUSH: nothing is asked of them, and they do not count as late.

    Those who are named by login or e-mail address, or those this far. No mail is sent, mail that
    waits for them is dropped, and what is planned stays planned. --back asks them again; who was
    never told of PUSH because of it is told then.
    """
    if back == (reason is not None):
        raise click.UsageError("Say either why, with --reason, or --back.")
    dry_runs.check_options(dry_run=dry_run, with_mail=with_mail)
    require(actor, Action.EXCUSE)
    found = service.find(studio, actor, push)
    chosen = chosen_users(studio, actor, found, logins, statuses, overdue=overdue, where=where)

    def act() -> ExcuseResult:
        if reason is None:
            return excusing.take_back(studio, actor, found, chosen)
        return excusing.excuse(studio, actor, found, chosen, reason)

    def skipped() -> list[SkippedPerson]:
        if reason is None:
            return excusing.skipped_by_taking_back(studio, actor, found, chosen)
        return excusing.skipped_by_excuse(studio, actor, found, chosen, reason)

    done = "asked again" if back else "excused"
    if dry_run:
        _try(studio, found, act, skipped(), done, with_mail=with_mail, as_json=as_json)
        return
    confirm_count(
        lambda: excusing.count(studio, actor, found, chosen),
        f"users of “{found.name}” at most would be {done}",
        "Nothing was changed",
        yes=yes,
    )
    _do(studio, found, act, skipped, done, as_json=as_json)


@click.command()
@click.argument("push")
@click.argument("logins", nargs=-1, metavar="[LOGIN]...")
@click.option("--to", "until", type=day, metavar="DAY", help="Until when: 2026-04-15, +2w.")
@click.option("--back", is_flag=True, help="As long as everybody again.")
@user_filter_options
@yes_option
@dry_run_options
@json_option
@with_studio
def deadline(
    studio: Studio,
    actor: Actor,
    push: str,
    logins: Sequence[str],
    until: date | None,
    back: bool,
    statuses: Sequence[str],
    overdue: bool,
    where: str | None,
    yes: bool,
    dry_run: bool,
    with_mail: bool,
    as_json: bool,
) -> None:
    """Give users of PUSH longer than everybody: a deadline of their own.

    Those who are named by login or e-mail address, or those this far. No mail is sent: the day
    stands in the mail that follows, reminders keep to it, and until then nobody is late. “pushes
    edit” moves the deadline of everybody.
    """
    if back == (until is not None):
        raise click.UsageError("Say either until when, with --to, or --back.")
    dry_runs.check_options(dry_run=dry_run, with_mail=with_mail)
    require(actor, Action.EXCUSE)
    found = service.find(studio, actor, push)
    chosen = chosen_users(studio, actor, found, logins, statuses, overdue=overdue, where=where)

    def act() -> ExcuseResult:
        return excusing.set_deadline(studio, actor, found, chosen, until)

    def skipped() -> list[SkippedPerson]:
        return excusing.skipped_by_deadline(studio, actor, found, chosen, until)

    done = f"given until {until or found.deadline}"
    if dry_run:
        _try(studio, found, act, skipped(), done, with_mail=with_mail, as_json=as_json)
        return
    confirm_count(
        lambda: excusing.count(studio, actor, found, chosen),
        f"users of “{found.name}” at most would be {done}",
        "Nothing was changed",
        yes=yes,
    )
    _do(studio, found, act, skipped, done, as_json=as_json)


def _do(
    studio: Studio,
    push: Push,
    act: Act,
    skipped: Callable[[], Sequence[SkippedPerson]],
    done: str,
    *,
    as_json: bool,
) -> None:
    left_out = skipped()
    with json_if_nothing_to_do(as_json, lambda: shapes.nobody_told(push, "changed")):
        result = act()
    if as_json:
        write_json(shapes.excuse_result(studio, result))
        return
    users = f"{counted(result.changed, 'user')} of “{push.name}” {done}"
    if result.leaves_at is None:
        say(f"{users}.")
    else:
        told = counted(result.users_told, "user")
        managers = counted(result.managers_told, "manager")
        say(f"{users}; {told} and {managers} told: {when(studio, result.leaves_at)}.")
    for each in left_out:
        say(f"{each.name} {each.why}.")


def _try(
    studio: Studio,
    push: Push,
    act: Act,
    skipped: Sequence[SkippedPerson],
    done: str,
    *,
    with_mail: bool,
    as_json: bool,
) -> None:
    tried: list[ExcuseResult] = []

    def act_and_record() -> ExcuseResult:
        tried.append(act())
        return tried[0]

    with json_if_nothing_to_do(
        as_json,
        lambda: {
            "push": push.name,
            "changed": 0,
            **outbox_shapes.dry_run(studio, dry_runs.empty(), skipped),
        },
    ):
        run = dry_runs.run_dry(studio, act_and_record, lambda result: result.activity_id)
    if as_json:
        write_json(shapes.excuse_preview(studio, tried[0], run, skipped))
        return
    told = counted(len(run.notifications), "mail")
    mails = f"{told} would leave" if run.notifications else "nobody would get mail"
    say(f"{counted(tried[0].changed, 'user')} of “{push.name}” would be {done}: {mails}.")
    dry_runs.write_dry_run(run, skipped, with_mail=with_mail)
