"""The outline editor of a topic of the question library (T2)."""

from dataclasses import replace

from studio_tui.domain.shared.errors import Invalid
from studio_tui.domain.templates.library import LibraryTopic
from studio_tui.domain.templates.outline import Place
from studio_tui.domain.templates.template import Definition, Step, StepKind, Topic, check_topic
from studio_tui.services.templates import drafts, library
from studio_tui.tui.screens.templates.saving_editor import SavingEditor

_AT = "steps[0].topics[0]."


class LibraryEditor(SavingEditor[LibraryTopic]):
    """An editor for an existing or a new topic, which it wraps in an outline of one topic."""

    within: Place = (0, 0)

    def __init__(self, topic: LibraryTopic | None = None) -> None:
        subject = drafts.topic_subject(topic.id) if topic else drafts.NEW_TOPIC
        super().__init__(topic, _around(topic.topic if topic else Topic("")), subject)

    @property
    def heading(self) -> str:
        """The title: the name of the topic, or that it is new."""
        return f"Questions about “{self._base.name}”" if self._base else "A new topic"

    @property
    def note(self) -> str:
        """The warning about a concurrent change, or that templates keep the earlier questions."""
        return super().note or "Templates that took questions of it keep them as they took them."

    def problems(self) -> dict[str, str]:
        """Return the errors that prevent saving, by key path."""
        try:
            check_topic(self._topic(self.editing.definition))
        except Invalid as error:
            return self.located(error.fields)
        return {}

    def located(self, fields: dict[str, str]) -> dict[str, str]:
        """Return the errors of a topic with the key paths of the outline around it."""
        return {_AT + field: reason for field, reason in fields.items()}

    def content_of(self, kept: LibraryTopic) -> Definition:
        """Return the content of a saved topic as an outline."""
        return _around(kept.topic)

    def fetch(self, row_id: int) -> LibraryTopic:
        """Read the topic again."""
        return library.show(self.studio, self.actor, row_id)

    def store(self, base: LibraryTopic | None, definition: Definition) -> LibraryTopic:
        """Save the topic, or add it if ``base`` is None."""
        topic = self._topic(definition)
        if base is None:
            return library.add(self.studio, self.actor, topic)
        return library.save(self.studio, self.actor, base, topic)

    def draft_subject(self, kept: LibraryTopic) -> str:
        """Return the key under which drafts of the topic are stored."""
        return drafts.topic_subject(kept.id)

    def with_version(self, base: LibraryTopic, version: int) -> LibraryTopic:
        """Return the topic with its version set to ``version``."""
        return replace(base, version=version)

    def _topic(self, definition: Definition) -> Topic:
        return definition.steps[0].topics[0]


def _around(topic: Topic) -> Definition:
    return Definition("library", steps=(Step(StepKind.DISCUSSION, (topic,)),))
