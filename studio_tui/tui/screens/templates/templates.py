"""The Templates screen: the list of all templates (T1 to T7)."""

from collections.abc import Callable, Iterator

from textual.app import ComposeResult
from textual.content import Content

from studio_tui.domain.shared import destinations as to
from studio_tui.domain.shared.list_source import Sort, Source
from studio_tui.domain.templates.template import Template, TemplateFilter
from studio_tui.services.templates import templates
from studio_tui.tui.screens.templates.preview_words import Side, preview
from studio_tui.tui.screens.templates.template_actions import TemplateActions
from studio_tui.tui.screens.templates.template_reading import size_of
from studio_tui.tui.text import line
from studio_tui.tui.widgets.drawing import Drawing
from studio_tui.tui.widgets.list.columns import Column, StyledText, Tone
from studio_tui.tui.widgets.list.lazy_source import LazySource
from studio_tui.tui.widgets.list.record_browser import RecordBrowser
from studio_tui.tui.widgets.list.record_list import RecordList
from studio_tui.tui.widgets.list.shown_rows import shown_rows


def _cell(template: Template, text: str) -> str | StyledText:
    return StyledText(text, Tone.MUTED) if template.archived else text


def _push(template: Template) -> str | StyledText:
    if template.definition.permissions.through_push:
        return _cell(template, "yes")
    return StyledText("no", Tone.MUTED)


def _pushes(template: Template) -> str | StyledText:
    return (
        _cell(template, f"{template.pushes:,}") if template.pushes else StyledText("–", Tone.MUTED)
    )


def _description(template: Template) -> StyledText:
    return StyledText(template.definition.description, Tone.MUTED)


def read_template(template: Template) -> Callable[[], Drawing]:
    """Return the preview for the detail pane, as the leader sees it.

    It needs no further reading.
    """

    def drawn(width: int, _: int) -> Iterator[Content]:
        yield line(template.name, "bold")
        yield preview(template.definition, Side.LEADER, width)

    return lambda: drawn


_ORDER = Sort("name")


class TemplatesScreen(TemplateActions):
    """The list of all templates, with archived ones last."""

    def __init__(self) -> None:
        super().__init__()
        self._browser: RecordBrowser[Template, TemplateFilter] = RecordBrowser(
            Column(
                "name",
                "Name",
                lambda t: _cell(t, t.name),
                width=20,
                flex=2,
                max_width=44,
                sortable=True,
            ),
            Column(
                "description",
                "What for",
                _description,
                width=24,
                flex=3,
                hide_order=2,
                sortable=True,
            ),
            Column(
                "size", "Holds", lambda t: _cell(t, size_of(t.definition)), width=21, sortable=True
            ),
            Column("through_push", "Through push", _push, width=12, sortable=True),
            Column(
                "pushes",
                "Pushes",
                _pushes,
                width=6,
                right=True,
                sortable=True,
                order=lambda t: t.pushes,
            ),
            Column(
                "archived",
                "",
                lambda t: _cell(t, "archived" * t.archived),
                width=8,
                name="Archived",
                sortable=True,
            ),
            find=self.find,
            sort=_ORDER,
            noun=("template", "templates"),
            empty="No templates yet.\nPress n to write one, i to import one from a text file.",
            views_key="templates",
            exported_by="templates list --json",
            details=read_template,
        )

    def body(self) -> ComposeResult:
        """Compose the list."""
        yield self._browser

    def find(
        self, text: str, sort: Sort
    ) -> tuple[TemplateFilter, Source[Template, TemplateFilter]]:
        """Return the filter and the templates whose row contains all words of ``text``."""
        columns = self._browser.every_column

        def found() -> Source[Template, TemplateFilter]:
            every = templates.source(self.studio, self.actor, TemplateFilter())
            return shown_rows(every, columns, text, sort, _ORDER)

        return TemplateFilter(text), LazySource(found)

    @property
    def template(self) -> Template | None:
        """The template under the cursor."""
        return self._browser.list.current

    def reload(self) -> None:
        """Read the list again."""
        self._browser.reload()

    def added(self, template: Template) -> None:
        """Move the cursor to the new template."""
        self._browser.show_row(template.id)

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        """Open the template."""
        self.go_to(to.Template(event.row))

    def on_record_list_cursor_moved(self) -> None:
        """Update the available commands, which depend on the template."""
        self.refresh_bindings()
