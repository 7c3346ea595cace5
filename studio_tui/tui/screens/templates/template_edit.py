"""The screen that edits a template as text (T7)."""

import re

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static, TextArea

from studio_tui.domain.shared.errors import Conflict, StudioError
from studio_tui.domain.templates.template import Template
from studio_tui.services.templates import templates, text_files
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.unsaved_changes import leave
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.text import line
from studio_tui.tui.widgets.multiline_field import LinesEntry

_AT = re.compile(r"\(at line (\d+), column (\d+)\)")
_CONFLICT = (
    "Somebody else saved this template meanwhile: below is how it is now. What you typed is kept. "
    "^s again saves yours in its place."
)


class TemplateEditScreen(StudioScreen):
    """A text editor for a template. Errors are shown below the text; typed text is never lost."""

    OWN_COMMANDS = (
        Command("save", "ctrl+s", "Save", "Save the template", verb="templates import FILE"),
    )
    AUTO_FOCUS = "LinesEntry"

    def __init__(self, template: Template) -> None:
        super().__init__()
        self._base = template
        self._saved = templates.export_text(template.definition)

    def body(self) -> ComposeResult:
        """Compose the text, the error, and the conflicting version if another user saved one."""
        yield Static(line(f"Edit “{self._base.name}”"), classes="title")
        yield LinesEntry(self._saved, numbers=True, classes="own")
        with Vertical(classes="notice"):
            yield Static(classes="wrong")
        yield LinesEntry("", numbers=True, read_only=True, classes="theirs")

    @property
    def unsaved(self) -> bool:
        """Whether the text has changes that are not saved."""
        return self._own.text != self._saved

    def action_save(self) -> None:
        """Save the text if it is a valid template."""
        text, base = self._own.text, self._base

        def save() -> Template:
            definition = text_files.loads(text, "This")
            return templates.save(self.studio, self.actor, base, definition)

        self.write(save, self._done, self._failed, opens_screen=True)

    def action_back(self) -> None:
        """Leave; ask for confirmation first if changes would be lost."""
        leave(self, self.unsaved, "Leave without saving?", "What you changed would be lost.")

    @property
    def _own(self) -> LinesEntry:
        return self.query_one(".own", LinesEntry)

    def _done(self, template: Template) -> None:
        self.show_message(
            f"“{template.name}” saved. Pushes that run keep the template they began with."
        )
        self.dismiss()

    def _failed(self, error: StudioError) -> None:
        if isinstance(error, Conflict):
            template_id = self._base.id
            self.read(
                "theirs",
                lambda: templates.show(self.studio, self.actor, template_id),
                self._show_theirs,
            )
            return
        self._say_wrong(error.message)
        if found := _AT.search(error.message):
            self._own.move_cursor((int(found[1]) - 1, int(found[2]) - 1), center=True)

    def _show_theirs(self, theirs: Template) -> None:
        self._base = theirs
        self._say_wrong(_CONFLICT)
        self.query_one(".theirs", LinesEntry).load_text(templates.export_text(theirs.definition))
        self.add_class("-conflict")

    def _say_wrong(self, sentence: str) -> None:
        self.query_one(".wrong", Static).update(line(sentence))
        self.set_class(bool(sentence), "-wrong")

    @on(TextArea.Changed, ".own")
    def _typed(self) -> None:
        if self.has_class("-wrong") and not self.has_class("-conflict"):
            self._say_wrong("")
