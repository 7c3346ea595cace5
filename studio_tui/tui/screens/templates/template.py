"""The screen of one template (T6)."""

from textual.app import ComposeResult
from textual.widgets import Static

from studio_tui.domain.templates.template import Template
from studio_tui.services.templates import templates
from studio_tui.tui.screens.templates.template_actions import TemplateActions
from studio_tui.tui.screens.templates.template_reading import facts, outline
from studio_tui.tui.text import block, line
from studio_tui.tui.widgets.facts import Facts
from studio_tui.tui.widgets.pages import Pages

_WIDEST = 110
"""Widest line of text, in cells, that is still easy to read."""


class TemplateScreen(TemplateActions):
    """The purpose, permissions and questions of a template."""

    AUTO_FOCUS = "Pages"

    def __init__(self, template: Template) -> None:
        super().__init__()
        self._template = template

    def body(self) -> ComposeResult:
        """Compose the name, and below it the other properties as scrolling pages."""
        yield Static(classes="title")
        with Pages():
            yield Static(classes="description")
            yield Facts()
            yield Static(classes="outline")

    def on_mount(self) -> None:
        """Show the template as the list read it."""
        self._show(self._template)

    @property
    def template(self) -> Template:
        """The template that is shown."""
        return self._template

    def reload(self) -> None:
        """Read the template again."""
        template_id = self._template.id
        self.read(
            "template", lambda: templates.show(self.studio, self.actor, template_id), self._show
        )

    def deleted(self) -> None:
        """Close the screen after the template was deleted."""
        self.dismiss()

    def on_resize(self) -> None:
        """Wrap the text for the new width."""
        self._outline()

    def _outline(self) -> None:
        width = min(self.size.width - 4, _WIDEST)
        self.query_one(".outline", Static).update(outline(self._template.definition, width))

    def _show(self, template: Template) -> None:
        self._template = template
        definition = template.definition
        self.query_one(".title", Static).update(line(template.name))
        description = self.query_one(".description", Static)
        description.update(block(definition.description))
        description.display = bool(definition.description)
        self.query_one(Facts).show(facts(template))
        self._outline()
        self.refresh_bindings()
