"""A topic of the question library, written by keys (T2)."""

from dataclasses import replace

from studio_tui.domain.shared.errors import Invalid
from studio_tui.domain.templates.library import LibraryTopic
from studio_tui.domain.templates.outline import Place
from studio_tui.domain.templates.template import Definition, Step, StepKind, Topic, check_topic
from studio_tui.services.templates import drafts, library
from studio_tui.tui.screens.templates.saving_editor import SavingEditor

_AT = "steps[0].topics[0]."


class LibraryEditor(SavingEditor[LibraryTopic]):
    """Writes a topic of the library, or a new one: the one topic of an outline."""

    within: Place = (0, 0)

    def __init__(self, topic: LibraryTopic | None = None) -> None:
        subject = drafts.topic_subject(topic.id) if topic else drafts.NEW_TOPIC
        super().__init__(topic, _around(topic.topic if topic else Topic("")), subject)

    @property
    def heading(self) -> str:
        """Which topic it is."""
        return f"Questions about “{self._base.name}”" if self._base else "A new topic"

    @property
    def note(self) -> str:
        """Whether somebody else saved it; what a change here does not change."""
        return super().note or "Templates that took questions of it keep them as they took them."

    def problems(self) -> dict[str, str]:
        """What keeps it out of the library."""
        try:
            check_topic(self._topic(self.editing.definition))
        except Invalid as error:
            return self.located(error.fields)
        return {}

    def located(self, fields: dict[str, str]) -> dict[str, str]:
        """Its problems, as those of the outline around it."""
        return {_AT + field: reason for field, reason in fields.items()}

    def written(self, kept: LibraryTopic) -> Definition:
        """What it says, as an outline."""
        return _around(kept.topic)

    def fetch(self, row_id: int) -> LibraryTopic:
        """Read it again."""
        return library.show(self.studio, self.actor, row_id)

    def put(self, base: LibraryTopic | None, definition: Definition) -> LibraryTopic:
        """Save it, or add it."""
        topic = self._topic(definition)
        if base is None:
            return library.add(self.studio, self.actor, topic)
        return library.save(self.studio, self.actor, base, topic)

    def subject_of(self, kept: LibraryTopic) -> str:
        """What a draft of it goes by."""
        return drafts.topic_subject(kept.id)

    def as_of(self, base: LibraryTopic, version: int) -> LibraryTopic:
        """As if it had been read then."""
        return replace(base, version=version)

    def _topic(self, definition: Definition) -> Topic:
        return definition.steps[0].topics[0]


def _around(topic: Topic) -> Definition:
    return Definition("library", steps=(Step(StepKind.DISCUSSION, (topic,)),))
