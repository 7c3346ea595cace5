"""``studio-tui pushes close`` and ``reopen`` (P5, P9)."""

from collections.abc import Callable, Iterable
from functools import partial

import click

from studio_tui.cli.pushes import shapes
from studio_tui.cli.shared import dry_run as dry_runs
from studio_tui.cli.shared.bulk_confirmation import confirm_count, yes_option
from studio_tui.cli.shared.dry_run import UNDO, dry_run_options
from studio_tui.cli.shared.output import (
    complain,
    json_if_nothing_to_do,
    json_option,
    say,
    write_json,
    write_table,
)
from studio_tui.cli.shared.session import with_studio
from studio_tui.domain.outbox.notification import UNSENT, Notification, NotificationFilter
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import Assignment, Flag, Push, PushFacts, SkippedPerson, Status
from studio_tui.services.pushes import assign
from studio_tui.services.pushes import pushes as service
from studio_tui.services.pushes.pushes import PushCloseResult
from studio_tui.services.system.context import Studio
from studio_tui.wording.counting import counted
from studio_tui.wording.mail import KIND_LABELS
from studio_tui.wording.review import changed_meanwhile_in_words


@click.command()
@click.argument("push")
@click.option(
    "--cancel-planned",
    is_flag=True,
    help="Cancel what is planned and has not begun; unless said, it can still be held.",
)
@click.option("--tell", is_flag=True, help="Tell those who have not held it, and their managers.")
@yes_option
@dry_run_options
@json_option
@with_studio
def close(
    studio: Studio,
    actor: Actor,
    push: str,
    tell: bool,
    cancel_planned: bool,
    yes: bool,
    dry_run: bool,
    with_mail: bool,
    as_json: bool,
) -> None:
    """Close PUSH: nobody is asked for it any more. “reopen” undoes it.

    Its mail that waits is dropped. Who was told of it and has not held the conversation is told
    that it is over only with --tell.
    """
    dry_runs.check_options(dry_run=dry_run, with_mail=with_mail)
    found = service.find(studio, actor, push)
    if dry_run:
        closing = partial(
            service.close, studio, actor, found, tell=tell, cancel_planned=cancel_planned
        )
        _try(studio, actor, found, closing, tell=tell, with_mail=with_mail, as_json=as_json)
    else:
        if tell:
            confirm_count(
                lambda: found.progress.open,
                f"users at most would be told that “{found.name}” is closed",
                "It was not closed",
                yes=yes,
            )
        with json_if_nothing_to_do(
            as_json, lambda: shapes.closed(PushCloseResult(found, 0, 0), found)
        ):
            closed = service.close(studio, actor, found, tell=tell, cancel_planned=cancel_planned)
        now = service.show(studio, actor, closed.push.id)
        _tell(closed, now, told=tell, as_json=as_json)


@click.command()
@click.argument("push")
@dry_run_options
@json_option
@with_studio
def reopen(
    studio: Studio, actor: Actor, push: str, dry_run: bool, with_mail: bool, as_json: bool
) -> None:
    """Open PUSH again after it was closed; mail that closing dropped waits once more."""
    dry_runs.check_options(dry_run=dry_run, with_mail=with_mail)
    found = service.find(studio, actor, push)
    if dry_run:
        dry_runs.run_and_write(
            studio,
            actor,
            lambda: service.reopen(studio, actor, found),
            found.name,
            f"“{found.name}” would be opened again",
            with_mail=with_mail,
            as_json=as_json,
        )
        return
    with json_if_nothing_to_do(as_json, lambda: _reopened(found, 0, 0)):
        done = service.reopen_with_result(studio, actor, found)
    opened = done.push
    if as_json:
        write_json(_reopened(opened, done.again, done.changes))
        return
    say(f"“{opened.name}” is {opened.state} again, with the deadline {opened.deadline}.")
    if done.again:
        complain(f"{counted(done.again, 'mail')} that closing dropped: waiting once more. {UNDO}")
    for said in changed_meanwhile_in_words(done.changes, remembered=done.remembered):
        complain(f"{said}: “studio-tui users review”.")


def _reopened(push: PushFacts, again: int, changes: int) -> dict[str, object]:
    return {
        "push": push.name,
        "state": push.state,
        "waiting_again": again,
        "changes_waiting": changes,
    }


def _tell(closed: PushCloseResult, push: Push, *, told: bool, as_json: bool) -> None:
    if as_json:
        write_json(shapes.closed(closed, push))
        return
    done = push.progress
    dropped = f" {counted(closed.dropped, 'waiting mail')} dropped." if closed.dropped else ""
    say(f"“{push.name}” is closed: {done.done} of {done.assigned} held.{dropped}")
    if closed.cancelled:
        say(f"{counted(closed.cancelled, 'planned conversation')} cancelled, and taken back.")
    if told and done.open:
        say("Who was told of it and is not done is told that it is closed.")
    if (told and done.open) or closed.cancelled:
        complain(UNDO)


def _try(
    studio: Studio,
    actor: Actor,
    push: Push,
    closing: Callable[[], PushCloseResult],
    *,
    tell: bool,
    with_mail: bool,
    as_json: bool,
) -> None:
    dropped = _waiting(studio, actor, push)
    users = assign.every(studio, actor, push)
    with json_if_nothing_to_do(
        as_json, lambda: shapes.close_preview(studio, push, (), dry_runs.empty(), ())
    ):
        run = dry_runs.run_dry(studio, closing, lambda done: done.activity_id)
    told = {each.recipient for each in run.notifications}
    skipped = list(_skipped(users, told)) if tell else []
    if as_json:
        write_json(shapes.close_preview(studio, push, dropped, run, skipped))
        return
    done = push.progress
    say(f"“{push.name}” would be closed: {done.done} of {done.assigned} held.")
    if dropped:
        say(f"{counted(len(dropped), 'waiting mail')} would be dropped:")
        rows = ((str(each.id), KIND_LABELS[each.kind], each.to) for each in dropped)
        write_table(("Id", "Kind", "To"), rows, "")
    dry_runs.write_dry_run(run, skipped, with_mail=with_mail)


def _waiting(studio: Studio, actor: Actor, push: Push) -> list[Notification]:
    """Return the unsent mail of a push in the order in which it is due."""
    from studio_tui.services.outbox import outbox

    found = [
        notification
        for state in UNSENT
        for notification in outbox.every(
            studio, actor, NotificationFilter(state=state, push_id=push.id)
        )
    ]
    return sorted(found, key=lambda each: (each.due_at, each.id))


def _skipped(users: Iterable[Assignment], told: set[str]) -> Iterable[SkippedPerson]:
    for user in users:
        if user.login not in told:
            yield SkippedPerson(user.login, user.name, _why(user))


def _why(user: Assignment) -> str:
    if user.status is Status.DONE:
        return "has held it"
    return "has left" if Flag.LEFT in user.flags else "was not told of it yet"
