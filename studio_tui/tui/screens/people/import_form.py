"""The dialog for the format of an imported file, if it was not detected correctly (U6)."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static

from studio_tui.domain.people.hr_file import FileHints
from studio_tui.domain.people.hr_file.rows import parse_delimiter
from studio_tui.domain.people.hr_file.source import parse_encoding
from studio_tui.domain.shared.errors import Refused
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.dialog import Dialog
from studio_tui.tui.text import line
from studio_tui.tui.widgets.field import Field
from studio_tui.tui.widgets.radio_line import RadioLine

FILE_FORMAT = Command(
    "form",
    "ctrl+o",
    "How it is written",
    "Tell the encoding, separator, sheet and dates",
    verb="users import FILE --encoding NAME",
)
"""The command of all import screens that opens the dialog."""

_DATES = (("", "found out"), ("day-first", "day first"), ("month-first", "month first"))


class FileFormatDialog(Dialog[FileHints]):
    """A dialog for the encoding, separator, sheet and date order of a file.

    The fields match the options of the import command. The result is a `FileHints`, or None.
    """

    AUTO_FOCUS = "Input"

    def __init__(self, hints: FileHints, found: str) -> None:
        """Create the dialog with the detected format ``found`` in words.

        ``found`` is empty if the file was not read.
        """
        super().__init__()
        self._hints = hints
        self._found = found

    def compose(self) -> ComposeResult:
        """Yield the detected format, the fields, the date order and two buttons."""
        with Vertical(classes="dialog wide"):
            yield Static(line("How the file is written"), classes="question")
            if self._found:
                yield Static(line(f"Read as {self._found}."), classes="detail")
            encoding = "as windows-1250 or utf-16; empty: found out"
            yield Field("encoding", "Encoding", self._hints.encoding, hint=encoding)
            delimiter = "a character, tab or pipe; empty: found out"
            yield Field("delimiter", "Separator", self._hints.delimiter, hint=delimiter)
            sheet = "of a workbook; empty: the first that lists people"
            yield Field("sheet", "Sheet", self._hints.sheet, hint=sheet)
            yield RadioLine("dates", "03/04/2020", _DATES, self._hints.dates)
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="no", compact=True)
                yield Button("Read it so", id="yes", compact=True)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self._end()

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "no":
            self.dismiss(None)
        else:
            self._end()

    def _end(self) -> None:
        fields = {field.field_name: field for field in self.query(Field)}
        encoding, delimiter = fields["encoding"].value.strip(), fields["delimiter"].value
        checks = (("delimiter", delimiter, parse_delimiter), ("encoding", encoding, parse_encoding))
        wrong = False
        for name, text, check in checks:
            try:
                if text:
                    check(text)
            except Refused as refused:
                fields[name].error, wrong = refused.message, True
                fields[name].focus_entry()
        if not wrong:
            sheet = fields["sheet"].value.strip()
            self.dismiss(FileHints(encoding, delimiter, self.query_one(RadioLine).value, sheet))
