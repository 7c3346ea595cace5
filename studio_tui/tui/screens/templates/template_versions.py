"""Earlier versions of a template: who saved them, what changed, and restoring one (T5)."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from studio_tui.domain.people.access import Action
from studio_tui.domain.shared import destinations as to
from studio_tui.domain.templates.changes import changes
from studio_tui.domain.templates.template import Template, TemplateVersion
from studio_tui.services.templates import templates
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.moments import moment
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.templates.change_words import changes_text
from studio_tui.tui.text import line
from studio_tui.tui.widgets.list.columns import Column, StyledText, Tone
from studio_tui.tui.widgets.list.memory_source import MemorySource
from studio_tui.tui.widgets.list.record_list import RecordList
from studio_tui.tui.widgets.pages import Pages
from studio_tui.wording.counting import counted

_NOTE = "Pushes keep the template as it was when they were created."


class TemplateVersions(StudioScreen):
    """A list of the versions of a template and the changes in the version under the cursor."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command(
            "bring_back",
            "r",
            "Bring back",
            "Make the template what it was in this version",
            needs=Action.EDIT_TEMPLATES,
            verb="templates bring-back TEMPLATE VERSION",
        ),
        Command(
            "compare",
            "equals_sign",
            "Compare",
            "Compare with the version before, or with how it is now",
            verb="templates versions TEMPLATE",
        ),
        Command("preview", "v", "Preview", "See it as leader and user would"),
    )
    AUTO_FOCUS = "RecordList"

    def __init__(self, template: Template) -> None:
        super().__init__()
        self._template = template
        self._versions: list[TemplateVersion] = []
        self._to_now = False
        self._list: RecordList[TemplateVersion, int] = RecordList(
            Column("id", "", lambda v: str(v.id), width=4, right=True),
            Column("at", "Saved", lambda v: moment(v.saved_at, self.studio.zone), width=16),
            Column("by", "By", lambda v: v.saved_by or "unknown", width=10, flex=1),
            Column("pushes", "Kept by", _kept_by, width=10),
            empty="No versions are known.",
        )

    def body(self) -> ComposeResult:
        """Compose the title, the versions, and the changes in one version."""
        yield Static(line(f"Versions of “{self._template.name}”"), classes="title")
        yield Static(line(_NOTE), classes="note")
        with Container(classes="panes"):
            yield self._list
            with Pages(classes="side"):
                yield Static(classes="compared")
                yield Static(classes="changes")

    def reload(self) -> None:
        """Read the versions again."""
        template_id = self._template.id
        self.read_first("versions", lambda: self._read(template_id), self._show)

    def why_not_bring_back(self) -> str | None:
        """Return why the version cannot be restored, or None. It must differ from the template."""
        chosen = self._list.current
        if chosen is None:
            return "There is no version here."
        current = chosen.definition == self._template.definition
        return "The template is like this now." if current else None

    def why_not_preview(self) -> str | None:
        """Return why there is nothing to preview, or None."""
        return None if self._list.current else "There is no version here."

    def action_compare(self) -> None:
        """Toggle between comparing with the previous version and with the current template."""
        self._to_now = not self._to_now
        self._compare()

    def action_preview(self) -> None:
        """Show a preview of a conversation that uses this version."""
        if (chosen := self._list.current) is not None:
            self.go_to(to.PreviewTemplate(chosen.definition))

    def action_bring_back(self) -> None:
        """Restore the version under the cursor after confirmation."""
        chosen = self._list.current
        if chosen is None:
            return
        question = Confirm(
            f"Bring back version {chosen.id} of “{self._template.name}”?",
            "Bring it back",
            detail="It becomes the newest version; those in between stay. " + _NOTE,
        )
        self.app.push_screen(question, lambda yes: self._bring_back(chosen) if yes else None)

    def _read(self, template_id: int) -> tuple[Template, list[TemplateVersion]]:
        return (
            templates.show(self.studio, self.actor, template_id),
            templates.versions(self.studio, self.actor, template_id),
        )

    def _show(self, answer: tuple[Template, list[TemplateVersion]]) -> None:
        self._template, self._versions = answer
        self._list.set_source(MemorySource(self._versions), 0, keep=self._list.current_id)

    def _bring_back(self, chosen: TemplateVersion) -> None:
        template = self._template
        self.write(
            lambda: templates.bring_back(self.studio, self.actor, template, chosen),
            lambda kept: self.show_message(f"“{kept.name}” is as it was in version {chosen.id}."),
        )

    @on(RecordList.Opened)
    def _opened(self, event: RecordList.Opened) -> None:
        event.stop()
        self.action_preview()

    @on(RecordList.CursorMoved)
    def _moved(self, event: RecordList.CursorMoved) -> None:
        event.stop()
        self._compare()

    def _compare(self) -> None:
        chosen = self._list.current
        if chosen is None or not self._versions:
            return
        self.query_one(".compared", Static).update(self._compared(chosen))
        self.query_one(".changes", Static).update(self._changes(chosen))
        self.refresh_bindings()

    def _compared(self, chosen: TemplateVersion) -> Content:
        if self._to_now:
            return line(f"From version {chosen.id} to how it is now", "bold")
        before = f"What version {chosen.id} changed"
        return line(before if chosen.id > 1 else "The first version that is known", "bold")

    def _changes(self, chosen: TemplateVersion) -> Content:
        if self._to_now:
            return changes_text(changes(chosen.definition, self._template.definition))
        before = [version for version in self._versions if version.id == chosen.id - 1]
        if not before:
            return line("= compares it with how it is now.", "$muted")
        return changes_text(changes(before[0].definition, chosen.definition))


def _kept_by(version: TemplateVersion) -> str | StyledText:
    if not version.open_pushes:
        return StyledText("–", Tone.MUTED)
    return counted(version.open_pushes, "push", "pushes")
