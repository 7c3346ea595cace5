"""The commands of a conversation other than writing, such as submit and finish (C2, C3, T2)."""

from collections.abc import Callable
from typing import ClassVar

from studio_tui.domain.conversations.conversation import (
    REOPEN_WITHIN,
    AskedQuestion,
    Conversation,
    ConversationState,
    Part,
    Reading,
    Relation,
    may_remove,
    why_not_reopened,
)
from studio_tui.domain.people.access import Action, may
from studio_tui.domain.shared import destinations as to
from studio_tui.domain.templates.library import LibraryTopic
from studio_tui.domain.templates.template import Question
from studio_tui.services import conversations
from studio_tui.services.templates import library
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.modals.dry_run import show_sent
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.conversations.add_question import ChooseQuestion, OwnQuestion
from studio_tui.tui.screens.conversations.conversation_words import submitted, who_reads
from studio_tui.wording.counting import counted

_BEFORE = (ConversationState.PLANNED, ConversationState.PREPARED)
_OPEN = (*_BEFORE, ConversationState.IN_PROGRESS)
_PREPARATIONS = {Part.USER_PREPARATION, Part.CONDUCTOR_PREPARATION}


class ConversationActions(StudioScreen):
    """The commands of one conversation. Commands that its state does not allow are not offered."""

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command(
            "submit",
            "s",
            "Submit",
            "Show your preparation to the other side",
            verb="conversations submit PUSH USER",
        ),
        Command("begin", "b", "Begin", "Begin the talk", verb="conversations start PUSH USER"),
        Command(
            "finish",
            "f",
            "Finish",
            "Finish the talk and seal what was written",
            verb="conversations finish PUSH USER",
        ),
        Command(
            "reopen",
            "r",
            "Reopen",
            "Take the seal off, to change what was written",
            verb="conversations reopen PUSH USER",
        ),
        Command(
            "add",
            "n",
            "Add question",
            "Ask one more question",
            verb="conversations add-question PUSH USER --topic TOPIC",
        ),
        Command(
            "remove",
            "x",
            "Take out",
            "Take the question under the cursor out",
            verb="conversations remove-question PUSH USER --question N",
        ),
        Command(
            "move",
            "m",
            "Move",
            "Plan it for another time or place",
            footer=False,
            verb="conversations move PUSH USER --at INSTANT",
        ),
        Command(
            "call_off",
            "c",
            "Cancel",
            "Cancel this conversation",
            footer=False,
            verb="conversations cancel PUSH USER",
        ),
        Command(
            "open_own",
            "U",
            "Open",
            "Open to the conductor what you wrote before, or close it",
            verb="conversations open PUSH",
        ),
    )

    def __init__(self, conversation_id: int) -> None:
        super().__init__()
        self.conversation_id = conversation_id
        self._reading: Reading | None = None

    @property
    def reading(self) -> Reading | None:
        """The conversation as last read; None until the first reading."""
        return self._reading

    @property
    def asked(self) -> AskedQuestion | None:
        """The question under the cursor, or None."""
        return None

    @property
    def open_questions(self) -> int:
        """The number of questions without an answer."""
        return 0

    def show_question(self, asked: AskedQuestion) -> None:
        """Move the cursor to a question that was just added."""

    def may_do(self, command: Command) -> bool:
        """Return whether the conversation's state and the actor's part in it allow a command."""
        if command.id in _OFFERED:
            reading = self._reading
            return reading is not None and _OFFERED[command.id](reading, self._by_right())
        return super().may_do(command)

    def why_not_remove(self) -> str | None:
        """Return why the question cannot be removed, or None.

        The template may protect a question.
        """
        reading, asked = self._reading, self.asked
        if reading is None or asked is None or asked.removed:
            return "There is no question here that could be taken out."
        if not may_remove(reading.relations, reading.conversation, asked):
            return "The template keeps this question."
        return None

    def why_not_reopen(self) -> str | None:
        """Return why the actor cannot reopen the conversation, or None.

        Its conductor may within three days, an admin also later (C3).
        """
        if self._reading is None:
            return None
        reading = self._reading
        return why_not_reopened(reading.relations, reading.conversation, self.studio.now())

    def action_submit(self) -> None:
        """Share the reader's preparation with the other side, after confirmation (C2)."""
        reading = self._reading
        if reading is None:
            return
        conversation = reading.conversation
        if Relation.USER in reading.relations:
            then = f"{conversation.conductor} reads it from now on."
        else:
            then = f"{conversation.name} reads it when the talk begins."
        if conversation.state in _BEFORE:
            then += " You can still change it until the talk begins."
            if still := self.open_questions:
                then += f"\n{counted(still, 'question has', 'questions have')} no answer."
        self._ask(
            "Submit your preparation?",
            "Submit",
            then,
            lambda: conversations.submit(self.studio, self.actor, self.conversation_id),
            "Your preparation is submitted.",
        )

    def action_begin(self) -> None:
        """Begin the talk, after confirmation."""
        conversation = self._conversation
        detail = "Preparations can no longer be changed then."
        if conversation.template.planning:
            detail = f"{conversation.name} then reads what you prepared. {detail}"
        if conversation.template.planning and conversation.user_prepared_at is None:
            detail += f"\n{conversation.name} has not submitted a preparation."
        self._ask(
            f"Begin the talk with {conversation.name}?",
            "Begin",
            detail,
            lambda: conversations.begin(self.studio, self.actor, self.conversation_id),
            "The talk has begun: note the answers under the questions.",
        )

    def action_finish(self) -> None:
        """Finish and seal the conversation, after confirmation (C2)."""
        conversation, still = self._conversation, self.open_questions
        empty = f"{counted(still, 'question has', 'questions have')} no answer.\n" if still else ""
        self._ask(
            f"Finish the conversation with {conversation.name}?",
            "Finish",
            f"{empty}It is sealed: nothing in it can be changed after that, unless "
            f"{conversation.conductor} reopens it within {REOPEN_WITHIN.days} days, or an admin "
            f"later.\n\n{who_reads(conversation)}",
            lambda: conversations.finish(self.studio, self.actor, self.conversation_id),
            "Finished, and sealed.",
        )

    def action_reopen(self) -> None:
        """Break the seal of a finished conversation, after confirmation (C3)."""
        conversation = self._conversation
        self._ask(
            f"Reopen the conversation with {conversation.name}?",
            "Reopen",
            f"It is in progress again: {conversation.conductor} can change what was noted, and "
            "finishes it once more.",
            lambda: conversations.reopen(self.studio, self.actor, self.conversation_id),
            "It is in progress again.",
        )

    def action_move(self) -> None:
        """Open the form that moves the conversation to another time or place (C5)."""
        about = self._conversation
        self.go_to(
            to.PlanConversation(about.user_id, about.name, conversation_id=self.conversation_id)
        )

    def action_call_off(self) -> None:
        """Cancel the conversation, after confirmation (C3)."""
        conversation = self._conversation
        self._ask(
            f"Cancel the conversation with {conversation.name}?",
            "Cancel the conversation",
            "Invitations are withdrawn. What was written is kept.",
            lambda: conversations.cancel(self.studio, self.actor, self.conversation_id),
            "The conversation is cancelled.",
            no="Keep it",
            preview=lambda: show_sent(
                self,
                f"What cancelling it with {conversation.name} would send",
                lambda: conversations.cancel(self.studio, self.actor, self.conversation_id),
            ),
        )

    def action_open_own(self) -> None:
        """Open the user's earlier texts to a new conductor, or close them again (C6)."""
        reading = self._reading
        if reading is None:
            return
        call = conversations.open_own if reading.closed_to_conductor else conversations.close_own
        conductor = reading.conversation.conductor

        def written(_: object) -> None:
            reads = "reads" if call is conversations.open_own else "no longer reads"
            self.show_message(f"{conductor} {reads} what you wrote before: U changes it back.")
            self.reload()

        self.write(lambda: call(self.studio, self.actor, self.conversation_id), written)

    def action_add(self) -> None:
        """Add a question from the library or a question of the reader's own (T2)."""
        self.read_to_open(
            "library", lambda: library.every(self.studio, self.actor), self._choose_question
        )

    def action_remove(self) -> None:
        """Remove the question under the cursor; its answers stay readable (T2)."""
        asked = self.asked
        if asked is None:
            return
        self._ask(
            "Take this question out?",
            "Take it out",
            f"{asked.question.text}\n\nWhat was written under it is kept and can still be read.",
            lambda: conversations.remove_question(
                self.studio, self.actor, self.conversation_id, asked.id
            ),
            "The question is taken out.",
        )

    @property
    def _conversation(self) -> Conversation:
        if self._reading is None:
            raise RuntimeError("it is offered once the conversation is read")
        return self._reading.conversation

    def _by_right(self) -> bool:
        return may(self.actor, Action.FINISH_ANY)

    def _ask(
        self,
        question: str,
        yes: str,
        detail: str,
        call: Callable[[], object],
        done: str,
        *,
        no: str = "Not now",
        preview: Callable[[], None] | None = None,
    ) -> None:
        def written(_: object) -> None:
            self.show_message(done)
            self.reload()

        def answered(agreed: bool | None) -> None:
            if agreed:
                self.save_input()
                self.write(call, written)

        self.save_input()
        self.app.push_screen(
            Confirm(question, yes, no=no, detail=detail, preview=preview), answered
        )

    def _choose_question(self, topics: list[LibraryTopic]) -> None:
        reading = self._reading
        if reading is None:
            return
        asked = [entry.asked for entry in reading.entries]
        self.app.push_screen(ChooseQuestion.of(topics, asked), self._question_chosen)

    def _question_chosen(self, chosen: tuple[str, Question] | None) -> None:
        if chosen == ChooseQuestion.OWN:
            topic = self.asked.topic if self.asked else ""
            self.app.push_screen(OwnQuestion(topic, self._add), self._added)
        elif chosen is not None:
            topic, question = chosen
            self.write(lambda: self._add(topic, question), self._added)

    def _add(self, topic: str, question: Question) -> AskedQuestion:
        return conversations.add_question(
            self.studio, self.actor, self.conversation_id, topic, question
        )

    def _added(self, asked: AskedQuestion | None) -> None:
        if asked is not None:
            self.show_question(asked)
            self.reload()


def _may_conduct(reading: Reading, by_right: bool, *states: ConversationState) -> bool:
    """Return whether the reader conducts it, or has the right to act for its conductor."""
    holds = by_right or Relation.CONDUCTOR in reading.relations
    return holds and reading.conversation.state in states


def _may_move(reading: Reading, by_right: bool) -> bool:
    return _may_conduct(reading, by_right, *_BEFORE) and reading.conversation.template.planning


def _may_submit(reading: Reading) -> bool:
    if submitted(reading):
        return False
    # The user can submit until the talk ends. A conductor's preparation is shown when it begins.
    conversation = reading.conversation
    in_talk = conversation.state is ConversationState.IN_PROGRESS and conversation.template.planning
    by_user = in_talk and Relation.USER in reading.relations
    return by_user or bool(reading.writes & _PREPARATIONS)


def _may_reopen(reading: Reading) -> bool:
    in_it = reading.relations & {Relation.CONDUCTOR, Relation.ADMIN}
    return bool(in_it) and reading.conversation.state is ConversationState.DONE


_OFFERED: dict[str, Callable[[Reading, bool], bool]] = {
    "submit": lambda reading, _: _may_submit(reading),
    "begin": lambda reading, _: _may_conduct(reading, False, *_BEFORE),
    "finish": lambda reading, right: _may_conduct(reading, right, ConversationState.IN_PROGRESS),
    "reopen": lambda reading, _: _may_reopen(reading),
    "open_own": lambda reading, _: reading.closed_to_conductor or reading.opened_to_conductor,
    "add": lambda reading, _: reading.may_ask,
    "remove": lambda reading, _: reading.may_ask,
    "move": _may_move,
    "call_off": lambda reading, right: _may_conduct(reading, right, *_OPEN),
}
"""Per command id, a predicate that tells whether to offer the command.

Its second argument is whether the reader may finish any conversation.
"""
