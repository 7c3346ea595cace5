"""Actions on a row of My conversations (C1 to C3, P10)."""

from datetime import datetime

from studio_tui.domain.conversations.conversation import (
    Conversation,
    ConversationRequest,
    MyConversation,
)
from studio_tui.domain.pushes.push import Status
from studio_tui.domain.shared import destinations as to
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.services import conversations
from studio_tui.services.conversations import UsableSource
from studio_tui.tui.modals.choose import Choice, Choose
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.modals.dry_run import show_sent
from studio_tui.tui.modals.held import HeldDialog
from studio_tui.tui.moments import day, moment_and_zone
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.conversations.my_conversations_words import (
    has_declined,
    why_not_record,
)

_NOTHING = "No push asks for a conversation with {}, and no template lets you start one."


@dataclass(frozen=True, slots=True)
class _Start:
    """A choice for beginning a talk: an existing conversation, or a new one for ``ask``."""

    ask: ConversationRequest | None
    conversation_id: int | None = None
    why_not: str = ""


def start(screen: StudioScreen, item: MyConversation) -> None:
    """Ask what the talk is about, begin it and open it (C2)."""
    user_id = item.user_id

    def choose(found: list[UsableSource]) -> None:
        choices = _start_choices(screen, item, found)
        if not choices:
            screen.show_error(_NOTHING.format(item.name))
            return
        title = f"Begin the talk with {item.name} now, about:"
        screen.app.push_screen(
            Choose(title, choices), lambda chosen: _begin(screen, chosen) if chosen else None
        )

    screen.read_to_open(
        "usable", lambda: conversations.usable(screen.studio, screen.actor, user_id), choose
    )


def cancel(screen: StudioScreen, item: MyConversation) -> None:
    """Cancel a planned conversation after confirmation (C3)."""
    conversation_id = item.conversation_id
    if conversation_id is None:
        return
    at = moment_and_zone(item.at, screen.zone)
    question = Confirm(
        f"Cancel “{item.push or item.template}” with {item.name}?",
        "Cancel it",
        no="Keep it",
        detail=(f"Planned for {at}.\n" if at else "")
        + "Both sides are told, and the invitations are withdrawn.\nWhat was written stays.",
        preview=lambda: show_sent(
            screen,
            f"What cancelling it with {item.name} would send",
            lambda: conversations.cancel(screen.studio, screen.actor, conversation_id),
        ),
    )

    def answered(yes: bool | None) -> None:
        if yes:
            screen.write(
                lambda: conversations.cancel(screen.studio, screen.actor, conversation_id),
                lambda gone: screen.show_message(
                    f"The conversation with {gone.name} is cancelled."
                ),
            )

    screen.app.push_screen(question, answered)


def record_held(screen: StudioScreen, item: MyConversation) -> None:
    """Record a conversation as held by the user, on the day that they enter (C2)."""
    what = item.push or item.template
    question = HeldDialog(
        f"Record “{what}” with {item.name} as held?",
        "By you; it is sealed then. b holds it here, and notes what is said.",
        screen.studio.now(),
        screen.zone,
        planned_for=item.at,
    )

    def answered(held_at: datetime | None) -> None:
        if held_at is not None:
            screen.write(
                lambda: _record(screen, item, held_at),
                lambda held: screen.show_message(
                    f"{held.conductor} talked with {held.name}: it is recorded as held."
                ),
            )

    screen.app.push_screen(question, answered)


def not_mine(screen: StudioScreen, item: MyConversation) -> None:
    """Decline to hold the conversation of a row, or take that back (P10)."""
    ask = ConversationRequest(item.user_id, item.push_id)
    again = has_declined(item)
    act = conversations.mine_again if again else conversations.not_mine
    name = f"“{item.push}” with {item.name}"
    told = (
        f"{name} waits for you again."
        if again
        else f"{name} no longer waits for you; it still asks the others. N takes that back."
    )
    screen.write(lambda: act(screen.studio, screen.actor, ask), lambda _: screen.show_message(told))


def _start_choices(
    screen: StudioScreen, item: MyConversation, found: list[UsableSource]
) -> list[Choice[_Start]]:
    this = _row_choice(screen, item)
    others = [
        Choice(_Start(usable.ask), usable.name, _hint(usable))
        for usable in found
        if usable.ask.push_id is None or usable.ask.push_id != item.push_id
    ]
    return this + others


def _row_choice(screen: StudioScreen, item: MyConversation) -> list[Choice[_Start]]:
    """Return the choice for the row itself, or none if nothing is asked."""
    if item.status is None:
        return []
    ask = ConversationRequest(item.user_id, item.push_id) if item.push_id else None
    why_not = why_not_record(item, screen.actor, screen.studio.today()) or ""
    if item.conductor_id not in (None, screen.actor.user_id) and not why_not:
        why_not = f"{item.conductor} holds it."
    if item.status is Status.IN_PROGRESS:
        why_not = "It has begun: enter opens it."
    at = moment_and_zone(item.at, screen.zone)
    hint = why_not or (f"planned for {at}" if at else f"by {day(item.deadline)}")
    begin = _Start(ask, item.conversation_id, why_not)
    return [Choice(begin, item.push or item.template, hint, possible=not why_not)]


def _hint(usable: UsableSource) -> str:
    if usable.deadline is not None:
        return f"by {day(usable.deadline)}"
    return "template" if usable.template.planning else "template, without planning"


def _begin(screen: StudioScreen, chosen: _Start) -> None:
    if chosen.why_not:
        screen.show_error(chosen.why_not)
        return
    screen.write(
        lambda: _begun(screen, chosen),
        lambda begun: screen.go_to(to.Conversation(begun.id)),
        opens_screen=True,
    )


def _begun(screen: StudioScreen, chosen: _Start) -> Conversation:
    if chosen.conversation_id is not None:
        return conversations.begin(screen.studio, screen.actor, chosen.conversation_id)
    if chosen.ask is None:
        raise RuntimeError("a start without anything to begin")
    return conversations.start(screen.studio, screen.actor, chosen.ask)


def _record(screen: StudioScreen, item: MyConversation, held_at: datetime) -> Conversation:
    studio, actor = screen.studio, screen.actor
    if item.push_id is not None:
        ask = ConversationRequest(item.user_id, item.push_id)
        return conversations.record_held(studio, actor, ask, held_at=held_at)
    if item.conversation_id is None:
        raise RuntimeError("a record of nothing")
    return conversations.finish(studio, actor, item.conversation_id, held_at=held_at)
