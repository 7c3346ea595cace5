"""The first screen of an import, which prompts for the file (U6)."""

from pathlib import Path
from typing import Any

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Input, Static

from studio_tui.domain.people.hr_file import FileHints
from studio_tui.domain.shared.errors import Refused, Stopped, StudioError
from studio_tui.tui.commands import Command, shown_key
from studio_tui.tui.runtime.job import Job
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.people.import_columns import (
    COLUMNS,
    Heading,
    ask_for_field,
    guessed_headings,
    named_by_keys,
)
from studio_tui.tui.screens.people.import_form import FILE_FORMAT, FileFormatDialog
from studio_tui.tui.screens.people.import_plan import (
    ImportDecision,
    ImportFinished,
    ImportPlanScreen,
    MeaningAssigned,
    close_with_result,
)
from studio_tui.tui.screens.people.import_reading import (
    ColumnMapping,
    ComparedFile,
    UnreadableFile,
    compare,
    path_of,
)
from studio_tui.tui.text import line
from studio_tui.tui.widgets.field import Field, Form
from studio_tui.tui.widgets.list.memory_source import MemorySource
from studio_tui.tui.widgets.list.record_list import RecordList
from studio_tui.tui.widgets.path_suggester import PathSuggester
from studio_tui.tui.widgets.progress import ProgressLine

_HINT = "A CSV or Excel file. → completes the path, {} reads it; nothing changes yet."


class ImportScreen(StudioScreen):
    """A screen that prompts for a file, reads it and opens a preview of importing it."""

    OWN_COMMANDS = (
        Command("back", "escape", "Back", "Stop reading, or go back to the users"),
        FILE_FORMAT,
    )

    def __init__(self) -> None:
        super().__init__()
        self._mapped: ColumnMapping = {}
        self._path: Path | None = None
        self._hints = FileHints()

    def body(self) -> ComposeResult:
        """Yield the path field, the progress and the list of columns, which is hidden at first."""
        yield Static(line("Import users", "bold"), classes="title")
        yield Form(
            Field("file", "File", hint=_HINT.format(shown_key("enter")), placeholder="~/export.csv")
        )
        yield ProgressLine()
        yield RecordList(*COLUMNS, empty="")

    def on_mount(self) -> None:
        """Focus the path field."""
        entry = self.query_one(Input)
        entry.suggester = PathSuggester()
        self.set_focus(entry)
        self._columns.display = False

    def action_back(self) -> None:
        """Stop reading the file or, if none is being read, close the screen."""
        progress = self.query_one(ProgressLine)
        if progress.job is not None:
            progress.stop()
        else:
            self.dismiss()

    def action_form(self) -> None:
        """Let the user specify the file format, then read the file."""
        self.app.push_screen(FileFormatDialog(self._hints, ""), self._use_hints)

    def _use_hints(self, hints: FileHints | None) -> None:
        if hints is None:
            return
        self._hints = hints
        if self._field.value.strip():
            self._submitted()
        else:
            self._field.focus_entry()

    @on(Form.Submitted)
    def _submitted(self) -> None:
        try:
            path = path_of(self._field.value)
        except Refused as refused:
            self._field.error = refused.message
            return
        if path != self._path:
            # A format specified before the first file was chosen applies to that file.
            self._hints = FileHints() if self._path else self._hints
            self._path, self._mapped = path, {}
        self._read()

    def _read(self) -> None:
        path, mapped, hints = self._path, self._mapped, self._hints
        progress = self.query_one(ProgressLine)
        if path is None or progress.job is not None:
            return
        job = Job(f"Reading {path.name}")
        progress.start(job)
        self.read(
            "file",
            lambda: compare(self.studio, self.actor, path, mapped, hints, job),
            self._show,
            self._failed,
        )

    def _failed(self, error: StudioError) -> None:
        self.query_one(ProgressLine).done()
        if isinstance(error, Stopped):
            self.show_message(error.message)
        else:
            self._field.error = error.message

    def _show(self, found: ComparedFile | UnreadableFile) -> None:
        self.query_one(ProgressLine).done()
        if isinstance(found, UnreadableFile):
            self._field.error = named_by_keys(found.reason.message)
            self._show_columns(found.headings)
        else:
            self._show_columns(())
            self.app.push_screen(ImportPlanScreen(found), self._decided)

    def _show_columns(self, names: tuple[str, ...]) -> None:
        self._columns.display = bool(names)
        headings = guessed_headings(names, self._mapped)
        self._columns.set_source(MemorySource(headings), "", keep=self._columns.current_id)
        if names:
            self.set_focus(self._columns)

    def _decided(self, decided: ImportDecision) -> None:
        match decided:
            case ImportFinished():
                close_with_result(self, decided)
            case MeaningAssigned(heading=heading, field=field):
                self._map(heading, field)
            case FileHints():
                self._use_hints(decided)
            case _:
                self._field.focus_entry()

    @work
    async def on_record_list_opened(self, event: RecordList.Opened) -> None:
        """Let the user assign a field to the column, then read the file again."""
        heading: Heading = event.row
        field = await self.app.push_screen_wait(ask_for_field(heading))
        if field is not None:
            self._map(heading.name, field)

    def _map(self, heading: str, field: str) -> None:
        self._mapped = {**self._mapped, heading: field}
        self._read()

    @property
    def _field(self) -> Field:
        return self.query_one(Field)

    @property
    def _columns(self) -> RecordList[Any, str]:
        return self.query_one(RecordList)
