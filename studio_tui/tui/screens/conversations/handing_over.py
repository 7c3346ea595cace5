"""Naming who is to hold a conversation (P10)."""

from collections.abc import Sequence

from studio_tui.domain.conversations.conversation import Ask, MyConversation
from studio_tui.domain.people.users import Manager
from studio_tui.domain.pushes.push import Assignment, Push, PushState, Status
from studio_tui.services import conversations
from studio_tui.tui.modals.choose import Choose
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.outbox.dry_run import show_sent
from studio_tui.tui.screens.pushes.push_closing import why_not_change
from studio_tui.tui.screens.pushes.push_words import manager_choice


def why_not(push: Push, assignment: Assignment | None) -> str | None:
    """Why nobody can be named for a conversation, None where somebody can."""
    if assignment is None:
        return "There is nobody here."
    if assignment.status is Status.DONE:
        return f"The conversation with {assignment.name} has been held."
    if not assignment.managers:
        return f"{assignment.name} has no manager who could hold it."
    if push.state is PushState.SCHEDULED:
        return f"“{push.name}” is available from {push.available_from} on."
    return why_not_change(push)


def ask(screen: StudioScreen, assignment: Assignment) -> None:
    """Ask which of the managers is to hold it, and tell them and the user."""
    about = Ask(assignment.user_id, assignment.push_id)
    _ask(screen, about, assignment.name, assignment.conductor, assignment.managers)


def ask_of(screen: StudioScreen, matter: MyConversation) -> None:
    """The same for a line of My conversations."""
    user_id = matter.user_id
    screen.read_to_open(
        "conductors",
        lambda: conversations.conductors(screen.studio, screen.actor, user_id),
        lambda managers: _ask(
            screen, Ask(user_id, matter.push_id), matter.name, matter.conductor, managers
        ),
    )


def _ask(
    screen: StudioScreen, about: Ask, user: str, conductor: str, managers: Sequence[Manager]
) -> None:
    now = f", now {conductor}" if conductor else ""
    title = f"Who is to hold the conversation with {user}{now}?"

    def name(login: str | None) -> None:
        if login is not None:
            screen.write(
                lambda: conversations.hand_over(screen.studio, screen.actor, about, login),
                lambda named: screen.say(
                    f"{named.conductor} holds the conversation with {named.name}; both are told."
                ),
            )

    def preview(login: str) -> None:
        show_sent(
            screen,
            f"What handing over the conversation with {user} would send",
            lambda: conversations.hand_over(screen.studio, screen.actor, about, login),
        )

    choices = [manager_choice(m) for m in managers]
    screen.app.push_screen(Choose(title, choices, preview=preview), name)
