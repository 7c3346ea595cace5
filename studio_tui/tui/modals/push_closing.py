"""Closing a push and opening it again, from any screen that shows one (P5, P9)."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from studio_tui.domain.outbox.kinds import Capacity
from studio_tui.domain.outbox.notification import NotificationFilter, NotificationState
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import Assignment, Flag, Push, SkippedPerson, Status
from studio_tui.domain.pushes.push import Progress as HowFar
from studio_tui.domain.shared.cancellation import Progress, ignore_progress
from studio_tui.domain.shared.list_source import Sort
from studio_tui.services.outbox import outbox
from studio_tui.services.outbox.dry_run import dry_run
from studio_tui.services.pushes import assign, pushes
from studio_tui.services.pushes.pushes import PushCloseResult, PushReopenResult
from studio_tui.tui.modals.close_push import ClosePush, Closing
from studio_tui.tui.modals.dry_run import DryRunScreen
from studio_tui.tui.modals.dry_run_words import DryRunResult
from studio_tui.tui.modals.type_number import confirm_if_many
from studio_tui.tui.runtime.job import Job
from studio_tui.tui.screen import StudioScreen
from studio_tui.wording.counting import counted
from studio_tui.wording.review import changed_meanwhile_in_words

if TYPE_CHECKING:
    from studio_tui.services.system.context import Studio

_WAITING = (NotificationState.HELD, NotificationState.QUEUED, NotificationState.SENDING)
_TELLING = "v shows what telling those who have not held it would send."


def close(screen: StudioScreen, push: Push) -> None:
    """Close ``push`` after a confirmation that lists the consequences."""

    def ask(found: tuple[HowFar, int, int]) -> None:
        progress, waiting, planned = found
        detail = _consequences(progress, waiting)
        preview = None
        if progress.open:
            detail += f"\n{_TELLING}"
            preview = partial(_show_sent, screen, push)
        asked = ClosePush(push.name, detail, _planned(planned), preview)
        screen.app.push_screen(asked, lambda how: answered(how, progress.open))

    def answered(how: Closing | None, open_: int) -> None:
        if how is None:
            return
        told = open_ if how.tell else 0
        question = f"Close “{push.name}” and tell up to {told:,} users?"
        detail = "Their managers are told as well."
        confirm_if_many(screen.app, told, question, detail, partial(end, how))

    def end(how: Closing) -> None:
        job = Job(f"Closing “{push.name}”")
        screen.write(
            lambda: _close(screen.studio, screen.actor, push, how, job.report_progress),
            lambda closed: screen.show_message(_closed(closed, tell=how.tell)),
            job=job,
        )

    def look() -> tuple[HowFar, int, int]:
        # The numbers to display may not have been counted yet.
        known = push if push.counted else pushes.show(screen.studio, screen.actor, push.id)
        planned = pushes.planned(screen.studio, screen.actor, push)
        return known.progress, _mail_waiting(screen, push), planned

    screen.read_to_open("closing", look, ask)


def reopen(screen: StudioScreen, push: Push) -> None:
    """Open ``push`` again."""
    screen.write(
        lambda: pushes.reopen_with_result(screen.studio, screen.actor, push),
        lambda done: screen.show_message(_opened(done)),
    )


def _opened(done: PushReopenResult) -> str:
    said = [f"“{done.push.name}” is {done.push.state} again."]
    if done.again:
        said.append(f"{counted(done.again, 'mail')} waiting once more (z undo).")
    meanwhile = changed_meanwhile_in_words(done.changes, remembered=done.remembered)
    return " ".join([*said, *(f"{each} (y on Users)." for each in meanwhile)])


def _close(
    studio: "Studio", actor: Actor, push: Push, how: Closing, progress: Progress = ignore_progress
) -> PushCloseResult:
    return pushes.close(
        studio,
        actor,
        push,
        tell=how.tell,
        cancel_planned=how.cancel_planned,
        progress=progress,
    )


def _planned(number: int) -> str:
    return f"Cancel what is planned: {number:,} not begun" if number else ""


def _show_sent(screen: StudioScreen, push: Push, cancels: bool) -> None:
    title = f"What closing “{push.name}” and telling them would send"
    studio, actor = screen.studio, screen.actor
    how = Closing(True, cancels)
    trial = partial(_trial, studio, actor, push, how)
    screen.app.push_screen(DryRunScreen(title, trial))


def _trial(
    studio: "Studio", actor: Actor, push: Push, how: Closing, wanted: Callable[[], bool]
) -> DryRunResult:
    run = dry_run(
        studio,
        lambda: _close(studio, actor, push, how),
        lambda closed: closed.activity_id,
        wanted,
    )
    told = {each.recipient for each in run.notifications if each.capacity is Capacity.USER}
    skipped = [
        SkippedPerson(user.login, user.name, _why_not_told(user))
        for user in assign.every(studio, actor, push)
        if user.login not in told
    ]
    return DryRunResult(run, skipped)


def _why_not_told(user: Assignment) -> str:
    if user.status is Status.DONE:
        return "has held it"
    return "has left" if Flag.LEFT in user.flags else "was not told of it yet"


def _mail_waiting(screen: StudioScreen, push: Push) -> int:
    order = Sort("due_at")
    filters = [NotificationFilter(state=state, push_id=push.id) for state in _WAITING]
    return sum(
        outbox.source(screen.studio, screen.actor, filter_, order).count() for filter_ in filters
    )


def _consequences(progress: HowFar, waiting: int) -> str:
    held = (
        "Nobody is assigned to it."
        if not progress.assigned
        else "All its conversations have been held."
        if not progress.open
        else f"{progress.open:,} of {counted(progress.assigned, 'conversation', 'conversations')} "
        "not held: these can no longer begin.\n"
        "What is in progress can still be finished."
    )
    mail = {0: "No mail waits.", 1: "1 mail that waits in the outbox is dropped."}.get(
        waiting, f"{waiting:,} mails that wait in the outbox are dropped."
    )
    return f"{held}\n{mail}\nIt leaves the overviews of those it asks, and can be reopened."


def _closed(closed: PushCloseResult, *, tell: bool) -> str:
    dropped = counted(closed.dropped, "mail")
    told = "; those who have not held it are told" if tell else ""
    cancelled = f", {closed.cancelled:,} cancelled" if closed.cancelled else ""
    return f"“{closed.push.name}” is closed; {dropped} dropped{cancelled}{told}. r reopens it."
