"""Recording the conversations of one or several users of a push as held (C2, S8)."""

from collections.abc import Sequence
from datetime import datetime

from studio_tui.domain.conversations.conversation import ConversationRequest
from studio_tui.domain.people.access import Action, Actor, may
from studio_tui.domain.people.users import Manager
from studio_tui.domain.pushes.push import Assignment, Push
from studio_tui.services import conversations
from studio_tui.tui.modals.batch_acts import do_each, eligible_of, managers_in_common
from studio_tui.tui.modals.choose import Choice, Choose, manager_choice
from studio_tui.tui.modals.held import HeldDialog
from studio_tui.tui.screen import StudioScreen
from studio_tui.wording.push_acts import why_not_held

_THEIR_OWN = Choice("", "each by their own", "who is to hold it, or the only manager")


def likely_conductor(assignment: Assignment) -> str:
    """Return the login of the conductor, or else of the only manager; empty if undefined."""
    logins = [manager.login for manager in assignment.managers]
    if assignment.conductor_login in logins:
        return assignment.conductor_login
    return logins[0] if len(logins) == 1 else ""


def conductors(assignment: Assignment, actor: Actor) -> list[Manager]:
    """Return the managers who may have held the conversation, the likeliest first.

    The order is: the named conductor or only manager, the actor, the others. An actor without the
    right to finish any conversation gets only themselves.
    """
    likely = likely_conductor(assignment)
    ordered = sorted(
        assignment.managers, key=lambda m: (m.login != likely, m.user_id != actor.user_id)
    )
    if may(actor, Action.FINISH_ANY):
        return ordered
    return [manager for manager in ordered if manager.user_id == actor.user_id]


def record_held(screen: StudioScreen, push: Push, chosen: Sequence[Assignment]) -> None:
    """Ask who held the conversations of ``chosen`` and when, and record that (C2).

    Conversations that cannot be recorded are left out.
    """
    able = eligible_of(screen, chosen, lambda each: why_not_held(push, each, screen.studio.zone))
    if not able:
        return
    title, choices = _who_held(able, screen.actor)
    if not choices:
        screen.show_error(
            "They have no manager in common, and not all have one who is to hold it: "
            "record them one by one."
        )
        return

    def ask_when(login: str | None) -> None:
        if login is not None:
            _ask_when(screen, able, login)

    screen.app.push_screen(Choose(title, choices), ask_when)


def _who_held(able: Sequence[Assignment], actor: Actor) -> tuple[str, list[Choice[str]]]:
    if len(able) == 1:
        title = f"Conversation with {able[0].name}: held by"
        return title, [manager_choice(manager) for manager in conductors(able[0], actor)]
    own = [_THEIR_OWN] if all(map(likely_conductor, able)) else []
    common = map(manager_choice, managers_in_common(able))
    return f"{len(able):,} conversations: held by", [*own, *common]


def _ask_when(screen: StudioScreen, able: Sequence[Assignment], login: str) -> None:
    if len(able) == 1:
        named = next(m.name for m in able[0].managers if m.login == login)
        question = f"Record the conversation with {able[0].name} as held?"
        detail = f"By {named}. It is sealed then."
    else:
        named = next((m.name for m in able[0].managers if m.login == login), "")
        question = f"Record {len(able):,} conversations as held?"
        detail = f"By {named or 'who is to hold each'}. They are sealed then."

    def record(held_at: datetime | None) -> None:
        if held_at is not None:
            _record(screen, able, login, held_at)

    dialog = HeldDialog(question, detail, screen.studio.now(), screen.zone)
    screen.app.push_screen(dialog, record)


def _record(
    screen: StudioScreen, able: Sequence[Assignment], login: str, held_at: datetime
) -> None:
    studio, actor = screen.studio, screen.actor

    def act(each: Assignment) -> None:
        conductor = login or likely_conductor(each)
        ask = ConversationRequest(each.user_id, each.push_id)
        conversations.record_held(studio, actor, ask, conductor=conductor, held_at=held_at)

    if len(able) > 1:
        do_each(screen, able, act, "Recording", "recorded as held")
        return
    holder = next(m.name for m in able[0].managers if m.login == login)
    said = f"{holder} talked with {able[0].name}: it is recorded as held."
    screen.write(lambda: act(able[0]), lambda _: screen.show_message(said))
