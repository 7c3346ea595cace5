"""Conversations for tests of their screen, with people, a push and answers."""

from datetime import UTC, datetime
from typing import Any, cast

from textual.pilot import Pilot

from studio_tui.domain.conversations.conversation import (
    Conversation,
    ConversationRequest,
    Part,
    Plan,
    Reading,
    WrittenText,
)
from studio_tui.domain.people.access import Actor
from studio_tui.services import conversations
from studio_tui.services.templates import templates
from studio_tui.tui.screens.conversations.conversation import ConversationScreen
from studio_tui.tui.screens.conversations.conversation_drafts import stored_answer
from tests.tui import settled
from tests.tui.screens.organisation import PEOPLE, Example
from tests.tui.screens.pushing import user_id

USER = Part.USER_PREPARATION
CONDUCTOR = Part.CONDUCTOR_PREPARATION
ANSWERS = Part.ANSWERS
FEELING = "How do you feel about the amount of work you have?"
ENERGY = "What has given you energy since we last spoke, and what has cost you energy?"
RESULT = "Which result of the past period are you most satisfied with?"


def planned(made: Example, *, template: str = "Regular") -> Conversation:
    """Plan a conversation of Bob with Ann; with Quick, start it.

    The push “Q1 review” asks for the conversation if the template is Regular.
    """
    made.load(PEOPLE)
    if template == "Regular":
        ask = ConversationRequest(user_id(made, "ann"), made.push("Q1 review", "ann").id)
    else:
        found = templates.find(made.studio, made.admin, template)
        ask = ConversationRequest(user_id(made, "ann"), template_id=found.id)
    bob = made.actor("bob")
    if template == "Quick":
        return conversations.start(made.studio, bob, ask)
    day = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
    return conversations.plan(made.studio, bob, ask, Plan(day, place="Room 4"))


def reading(made: Example, conversation: Conversation, login: str) -> Reading:
    """Return a conversation as the user ``login`` reads it."""
    return conversations.read(made.studio, made.actor(login), conversation.id)


def question_id(made: Example, conversation: Conversation, text: str) -> int:
    """Return the id of a question; a step without topics is found by its kind."""
    for entry in reading(made, conversation, "bob").entries:
        if text in (entry.asked.question.text, entry.asked.step):
            return entry.asked.id
    raise AssertionError(f"not asked: {text}")


def answer_stored(
    made: Example, conversation: Conversation, login: str, part: Part, text: str
) -> WrittenText:
    """Return the stored answer to a question."""
    for entry in reading(made, conversation, login).entries:
        if text in (entry.asked.question.text, entry.asked.step):
            return stored_answer(entry, part)
    raise AssertionError(f"not asked: {text}")


def write(
    made: Example, conversation: Conversation, login: str, part: Part, question: str, text: str
) -> None:
    """Write an answer from outside the tested screen."""
    version = answer_stored(made, conversation, login, part, question).version
    asked = question_id(made, conversation, question)
    actor = made.actor(login)
    conversations.write(made.studio, actor, conversation.id, asked, part, text, version)


async def open_one(pilot: Pilot[Any], conversation: Conversation) -> ConversationScreen:
    """Open the screen of a conversation, as My conversations does."""
    screen = ConversationScreen(conversation.id)
    await pilot.app.push_screen(screen)
    await settled(pilot)
    return screen


def screen_of(pilot: Pilot[Any]) -> ConversationScreen:
    """Return the current screen, typed as a `ConversationScreen`."""
    return cast(ConversationScreen, pilot.app.screen)


def as_actor(made: Example, login: str) -> Actor:
    """Return the actor of a user of the app."""
    return made.actor(login)
