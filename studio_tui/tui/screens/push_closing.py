"""Closing a push and opening it again, wherever one is shown (P5, P9)."""

from studio_tui.domain.listing import Sort
from studio_tui.domain.notifications import NotificationFilter, NotificationState
from studio_tui.domain.pushes import Push, PushState
from studio_tui.services import outbox, pushes
from studio_tui.services.pushes import Closed
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.push_words import counted

_WAITING = (NotificationState.HELD, NotificationState.QUEUED, NotificationState.SENDING)


def why_not_change(push: Push | None) -> str | None:
    """Why a push cannot be changed, None where it can."""
    if push is None:
        return "There is no push here."
    if push.state is PushState.CLOSED:
        return f"“{push.name}” is closed: reopen it first."
    return None


def why_not_reopen(push: Push | None) -> str | None:
    """Why a push cannot be opened again, None where it can."""
    if push is None:
        return "There is no push here."
    return None if push.state is PushState.CLOSED else f"“{push.name}” is not closed."


def close(screen: StudioScreen, push: Push) -> None:
    """Close ``push``, once it is confirmed with what that does in view."""

    def ask(waiting: int) -> None:
        question = Confirm(f"Close “{push.name}”?", "Close", detail=_consequences(push, waiting))
        screen.app.push_screen(question, lambda yes: go_on() if yes else None)

    def go_on() -> None:
        screen.write(
            lambda: pushes.close(screen.studio, screen.actor, push),
            lambda closed: screen.say(_closed(closed)),
        )

    screen.read("closing", lambda: _mail_waiting(screen, push), ask)


def reopen(screen: StudioScreen, push: Push) -> None:
    """Open ``push`` again."""
    screen.write(
        lambda: pushes.reopen(screen.studio, screen.actor, push),
        lambda opened: screen.say(f"“{opened.name}” is {opened.state} again."),
    )


def _mail_waiting(screen: StudioScreen, push: Push) -> int:
    order = Sort("due_at")
    filters = [NotificationFilter(state=state, push_id=push.id) for state in _WAITING]
    return sum(
        outbox.source(screen.studio, screen.actor, filter_, order).count() for filter_ in filters
    )


def _consequences(push: Push, waiting: int) -> str:
    progress = push.progress
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
    return f"{held}\n{mail}\nIt leaves every overview, and can be reopened."


def _closed(closed: Closed) -> str:
    dropped = counted(closed.dropped, "mail", "mails")
    return f"“{closed.push.name}” is closed; {dropped} dropped. r reopens it."
