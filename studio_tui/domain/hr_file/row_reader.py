"""One row → one record, or the reason why not."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from studio_tui.domain.cells import bare
from studio_tui.domain.hr_file import values
from studio_tui.domain.hr_file.dates import DayOrder, parse_day
from studio_tui.domain.hr_file.headings import Layout
from studio_tui.domain.hr_file.languages import language_tag
from studio_tui.domain.hr_file.records import NOT_STORED, Field, Record, Refusal
from studio_tui.domain.hr_file.rows import Row
from studio_tui.domain.hr_file.wrong import WrongCell, quoted

_Parser = Callable[[str], Any]
_REMEMBERED = 50_000


def _parsers(order: DayOrder, *, whole_name: bool) -> Mapping[Field, _Parser]:
    """How each field is read. What repeats from row to row is read, and kept in memory, once."""
    remember: Callable[[_Parser], _Parser] = lru_cache(maxsize=_REMEMBERED)
    name = remember(values.short if whole_name else values.required)
    return {
        Field.LOGIN: values.login,
        Field.EMAIL: values.email,
        Field.GIVEN_NAME: name,
        Field.FAMILY_NAME: name,
        Field.LANGUAGE: remember(lambda cell: language_tag(values.line(cell))),
        Field.TIME_ZONE: remember(values.time_zone),
        Field.GROUPS: remember(values.several),
        Field.TEAMS: remember(values.teams),
        Field.LEADS: remember(values.teams),
        Field.COACHES: remember(values.several),
        Field.MANAGER: remember(values.short),
        Field.DEPARTMENT: remember(values.short),
        Field.ROLE: remember(values.role),
        Field.HIRED_ON: remember(lambda cell: parse_day(values.line(cell), order)),
        Field.ACTIVE: remember(values.active),
        Field.NAME: values.short,
        Field.PRINCIPAL: values.short,
        Field.KNOWN_AS: values.short,
    }


class RowReader:
    """Turns the rows of one file into records and refusals."""

    def __init__(self, layout: Layout, order: DayOrder) -> None:
        told = layout.fields
        parsers = _parsers(order, whole_name=Field.NAME in told)
        self._width = layout.width
        self._headings = {column.index: column.heading for column in layout.columns}
        self._stored = tuple(
            (column.index, column.field.value, parsers[column.field])
            for column in layout.columns
            if column.field not in NOT_STORED
        )
        self._indexes = {column.field: column.index for column in layout.columns}
        self._known_as = tuple(c.index for c in layout.columns if c.field is Field.KNOWN_AS)
        self._finishers = self._choose_finishers(told)

    def _choose_finishers(self, told: frozenset[Field]) -> tuple[Callable[..., None], ...]:
        """What is left to do once the cells are read, in order; most files need little of it."""
        return tuple(
            finish
            for needed, finish in (
                (Field.PRINCIPAL in told, self._read_principal),
                (Field.NAME in told, self._complete_name),
                (Field.KNOWN_AS in told, self._read_known_as),
            )
            if needed
        )

    def read(self, row: Row) -> Record | Refusal:
        """The record that ``row`` is, or why it is none: its first wrong cell."""
        line, last_line, cells = row
        if "'" in "".join(cells):
            cells = [bare(cell) for cell in cells]
        if len(cells) != self._width:
            return Refusal(line, "", self._wrong_width(len(cells), line, last_line))
        told: dict[str, Any] = {}
        index = 0
        try:
            for index, field, parse in self._stored:
                told[field] = parse(cells[index])
            for finish in self._finishers:
                finish(told, cells)
            if not told.get("login"):
                _derive_login(told)
        except WrongCell as wrong:
            column = wrong.index if wrong.index is not None else index
            return Refusal(line, self._headings[column], str(wrong), self._address(cells))
        return Record(line, **told)

    def _wrong_width(self, found: int, line: int, last_line: int) -> str:
        count = f"{found} cell" if found == 1 else f"{found} cells"
        text = f"this row has {count}, the headings are {self._width}"
        if last_line > line:
            return f"{text}; it ends on line {last_line}: is a quotation mark left open?"
        return text

    def _read_principal(self, told: dict[str, Any], cells: Sequence[str]) -> None:
        """The address where no column has it; a login; and what others may call them."""
        index = self._indexes[Field.PRINCIPAL]
        principal = values.short(cells[index])
        if Field.EMAIL not in self._indexes:
            told["email"] = _at(index, values.email, principal)
        if not principal:
            return
        told["known_as"] = (principal,)
        if not told.get("login"):
            told["login"] = _at(index, values.login, principal.partition("@")[0])
            told["derived_login"] = True

    def _complete_name(self, told: dict[str, Any], cells: Sequence[str]) -> None:
        index = self._indexes[Field.NAME]
        given, family = told.get("given_name", ""), told.get("family_name", "")
        if not given or not family:
            name = _at(index, values.short, cells[index])
            given, family = values.whole_name(given, family, name)
            if not given or not family:
                reason = f"{quoted(name)} does not tell a given and a family name"
                raise WrongCell(reason, index)
        told["given_name"], told["family_name"] = given, family

    def _read_known_as(self, told: dict[str, Any], cells: Sequence[str]) -> None:
        names = list(told.get("known_as", ()))
        for index in self._known_as:
            if name := _at(index, values.short, cells[index]):
                names.append(name)
        told["known_as"] = tuple(names)

    def _address(self, cells: Sequence[str]) -> str:
        index = self._indexes.get(Field.EMAIL, self._indexes.get(Field.PRINCIPAL, 0))
        try:
            return values.email(cells[index])
        except WrongCell:
            return ""


def _derive_login(told: dict[str, Any]) -> None:
    told["login"] = told["email"].partition("@")[0]
    told["derived_login"] = True


def _at(index: int, parse: _Parser, cell: str) -> Any:
    """What ``parse`` makes of a cell; where it is wrong, the refusal names column ``index``."""
    try:
        return parse(cell)
    except WrongCell as wrong:
        raise WrongCell(str(wrong), index) from wrong
