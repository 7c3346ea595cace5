"""Naming the conductor of one or several conversations (P10, S8)."""

from collections.abc import Sequence

from studio_tui.domain.conversations.conversation import ConversationRequest, MyConversation
from studio_tui.domain.people.users import Manager
from studio_tui.domain.pushes.push import Assignment, Push
from studio_tui.services import conversations
from studio_tui.tui.modals.batch_acts import do_each, eligible_of, managers_in_common
from studio_tui.tui.modals.choose import Choose, manager_choice
from studio_tui.tui.modals.dry_run import show_sent
from studio_tui.tui.screen import StudioScreen
from studio_tui.wording.push_acts import why_not_hand_over


def hand_over(screen: StudioScreen, push: Push, chosen: Sequence[Assignment]) -> None:
    """Name one of the managers that all of ``chosen`` have as the conductor (P10)."""
    able = eligible_of(screen, chosen, lambda each: why_not_hand_over(push, each))
    if len(able) == 1:
        one = able[0]
        about = ConversationRequest(one.user_id, one.push_id)
        _ask(screen, about, one.name, one.conductor, one.managers)
        return
    if not able:
        return
    common = managers_in_common(able)
    if not common:
        screen.show_error(f"The {len(able):,} marked users have no manager in common.")
        return

    def name(login: str | None) -> None:
        if login is None:
            return
        holder = next(manager.name for manager in common if manager.login == login)

        def act(each: Assignment) -> None:
            about = ConversationRequest(each.user_id, each.push_id)
            conversations.hand_over(screen.studio, screen.actor, about, login)

        do_each(screen, able, act, "Handing over", f"handed over to {holder}; all are told")

    title = f"Who is to hold the {len(able):,} conversations?"
    screen.app.push_screen(Choose(title, [manager_choice(m) for m in common]), name)


def ask_of(screen: StudioScreen, item: MyConversation) -> None:
    """Ask which manager is to conduct a conversation of My conversations.

    The new conductor and the user are notified.
    """
    user_id = item.user_id
    screen.read_to_open(
        "conductors",
        lambda: conversations.conductors(screen.studio, screen.actor, user_id),
        lambda managers: _ask(
            screen, ConversationRequest(user_id, item.push_id), item.name, item.conductor, managers
        ),
    )


def _ask(
    screen: StudioScreen,
    about: ConversationRequest,
    user: str,
    conductor: str,
    managers: Sequence[Manager],
) -> None:
    now = f", now {conductor}" if conductor else ""
    title = f"Who is to hold the conversation with {user}{now}?"

    def name(login: str | None) -> None:
        if login is not None:
            screen.write(
                lambda: conversations.hand_over(screen.studio, screen.actor, about, login),
                lambda named: screen.show_message(
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
