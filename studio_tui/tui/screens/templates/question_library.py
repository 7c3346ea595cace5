"""The question library: topics with questions, of which templates are made (T2)."""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.widgets import Static

from studio_tui.config.session import why_no_files
from studio_tui.domain.people.access import Action, may
from studio_tui.domain.shared import destinations as to
from studio_tui.domain.shared.list_source import Sort, Source
from studio_tui.domain.templates.changes import described
from studio_tui.domain.templates.library import LibraryFilter, LibraryTopic
from studio_tui.services.system import toml_text
from studio_tui.services.templates import library
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.ask_file import AskFile
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.modals.read_text import ReadText
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.templates.template_files import file_name, write_file
from studio_tui.tui.text import line
from studio_tui.tui.widgets.list.columns import Column, StyledText, Tone
from studio_tui.tui.widgets.list.lazy_source import LazySource
from studio_tui.tui.widgets.list.record_browser import RecordBrowser
from studio_tui.tui.widgets.list.record_list import RecordList
from studio_tui.tui.widgets.list.shown_rows import shown_rows
from studio_tui.wording.counting import counted

_NONE = "There is no topic here."
_EDIT_RIGHT = Action.EDIT_LIBRARY


def _asks(topic: LibraryTopic) -> StyledText:
    return StyledText(" · ".join(question.text for question in topic.topic.questions), Tone.MUTED)


_ORDER = Sort("name")


def _question_texts(topic: LibraryTopic) -> str:
    return " ".join(question.text for question in topic.topic.questions)


class QuestionLibraryScreen(StudioScreen):
    """The list of all topics by name. Users without the right to edit topics can read them."""

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command(
            "edit",
            "e",
            "Edit",
            "Change the topic; so does enter",
            needs=_EDIT_RIGHT,
            verb="questions import FILE",
        ),
        Command("new", "n", "New", "Add a topic", needs=_EDIT_RIGHT, verb="questions import FILE"),
        Command(
            "delete",
            "delete,D",
            "Delete",
            "Delete the topic",
            needs=_EDIT_RIGHT,
            verb="questions delete TOPIC",
        ),
        Command(
            "export",
            "w",
            "Export",
            "Write the topic to a text file",
            verb="questions export TOPIC",
        ),
        Command(
            "export_all",
            "W",
            "Export all",
            "Write the whole library to a text file",
            verb="questions export",
        ),
        Command(
            "import_file",
            "i",
            "Import",
            "Import topics from a text file",
            needs=_EDIT_RIGHT,
            verb="questions import FILE",
        ),
    )

    def __init__(self) -> None:
        super().__init__()
        self._browser: RecordBrowser[LibraryTopic, LibraryFilter] = RecordBrowser(
            Column(
                "name",
                "Topic",
                lambda topic: topic.name,
                width=18,
                flex=1,
                max_width=44,
                sortable=True,
            ),
            Column("asks", "Asks", _asks, width=30, flex=3, sortable=True),
            Column(
                "count",
                "Questions",
                _count,
                width=9,
                right=True,
                sortable=True,
                order=lambda topic: len(topic.topic.questions),
            ),
            find=self.find,
            sort=_ORDER,
            noun=("topic", "topics"),
            empty="No questions yet.\nPress n to write some, i to import them from a text file.",
            views_key="questions",
            exported_by="questions list --json",
        )

    def body(self) -> ComposeResult:
        """Compose the title and the list."""
        yield Static(line("Question library"), classes="title")
        yield self._browser

    def find(
        self, text: str, sort: Sort
    ) -> tuple[LibraryFilter, Source[LibraryTopic, LibraryFilter]]:
        """Return the filter and the topics whose row or questions contain all words of ``text``."""
        columns = self._browser.every_column

        def found() -> Source[LibraryTopic, LibraryFilter]:
            every = library.source(self.studio, self.actor, LibraryFilter())
            return shown_rows(every, columns, text, sort, _ORDER, _question_texts)

        return LibraryFilter(text), LazySource(found)

    def reload(self) -> None:
        """Read the list again."""
        self._browser.reload()

    def why_not_edit(self) -> str | None:
        """Return why the command needs a topic that does not exist, or None."""
        return None if self._browser.list.current else _NONE

    why_not_delete = why_not_edit

    def why_not_export(self) -> str | None:
        """Return why the topic cannot be exported, or None."""
        return self.why_not_edit() or why_no_files("ssh … questions export TOPIC > FILE")

    def why_not_export_all(self) -> str | None:
        """Return why the library cannot be exported, or None."""
        return why_no_files("ssh … questions export > FILE")

    def why_not_import_file(self) -> str | None:
        """Return why no topics can be imported, or None."""
        return why_no_files("ssh … questions import - < FILE")

    def action_edit(self) -> None:
        """Open the topic in the editor."""
        self._open(self._chosen)

    def action_new(self) -> None:
        """Open the editor with a new topic."""
        self._open(None)

    def action_delete(self) -> None:
        """Delete the topic after confirmation."""
        topic = self._chosen
        count = counted(len(topic.topic.questions), "question")
        question = Confirm(
            f"Delete “{topic.name}”?",
            "Delete",
            detail=f"It holds {count}. Templates that took them keep them. This cannot be undone; "
            "to keep it, export it first (w).",
        )
        self.app.push_screen(question, lambda yes: self._delete(topic) if yes else None)

    def action_export(self) -> None:
        """Write the topic to a text file."""
        topic = self._chosen
        self._export(f"Export “{topic.name}”", file_name(topic.name), lambda: [topic])

    def action_export_all(self) -> None:
        """Write the whole library to a text file."""
        self._export(
            "Export the question library",
            "questions.toml",
            lambda: library.every(self.studio, self.actor),
        )

    def action_import_file(self) -> None:
        """Add the topics in a text file, or update those of the same name."""
        ask = AskFile[list[LibraryTopic]](
            "Import questions",
            lambda path, _: library.import_text(
                self.studio, self.actor, toml_text.read_file(path), path.name
            ),
            hint="On the machine the Studio runs on; topics of the same name are changed",
        )
        self.app.push_screen(ask, self._imported)

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        """Open the topic in the editor, or as read-only text without the right to edit."""
        self._open(event.row)

    def on_record_list_cursor_moved(self) -> None:
        """Update the available commands, which depend on whether the list has a current topic."""
        self.refresh_bindings()

    @property
    def _chosen(self) -> LibraryTopic:
        if self._browser.list.current is None:
            raise RuntimeError(_NONE)
        return self._browser.list.current

    def _open(self, topic: LibraryTopic | None) -> None:
        if may(self.actor, _EDIT_RIGHT):
            self.go_to(to.EditTopic(topic), self._added if topic is None else None)
        elif topic is not None:
            text = "\n".join(f"· {described(question)}" for question in topic.topic.questions)
            self.app.push_screen(ReadText(topic.name, text))

    def _added(self, topic: LibraryTopic | None) -> None:
        if topic is not None:
            self._browser.show_row(topic.id)

    def _export(self, title: str, name: str, chosen: Callable[[], list[LibraryTopic]]) -> None:
        ask = AskFile[Path](
            title,
            lambda path, replace: write_file(path, library.export_text(chosen()), replace),
            value=name,
            hint="On the machine the Studio runs on",
        )
        self.app.push_screen(ask, self._exported)

    def _exported(self, path: Path | None) -> None:
        if path is not None:
            self.show_message(f"Exported to {path}")

    def _imported(self, topics: list[LibraryTopic] | None) -> None:
        if topics is not None:
            if topics:
                self._browser.show_row(topics[0].id)
            self.show_message(f"{counted(len(topics), 'topic')} imported.")
            self.shell.check_for_changes()

    def _delete(self, topic: LibraryTopic) -> None:
        self.write(
            lambda: library.delete(self.studio, self.actor, topic),
            lambda _: self.show_message(f"“{topic.name}” deleted."),
        )


def _count(topic: LibraryTopic) -> str:
    return str(len(topic.topic.questions))
