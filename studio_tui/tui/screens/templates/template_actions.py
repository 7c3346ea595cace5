"""The commands of a template, for every screen that shows one (T3, T6, T7)."""

from pathlib import Path
from typing import ClassVar

from studio_tui.config.session import why_no_files
from studio_tui.domain.people.access import Action
from studio_tui.domain.pushes.push import Push
from studio_tui.domain.shared import destinations as to
from studio_tui.domain.templates.template import Template
from studio_tui.services.system import toml_text
from studio_tui.services.templates import templates
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.ask_file import AskFile
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.templates.template_files import file_name, write_file

_NONE = "There is no template here."


class TemplateActions(StudioScreen):
    """A screen that acts on the template that `template` returns."""

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command(
            "push",
            "p",
            "Push",
            "Set up pushes of this template",
            needs=Action.CREATE_PUSHES,
            verb="pushes create TEMPLATE --name NAME --from DATE --deadline DATE",
        ),
        Command(
            "edit",
            "e",
            "Edit",
            "Change it",
            needs=Action.EDIT_TEMPLATES,
            verb="templates import FILE",
        ),
        Command(
            "new",
            "n",
            "New",
            "Write a new one",
            needs=Action.EDIT_TEMPLATES,
            verb="templates import FILE",
        ),
        Command(
            "preview",
            "v",
            "Preview",
            "See it as leader and user would",
            verb="templates show TEMPLATE",
        ),
        Command(
            "versions",
            "y",
            "Versions",
            "See what changed when, by whom; bring it back",
            verb="templates versions TEMPLATE",
        ),
        Command(
            "library",
            "l",
            "Library",
            "The questions that templates are made of",
            verb="questions list",
        ),
        Command(
            "duplicate",
            "d",
            "Duplicate",
            "Add a copy",
            needs=Action.EDIT_TEMPLATES,
            verb="templates duplicate TEMPLATE",
        ),
        Command(
            "edit_text",
            "T",
            "As text",
            "Change it as text",
            footer=False,
            needs=Action.EDIT_TEMPLATES,
            verb="templates import FILE",
        ),
        Command(
            "archive",
            "x",
            "Archive",
            "Put it away, or take it out of the archive",
            footer=False,
            needs=Action.EDIT_TEMPLATES,
            verb="templates archive TEMPLATE",
        ),
        Command(
            "delete",
            "delete,D",
            "Delete",
            "Delete a template that nothing uses",
            footer=False,
            needs=Action.EDIT_TEMPLATES,
            verb="templates delete TEMPLATE",
        ),
        Command(
            "export",
            "w",
            "Export",
            "Write it to a text file",
            footer=False,
            needs=Action.READ_TEMPLATES,
            verb="templates export TEMPLATE",
        ),
        Command(
            "import_file",
            "i",
            "Import",
            "Import one from a file",
            footer=False,
            needs=Action.EDIT_TEMPLATES,
            verb="templates import FILE",
        ),
    )

    @property
    def template(self) -> Template | None:
        """The template that the commands act on, or None."""
        return None

    def why_not_push(self) -> str | None:
        """Return why the template cannot be pushed, or None. It must allow pushes (T3)."""
        return self.template.why_no_push if self.template else _NONE

    def why_not_delete(self) -> str | None:
        """Return why the template cannot be deleted, or None.

        Only an unused one can be deleted (T6).
        """
        template = self.template
        if template is None:
            return _NONE
        if template.used:
            by = "pushes" if template.pushes else "conversations"
            return f"“{template.name}” is used by {by}: archive it instead."
        return None

    def why_not_edit(self) -> str | None:
        """Return why the command needs a template that does not exist, or None."""
        return None if self.template else _NONE

    why_not_duplicate = why_not_archive = why_not_edit
    why_not_preview = why_not_versions = why_not_edit_text = why_not_edit

    def why_not_export(self) -> str | None:
        """Return why the template cannot be exported, or None."""
        return self.why_not_edit() or why_no_files("ssh … templates export NAME > FILE")

    def why_not_import_file(self) -> str | None:
        """Return why no template can be imported from a file, or None."""
        return why_no_files("ssh … templates import - < FILE")

    def action_push(self) -> None:
        """Open the screen that sets up pushes of the template (P1)."""
        self.go_to(to.SetUpPushes(self._chosen), self._pushed)

    def action_edit(self) -> None:
        """Open the template in the editor."""
        self.go_to(to.EditTemplate(self._chosen))

    def action_new(self) -> None:
        """Open the editor with a new template."""
        self.go_to(to.EditTemplate(None), self._added)

    def action_preview(self) -> None:
        """Show a preview of a conversation that uses the template (T6)."""
        self.go_to(to.PreviewTemplate(self._chosen.definition))

    def action_versions(self) -> None:
        """Show earlier versions of the template (T5)."""
        self.go_to(to.TemplateVersions(self._chosen))

    def action_library(self) -> None:
        """Show the question library (T2)."""
        self.go_to(to.QuestionLibrary())

    def action_edit_text(self) -> None:
        """Open the template as text."""
        self.go_to(to.TemplateAsText(self._chosen))

    def action_duplicate(self) -> None:
        """Add a copy of the template (T6)."""
        template = self._chosen
        self.write(
            lambda: templates.duplicate(self.studio, self.actor, template),
            self._duplicated,
        )

    def _duplicated(self, copy: Template) -> None:
        self._added(copy)
        self.show_message(f"“{copy.name}” added. Press e on it to give it its own name.")

    def action_archive(self) -> None:
        """Archive the template, or restore it from the archive (T6)."""
        template, archived = self._chosen, not self._chosen.archived
        done = "put in the archive" if archived else "taken out of the archive"
        self.write(
            lambda: templates.set_archived(self.studio, self.actor, template, archived),
            lambda changed: self.show_message(f"“{changed.name}” {done}."),
        )

    def action_delete(self) -> None:
        """Delete the template after confirmation (T6)."""
        template = self._chosen
        question = Confirm(
            f"Delete “{template.name}”?",
            "Delete",
            detail="No push uses it. This cannot be undone; to keep it, export it first (w).",
        )
        self.app.push_screen(question, lambda yes: self._delete(template) if yes else None)

    def action_export(self) -> None:
        """Write the template to a text file (T7)."""
        template = self._chosen
        text = templates.export_text(template.definition)
        ask = AskFile[Path](
            f"Export “{template.name}”",
            lambda path, replace: write_file(path, text, replace),
            value=file_name(template.name),
            hint="On the machine the Studio runs on",
        )
        self.app.push_screen(ask, self._exported)

    def action_import_file(self) -> None:
        """Add the template in a text file, or update the template of the same name (T7)."""
        ask = AskFile[Template](
            "Import a template",
            lambda path, _: templates.import_text(
                self.studio, self.actor, toml_text.read_file(path), path.name
            ),
            hint="On the machine the Studio runs on; a template of the same name is changed",
        )
        self.app.push_screen(ask, self._imported)

    def deleted(self) -> None:
        """React to the deletion of the template."""

    def added(self, template: Template) -> None:
        """React to a new template."""

    @property
    def _chosen(self) -> Template:
        if self.template is None:
            raise RuntimeError(_NONE)
        return self.template

    def _pushed(self, created: list[Push] | None) -> None:
        if created:
            self.go_to(to.Pushes(tuple(created)))

    def _delete(self, template: Template) -> None:
        def gone(_: None) -> None:
            self.show_message(f"“{template.name}” deleted.")
            self.deleted()

        self.write(lambda: templates.delete(self.studio, self.actor, template), gone)

    def _exported(self, path: Path | None) -> None:
        if path is not None:
            self.show_message(f"Exported to {path}")

    def _imported(self, template: Template | None) -> None:
        if template is not None:
            self._added(template)
            self.show_message(f"“{template.name}” imported.")
            self.shell.check_for_changes()

    def _added(self, template: Template | None) -> None:
        if template is not None:
            self.added(template)
