"""The outline editor of a template (T1 to T5)."""

from dataclasses import replace
from typing import ClassVar

from studio_tui.domain.people.access import Action
from studio_tui.domain.shared import destinations as to
from studio_tui.domain.templates.outline import TOPIC
from studio_tui.domain.templates.template import (
    Definition,
    Step,
    StepKind,
    Template,
    Topic,
    problems_of,
)
from studio_tui.services.templates import drafts, library, templates
from studio_tui.tui.commands import Command
from studio_tui.tui.screens.templates.saving_editor import SavingEditor
from studio_tui.wording.counting import counted

NEW = Definition("", steps=(Step(StepKind.DISCUSSION), Step(StepKind.SUMMARY)))
"""The initial definition of a new template."""


class TemplateEditor(SavingEditor[Template]):
    """An editor for an existing or a new template."""

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("preview", "v", "Preview", "See it as leader and user would", footer=False),
        Command(
            "keep_topic",
            "L",
            "Keep",
            "Keep the topic under the cursor in the question library",
            footer=False,
            needs=Action.EDIT_LIBRARY,
            verb="questions import FILE",
        ),
    )

    def __init__(self, template: Template | None = None) -> None:
        subject = drafts.template_subject(template.id) if template else drafts.NEW_TEMPLATE
        super().__init__(template, template.definition if template else NEW, subject)

    @property
    def heading(self) -> str:
        """The title: the name of the template, or that it is new."""
        return f"Edit “{self._base.name}”" if self._base else "A new template"

    @property
    def note(self) -> str:
        """The warning about a concurrent change, or else which pushes keep the saved version."""
        return super().note or self._kept_by()

    @property
    def saved_note(self) -> str:
        """Which pushes and conversations keep the earlier version (T5)."""
        return self._kept_by()

    def problems(self) -> dict[str, str]:
        """Return the errors that prevent saving, by key path."""
        return problems_of(self.editing.definition)

    def content_of(self, kept: Template) -> Definition:
        """Return the definition of a saved template."""
        return kept.definition

    def fetch(self, row_id: int) -> Template:
        """Read the template again."""
        return templates.show(self.studio, self.actor, row_id)

    def store(self, base: Template | None, definition: Definition) -> Template:
        """Save the template, or add it if ``base`` is None."""
        if base is None:
            return templates.add(self.studio, self.actor, definition)
        return templates.save(self.studio, self.actor, base, definition)

    def draft_subject(self, kept: Template) -> str:
        """Return the key under which drafts of the template are stored."""
        return drafts.template_subject(kept.id)

    def with_version(self, base: Template, version: int) -> Template:
        """Return the template with its version set to ``version``."""
        return replace(base, version=version)

    def action_preview(self) -> None:
        """Show a preview of a conversation that uses the edited definition."""
        self.go_to(to.PreviewTemplate(self.editing.definition))

    def why_not_keep_topic(self) -> str | None:
        """Return why the topic cannot be added to the library, or None.

        The cursor must be in a topic.
        """
        inside = len(self.editing.cursor) >= TOPIC
        return None if inside else "Go to the topic that is to be kept in the library."

    def action_keep_topic(self) -> None:
        """Add the topic under the cursor to the library (T2)."""
        step, topic = self.editing.cursor[:TOPIC]
        kept: Topic = self.editing.definition.steps[step].topics[topic]
        self.write(
            lambda: library.add(self.studio, self.actor, kept),
            lambda added: self.show_message(f"“{added.name}” is in the question library."),
        )

    def _kept_by(self) -> str:
        if self._base is None or not self._base.used:
            return ""
        if not self._base.pushes:
            return "Conversations that are planned keep the template as it was."
        pushes = counted(self._base.pushes, "push keeps", "pushes keep")
        return f"{pushes} the template as it was; new ones take what is saved here."
