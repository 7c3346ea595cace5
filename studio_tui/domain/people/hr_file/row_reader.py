"""Parsing of one row into a record, or the reason why it is invalid.

An invalid cell of an optional field, such as the day of hire, is left out with a warning. An
invalid cell that identifies the person or tells whether they have left refuses the row.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

from studio_tui.domain.people.facts import FactType, fact_called
from studio_tui.domain.people.hr_file import values
from studio_tui.domain.people.hr_file.dates import DayOrder, parse_day, parse_end
from studio_tui.domain.people.hr_file.footer import footer_in
from studio_tui.domain.people.hr_file.garbled import LOST, SUSPECT, repair_mojibake
from studio_tui.domain.people.hr_file.headings import FileColumn, Layout, plain
from studio_tui.domain.people.hr_file.nothing import is_nothing
from studio_tui.domain.people.hr_file.records import (
    NOT_STORED,
    ImportField,
    Record,
    Refusal,
    RowWarning,
)
from studio_tui.domain.people.hr_file.rows import FileRow
from studio_tui.domain.people.hr_file.status_words import parse_dated_status
from studio_tui.domain.people.keys import key
from studio_tui.domain.people.wrong_cell import WrongCell, quoted
from studio_tui.domain.shared.spreadsheet_safety import unescape_cell

_Parser = Callable[[str], Any]
_REMEMBERED = 50_000
_OPTIONAL = {FactType.DAY, FactType.LANGUAGE, FactType.TIME_ZONE}
"""Types of facts that may be left out of an imported row."""
_SAYS_STATUS = ("status", "state", "statut", "stand", "toestand", "estado", "stato")
_ONE_EACH = {FactType.LOGIN, FactType.EMAIL, FactType.CODE}
"""Types of facts whose values hardly repeat from row to row."""
_DOUBTED = {
    field for field in ImportField if fact_called(field).type not in (FactType.DAY, FactType.STATUS)
}
"""Fields that are checked for lost letters."""


def _parsers(order: DayOrder) -> Mapping[FactType, _Parser]:
    """Return the parser for each type of fact."""
    return {
        FactType.LOGIN: values.login,
        FactType.EMAIL: values.email,
        FactType.CODE: values.optional_line,
        FactType.TEXT: values.short,
        FactType.LANGUAGE: values.language,
        FactType.TIME_ZONE: values.time_zone,
        FactType.NAMES: values.several,
        FactType.PEOPLE: values.several,
        FactType.TEAMS: values.teams,
        FactType.ROLE: values.role,
        FactType.DAY: lambda cell: parse_day(values.line(cell), order),
        FactType.STATUS: values.active,
    }


def read_cell(type_: FactType, text: str) -> Any:
    """Parse text that was typed for a fact of this type. Raises `WrongCell`."""
    return _parsers(DayOrder())[type_](text)


def _remembered(parse: _Parser) -> _Parser:
    """Return ``parse`` with a cache, for values that repeat from row to row."""
    return lru_cache(maxsize=_REMEMBERED)(parse)


class RowReader:
    """A parser that turns the rows of one file into records and refusals, and collects warnings."""

    def __init__(
        self, layout: Layout, order: DayOrder, words: Mapping[str, bool], *, guessed: bool
    ) -> None:
        """Prepare the parser.

        ``words`` maps status words, by `key`, to True for active and False for left. ``guessed``
        tells whether the encoding is a guess.
        """
        told = layout.fields
        self._words = words
        self.used_words = set[str]()
        self.warnings: list[RowWarning] = []
        self._garbled: dict[tuple[int, str], list[Any]] = {}
        self._guessed = guessed
        self._width = layout.width
        self._layout = layout
        self._headings = {column.index: column.heading for column in layout.columns}
        parsers = _parsers(order)
        self._stored = tuple(
            (column.index, column.field.value, self._parser(column, parsers))
            for column in layout.columns
            if column.field not in NOT_STORED
        )
        self._indexes = {column.field: column.index for column in layout.columns}
        self._known_as = self._of(ImportField.KNOWN_AS)
        self._left = [
            (column.index, self._left_parser()) for column in self._columns(ImportField.LEFT)
        ]
        self._order = order
        self._parse_end = _remembered(lambda cell: parse_end(values.line(cell), order))
        self._left_on = [(index, self._parse_end) for index in self._of(ImportField.LEFT_ON)]
        self._needed = self._choose_needed()
        self._finishers = self._choose_finishers(told)

    def _columns(self, field: ImportField) -> list[FileColumn]:
        return [column for column in self._layout.columns if column.field is field]

    def _of(self, field: ImportField) -> tuple[int, ...]:
        return tuple(column.index for column in self._columns(field))

    def _parser(self, column: FileColumn, parsers: Mapping[FactType, _Parser]) -> _Parser:
        type_ = fact_called(column.field).type
        if type_ is not FactType.STATUS:
            return parsers[type_] if type_ in _ONE_EACH else _remembered(parsers[type_])
        coded = any(word in plain(column.heading) for word in _SAYS_STATUS)
        active = partial(values.active, coded=coded)
        return _remembered(partial(self._explained, active, says_there=True))

    def _left_parser(self) -> _Parser:
        return _remembered(partial(self._explained, values.left, says_there=False))

    def _explained(self, parse: Callable[[str], bool], cell: str, *, says_there: bool) -> bool:
        """Return the specified meaning of a cell's status word, or else the result of ``parse``."""
        if self._words and (word := key(values.line(cell))) in self._words:
            self.used_words.add(word)
            return self._words[word] is says_there
        return parse(cell)

    def _choose_needed(self) -> int:
        """Return the index up to which cells are required: those that identify the person."""
        names = (
            {ImportField.NAME}
            if ImportField.NAME in self._indexes
            else {ImportField.GIVEN_NAME, ImportField.FAMILY_NAME}
        )
        needed = {
            ImportField.EMAIL if ImportField.EMAIL in self._indexes else ImportField.PRINCIPAL,
            *names,
        }
        return max((self._indexes[field] for field in needed if field in self._indexes), default=0)

    def _choose_finishers(self, told: frozenset[ImportField]) -> tuple[Callable[..., None], ...]:
        """Return the steps that follow the parsing of cells, in order.

        Most files need few of them.
        """
        return tuple(
            finish
            for needed, finish in (
                (ImportField.PRINCIPAL in told, self._read_principal),
                (ImportField.NAME in told, self._complete_name),
                (ImportField.KNOWN_AS in told, self._read_known_as),
                (ImportField.LEFT in told, self._read_left),
                (ImportField.LEFT_ON in told, self._read_left_on),
            )
            if needed
        )

    def read(self, row: FileRow) -> Record | Refusal | None:
        """Return the record of ``row``, or a refusal with its first invalid cell.

        None for a blank row, and for a total or a note, which is left out with a warning.
        """
        cells = row.cells
        text = "".join(cells)
        if "@" not in text or not any(cells[1:]):
            if footer := footer_in(cells):
                reason = f"{quoted(footer)} is a total or a note, and no person: left out"
                self.warnings.append(RowWarning(row.line, "", reason))
            if footer or not text.strip():
                return None
        return self._read(row, text)

    def _read(self, row: FileRow, text: str) -> Record | Refusal:
        line, last_line, cells = row
        if "'" in text:
            cells = [unescape_cell(cell) for cell in cells]
        if not text.isascii() and (self._guessed or SUSPECT.search(text)):
            self._look_closer(line, cells)
        if len(cells) != self._width:
            fitted = self._fitted(cells, one_line=line == last_line)
            if fitted is None:
                return Refusal(line, "", self._wrong_width(len(cells), line, last_line))
            cells = fitted
        told: dict[str, Any] = {}
        try:
            for index, field, parse in self._stored:
                told[field] = parse(cells[index])
            for finish in self._finishers:
                finish(told, cells)
            if not (told["given_name"] and told["family_name"]):
                self._require_name(told)
            if not told.get("login"):
                _derive_login(told)
        except WrongCell:
            return self._read_with_care(line, cells)
        return Record(line, **told)

    def _read_with_care(self, line: int, cells: Sequence[str]) -> Record | Refusal:
        """Parse a row that has an invalid cell, leaving that cell out if it is optional."""
        told: dict[str, Any] = {}
        left_out: list[RowWarning] = []
        index = 0
        try:
            for index, name, parse in self._stored:
                try:
                    told[name] = parse(cells[index])
                except WrongCell as wrong:
                    if name == ImportField.ACTIVE and self._tell_dated(told, cells[index]):
                        continue
                    reason, value = self._without(ImportField(name), cells, wrong)
                    told[name] = value
                    told["unread"] = (*told.get("unread", ()), ImportField(name))
                    left_out.append(RowWarning(line, self._headings[index], reason))
            for finish in self._finishers:
                finish(told, cells)
            self._require_name(told)
            if not told.get("login"):
                _derive_login(told)
        except WrongCell as wrong:
            column = wrong.index if wrong.index is not None else index
            heading, email = self._headings[column], self._address(cells)
            return Refusal(line, heading, str(wrong), email, word=wrong.word)
        email = told["email"]
        self.warnings += [RowWarning(w.line, w.column, w.reason, email) for w in left_out]
        return Record(line, **told)

    def _tell_dated(self, told: dict[str, Any], cell: str) -> bool:
        """Parse a status with a day and return whether the cell is one.

        For example ``Terminated 2023-01-01``.
        """
        dated = parse_dated_status(values.line(cell))
        if dated is None or self._order.seen(dated[1], 1).is_guess:
            return False
        there, day = dated
        told["active"] = True
        if not there:
            told["left_on"] = self._parse_end(day)
        return True

    def _without(
        self, field: ImportField, cells: Sequence[str], wrong: WrongCell
    ) -> tuple[str, Any]:
        """Return why a cell is left out, and its replacement.

        Raises ``wrong`` if the cell is required.
        """
        if fact_called(field).type in _OPTIONAL:
            return f"{wrong}; imported without it", None
        if field is ImportField.EMAIL and is_nothing(values.line(cells[self._indexes[field]])):
            if self._is_known_otherwise(cells):
                return "no address: imported, but no mail can reach them", ""
            raise WrongCell(
                "this cell may not be empty: an address is needed, or else a login or an employee "
                "number"
            )
        raise wrong

    def _is_known_otherwise(self, cells: Sequence[str]) -> bool:
        fields = (ImportField.LOGIN, ImportField.EMPLOYEE_NUMBER, ImportField.PRINCIPAL)
        indexes = [self._indexes[field] for field in fields if field in self._indexes]
        return any(not is_nothing(values.line(cells[index])) for index in indexes)

    def _require_name(self, told: Mapping[str, Any]) -> None:
        if not (told["given_name"] or told["family_name"]):
            fields = (ImportField.NAME, ImportField.GIVEN_NAME, ImportField.FAMILY_NAME)
            index = next(self._indexes[field] for field in fields if field in self._indexes)
            raise WrongCell("this cell may not be empty: a name is needed", index)

    def _fitted(self, cells: Sequence[str], *, one_line: bool) -> Sequence[str] | None:
        """Return ``cells`` padded or cut to the width of the headings.

        Only empty cells at the end are cut. None if the assignment of cells to columns is
        ambiguous.
        """
        width = self._width
        if len(cells) > width:
            return None if any(map(str.strip, cells[width:])) else cells[:width]
        enough = len(cells) > self._needed and one_line
        return [*cells, *[""] * (width - len(cells))] if enough else None

    def _wrong_width(self, found: int, line: int, last_line: int) -> str:
        count = f"{found} cell" if found == 1 else f"{found} cells"
        text = f"this row has {count}, the headings are {self._width}"
        if last_line > line:
            return f"{text}; it ends on line {last_line}: is a quotation mark left open?"
        return text

    # Lost letters

    def _look_closer(self, line: int, cells: Sequence[str]) -> None:
        """Record lost and doubly encoded letters, and samples for checking a guess."""
        for column in self._layout.columns:
            cell = cells[column.index] if column.index < len(cells) else ""
            if cell.isascii() or column.field not in _DOUBTED:
                continue
            text = values.line(cell[: values.MAX_CELL])
            if LOST in text:
                self._note(column.index, "lost", line, text)
            elif repair_mojibake(text) != text:
                self._note(column.index, "twice", line, text)
            if self._guessed:
                self._note(-1, "guessed", line, text)

    def _note(self, index: int, what: str, line: int, text: str) -> None:
        found = self._garbled.setdefault((index, what), [line, text, 0])
        found[2] += 1

    def garbled_warnings(self, encoding: str) -> list[RowWarning]:
        """Return warnings about suspect letters.

        One for each column that has any, and one for a guessed encoding.
        """
        return [
            RowWarning(
                line if index >= 0 else 0,
                self._headings.get(index, ""),
                _garbled_in_words(what, line, text, count, encoding),
            )
            for (index, what), (line, text, count) in sorted(self._garbled.items())
        ]

    # Fields that depend on several cells

    def _read_principal(self, told: dict[str, Any], cells: Sequence[str]) -> None:
        """Derive the address, the login and another name from the principal.

        The address is derived only if no column provides it, the login only if it is empty.
        """
        index = self._indexes[ImportField.PRINCIPAL]
        principal = values.short(cells[index])
        if ImportField.EMAIL not in self._indexes:
            told["email"] = _at(index, values.email, principal)
        if not principal:
            return
        told["known_as"] = (principal,)
        if not told.get("login"):
            told["login"] = _at(index, values.login, principal.partition("@")[0])
            told["derived_login"] = True

    def _complete_name(self, told: dict[str, Any], cells: Sequence[str]) -> None:
        index = self._indexes[ImportField.NAME]
        given, family = told.get("given_name", ""), told.get("family_name", "")
        if not given or not family:
            name = _at(index, values.name, cells[index])
            given, family = values.whole_name(given, family, name)
        told["given_name"], told["family_name"] = given, family

    def _read_known_as(self, told: dict[str, Any], cells: Sequence[str]) -> None:
        names = list(told.get("known_as", ()))
        for index in self._known_as:
            if name := _at(index, values.short, cells[index]):
                names.append(name)
        told["known_as"] = tuple(names)

    def _read_left(self, told: dict[str, Any], cells: Sequence[str]) -> None:
        # Parse all of the cells, so that an unknown word is reported.
        said = [_at(index, parse, cells[index]) for index, parse in self._left]
        if any(said):
            told["active"] = False

    def _read_left_on(self, told: dict[str, Any], cells: Sequence[str]) -> None:
        days = [day for index, parse in self._left_on if (day := _at(index, parse, cells[index]))]
        days += [day] if (day := told.get("left_on")) else []
        if days:
            told["left_on"] = min(days)

    def _address(self, cells: Sequence[str]) -> str:
        index = self._indexes.get(ImportField.EMAIL, self._indexes.get(ImportField.PRINCIPAL, 0))
        try:
            return values.email(cells[index])
        except WrongCell:
            return ""


def _derive_login(told: dict[str, Any]) -> None:
    told["login"] = told["email"].partition("@")[0] or values.login(
        "-".join(told["employee_number"].split())
    )
    told["derived_login"] = True


def _at(index: int, parse: _Parser, cell: str) -> Any:
    """Apply ``parse`` to a cell. The error for an invalid cell names the column ``index``."""
    try:
        return parse(cell)
    except WrongCell as wrong:
        raise WrongCell(str(wrong), index, word=wrong.word) from wrong


def _garbled_in_words(what: str, line: int, text: str, count: int, encoding: str) -> str:
    more = f", and {count - 1:,} more" if count > 1 else ""
    if what == "guessed":
        return (
            f"the file is not UTF-8 and is read as {encoding}, which is a guess: line {line} has "
            f"{quoted(text)}{more}. Where names look wrong, say which encoding it has, as in "
            "--encoding windows-1250"
        )
    if what == "lost":
        return f"{quoted(text)}{more}: “{LOST}” stands where a letter was lost before this file"
    return (
        f"{quoted(text)}{more} was encoded twice before this file, and should be "
        f"{quoted(repair_mojibake(text))}: export it again as UTF-8"
    )
