"""Writing texts into the conversations of the demo, through the services."""

from collections.abc import Iterable

from studio_tui.demo.story.demo_texts import DemoTexts
from studio_tui.domain.conversations.conversation import AskedQuestion, Part, Relation
from studio_tui.domain.people.access import Actor
from studio_tui.services import conversations
from studio_tui.services.system.context import Studio


class ConversationWriter:
    """A writer of the texts of `DemoTexts` under each question of a conversation."""

    def __init__(self, words: DemoTexts) -> None:
        self._words = words

    def prepare(self, studio: Studio, actor: Actor, conversation_id: int) -> None:
        """Write the preparation of ``actor``."""
        reading = conversations.read(studio, actor, conversation_id)
        user = Relation.USER in reading.relations
        part = Part.USER_PREPARATION if user else Part.CONDUCTOR_PREPARATION
        asked = (entry.asked for entry in reading.entries)
        self._write(
            studio,
            actor,
            conversation_id,
            ((each, part) for each in asked if each.part is Part.ANSWERS),
        )

    def note(
        self, studio: Studio, actor: Actor, conversation_id: int, *, share: float = 1.0
    ) -> None:
        """Write the notes of the talk, for this share of the questions from the top."""
        entries = conversations.read(studio, actor, conversation_id).entries
        asked = [entry.asked for entry in entries[: int(len(entries) * share)]]
        self._write(studio, actor, conversation_id, ((each, each.part) for each in asked))

    def _write(
        self,
        studio: Studio,
        actor: Actor,
        conversation_id: int,
        asked: Iterable[tuple[AskedQuestion, Part]],
    ) -> None:
        for each, part in asked:
            if text := self._words.text(each, part, conversation_id):
                conversations.write(studio, actor, conversation_id, each.id, part, text, version=0)
