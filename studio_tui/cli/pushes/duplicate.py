"""``studio-tui pushes duplicate`` (P17)."""

from dataclasses import replace
from datetime import date

import click

from studio_tui.cli.outbox import shapes as outbox_shapes
from studio_tui.cli.pushes import shapes
from studio_tui.cli.shared import dry_run as dry_runs
from studio_tui.cli.shared.bulk_confirmation import confirm_count, yes_option
from studio_tui.cli.shared.dry_run import UNDO, dry_run_options
from studio_tui.cli.shared.output import json_option, say, write_json
from studio_tui.cli.shared.session import with_studio
from studio_tui.cli.shared.times import day, when
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import Push, PushDraft
from studio_tui.services.pushes import duplicate as service
from studio_tui.services.pushes import pushes
from studio_tui.services.pushes.assign import AssignResult
from studio_tui.services.system.context import Studio
from studio_tui.wording.counting import counted


@click.command()
@click.argument("push")
@click.option("--name", help="Name of the new push; unless given, one is proposed.")
@click.option("--from", "available_from", type=day, help="First day: 2026-03-01, mon.")
@click.option("--deadline", type=day, help="Deadline: 2026-03-31, +2w.")
@click.option(
    "--expect", type=click.IntRange(0), metavar="N", help="Do nothing where they are not N."
)
@yes_option
@dry_run_options
@json_option
@with_studio
def duplicate(
    studio: Studio,
    actor: Actor,
    push: str,
    name: str | None,
    available_from: date | None,
    deadline: date | None,
    expect: int | None,
    yes: bool,
    dry_run: bool,
    with_mail: bool,
    as_json: bool,
) -> None:
    """Make another push like PUSH: its template, its reminders, and its people who are still there.

    They and their managers are told as of every assigning. Without days, the new push is as long
    as PUSH and begins at the next time that no push of this template takes.
    """
    dry_runs.check_options(dry_run=dry_run, with_mail=with_mail)
    found = pushes.find(studio, actor, push)
    proposal = service.propose(studio, actor, found)
    draft = _draft(proposal.draft, name, available_from, deadline)
    if dry_run:
        _try(studio, actor, found, draft, proposal.people, with_mail=with_mail, as_json=as_json)
        return
    if expect is None:
        expect = confirm_count(
            lambda: proposal.people,
            f"users would be assigned to “{draft.name}” and told",
            "Nothing was done",
            yes=yes,
        )
    done = service.duplicate(studio, actor, found, draft, expected=expect)
    made = pushes.show(studio, actor, done.push.id)
    if as_json:
        write_json({**shapes.push(made), **shapes.assigned(studio, done)})
    else:
        _tell(studio, made, done)


def _draft(
    proposed: PushDraft, name: str | None, available_from: date | None, deadline: date | None
) -> PushDraft:
    """Return the proposed push with the options applied.

    A first day without a deadline moves the deadline by the same number of days.
    """
    first = available_from or proposed.available_from
    length = proposed.deadline - proposed.available_from
    return replace(
        proposed,
        name=proposed.name if name is None else name,
        available_from=first,
        deadline=deadline or first + length,
    )


def _try(
    studio: Studio,
    actor: Actor,
    push: Push,
    draft: PushDraft,
    people: int,
    *,
    with_mail: bool,
    as_json: bool,
) -> None:
    run = dry_runs.run_dry_as(studio, actor, lambda: service.duplicate(studio, actor, push, draft))
    skipped = service.skipped(studio, actor, push)
    if as_json:
        write_json(
            {
                "push": draft.name,
                "available_from": draft.available_from.isoformat(),
                "deadline": draft.deadline.isoformat(),
                "adding": people,
                "left": len(skipped),
                **outbox_shapes.dry_run(studio, run, skipped),
            }
        )
        return
    say(f"“{draft.name}” would run from {draft.available_from} to {draft.deadline}.")
    managers = counted(run.managers_told, "manager")
    say(f"{counted(people, 'user')} would be assigned and {managers} told.")
    dry_runs.write_dry_run(run, skipped, with_mail=with_mail)


def _tell(studio: Studio, made: Push, done: AssignResult) -> None:
    say(f"“{made.name}” is created: {made.available_from} to {made.deadline}.")
    if not done.added:
        say("Nobody is assigned to it.")
        return
    managers = counted(done.managers_told, "manager")
    told = f"{counted(done.added, 'user')} assigned, {managers} told"
    say(f"{told}; mail leaves {when(studio, done.leaves_at)}. {UNDO}")
