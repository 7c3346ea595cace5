"""The content of an HR file with validated cells (U6)."""

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from studio_tui.domain.people.facts import FACTS, FactType, fact_called, with_every_fact
from studio_tui.domain.people.roles import Role
from studio_tui.domain.people.users import full_name
from studio_tui.domain.shared.dataclass import dataclass

TeamPath = tuple[str, ...]
"""Names of a team and all its ancestors, from the top: ``("Sales", "Belgium")``."""


@with_every_fact
class ImportField(StrEnum):
    """The field of a column, by name: a fact, or a clue to one (`domain.people.facts`)."""

    LOGIN = "login"
    EMAIL = "email"
    GIVEN_NAME = "given_name"
    FAMILY_NAME = "family_name"
    LANGUAGE = "language"
    TIME_ZONE = "time_zone"
    GROUPS = "groups"
    TEAMS = "teams"
    LEADS = "leads"
    COACHES = "coaches"
    MANAGER = "manager"
    DEPARTMENT = "department"
    ROLE = "role"
    HIRED_ON = "hired_on"
    ACTIVE = "active"
    EMPLOYEE_NUMBER = "employee_number"
    NAME = "name"
    """Whole name in one cell: “Ann Peeters” or “Peeters, Ann”."""
    PRINCIPAL = "principal"
    """Login name in the form of an address, as in Microsoft Entra."""
    KNOWN_AS = "known_as"
    """Any other identifier of the person in the file: an object id, a number of another system."""
    LEFT = "left"
    """Yes for a user who has left: ``suspended``, ``deleted``."""
    LEFT_ON = "left_on"
    """Last day of the person, past or future."""


EXPORTED = tuple(field for field in ImportField if fact_called(field) in FACTS)
"""Columns of an export: all stored facts.

The manager is not among them because it follows from teams and leaders (U4).
"""

DAYS = frozenset(f for f in ImportField if fact_called(f).type is FactType.DAY)
"""Fields that hold dates, whose order of day and month has to be detected."""

NOT_STORED = frozenset(
    {
        ImportField.NAME,
        ImportField.PRINCIPAL,
        ImportField.KNOWN_AS,
        ImportField.LEFT,
        ImportField.LEFT_ON,
    }
)
"""Fields that only help to derive other fields or to identify a person."""


@with_every_fact
class Record(NamedTuple):
    """One person as one row describes them. Text is sanitised (A5) and within its length limits.

    A tuple, because a file may have a million rows: creating one is five times as fast as creating
    a frozen dataclass.
    """

    line: int
    """Physical line of the file on which the row begins, from 1."""
    login: str
    email: str
    given_name: str
    family_name: str
    derived_login: bool = False
    """Whether the file has no login, so that the part of the address before the @ is used."""
    language: str | None = None
    """Tag such as ``nl`` or ``nl-BE``."""
    time_zone: str | None = None
    groups: tuple[str, ...] = ()
    teams: tuple[TeamPath, ...] = ()
    leads: tuple[TeamPath, ...] = ()
    """Teams that the person leads."""
    coaches: tuple[str, ...] = ()
    """Coaches of the person, as named in the file."""
    manager: str = ""
    """Manager of the person, as named in the file."""
    department: str = ""
    role: Role | None = None
    hired_on: date | None = None
    active: bool = True
    known_as: tuple[str, ...] = ()
    employee_number: str = ""
    left_on: date | None = None
    """Last day. The caller, who knows the current day, decides whether the person has left."""
    unread: tuple[ImportField, ...] = ()
    """Fields whose cells could not be parsed. Existing values stay unchanged."""

    @property
    def name(self) -> str:
        """Given and family name."""
        return full_name(self.given_name, self.family_name)


@dataclass(frozen=True, slots=True)
class Remark:
    """A message about a cell, a row or a whole file."""

    line: int
    """Line of the row; 0 for the whole file."""
    column: str
    """Heading of the cell as in the file; empty if the remark is about the whole row."""
    reason: str
    email: str = ""
    """Address in the row, if it could be parsed."""
    sheet: str = field(default="", kw_only=True)
    """Sheet of a workbook; `line` is then a row of this sheet."""

    @property
    def place(self) -> str:
        """Location: ``line 17``, or ``sheet “People”, row 17``."""
        return f"sheet “{self.sheet}”, row {self.line}" if self.sheet else f"line {self.line}"

    def __str__(self) -> str:
        column = f", column “{self.column}”" if self.column else ""
        return f"{self.place}{column}: {self.reason}" if self.line else self.reason


@dataclass(frozen=True, slots=True)
class Refusal(Remark):
    """The reason why a row cannot be imported: its first invalid cell."""

    word: str = ""
    """Unknown status word that caused the refusal, if any."""


@dataclass(frozen=True, slots=True)
class RowWarning(Remark):
    """A value that is imported differently from the file: left out, or guessed."""


@dataclass(frozen=True, slots=True)
class HrFile:
    """A parsed file.

    Every row that is not blank is a record or a refusal, or a total or a note, which is left out
    with a warning.
    """

    records: tuple[Record, ...]
    refusals: tuple[Refusal, ...]
    headings: Mapping[str, ImportField]
    """Field of each recognised or mapped column, by its heading."""
    ignored: tuple[str, ...]
    """Headings of the columns that are not used."""
    encoding: str
    delimiter: str
    present_fields: frozenset[ImportField]
    """Fields that the file provides. All other fields stay unchanged."""
    warnings: tuple[RowWarning, ...] = ()
    sheet: str = ""
    """Sheet that was read, if the file is a workbook (U9)."""

    def column(self, field: ImportField) -> str:
        """Return the heading of the column of ``field``; the name of the field if none."""
        found = (heading for heading, told in self.headings.items() if told is field)
        return next(found, field.value)
