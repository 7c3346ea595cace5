"""What a file of an HR system says, checked cell by cell (U6)."""

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
"""A team and all above it, from the top: ``("Sales", "Belgium")``."""


@with_every_fact
class ImportField(StrEnum):
    """What a column can tell: a fact, or a clue to one (`domain.people.facts`), by its name."""

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
    """The whole name in one cell: “Ann Peeters” or “Peeters, Ann”."""
    PRINCIPAL = "principal"
    """A name to sign in with that looks like an address, as Microsoft Entra has it."""
    KNOWN_AS = "known_as"
    """Whatever else the file calls this person by: an object id, a number of another system."""
    LEFT = "left"
    """Yes for who has left: ``suspended``, ``deleted``."""
    LEFT_ON = "left_on"
    """The day somebody leaves, or has left."""


EXPORTED = tuple(field for field in ImportField if fact_called(field) in FACTS)
"""The columns of an export: all that is kept. A manager follows from teams and leaders (U4)."""

DAYS = frozenset(f for f in ImportField if fact_called(f).type is FactType.DAY)
"""Fields that hold a day, so that its order has to be found out."""

NOT_STORED = frozenset(
    {
        ImportField.NAME,
        ImportField.PRINCIPAL,
        ImportField.KNOWN_AS,
        ImportField.LEFT,
        ImportField.LEFT_ON,
    }
)
"""Fields that only help to find the others, or to tell who is meant."""


@with_every_fact
class Record(NamedTuple):
    """One person, as one row tells. Text is clean (A5) and within its lengths.

    A tuple, because of a million rows: it is made five times as fast as a frozen dataclass.
    """

    line: int
    """Physical line of the file on which the row begins, from 1."""
    login: str
    email: str
    given_name: str
    family_name: str
    derived_login: bool = False
    """Whether the file gives no login, so that it is the part before the @."""
    language: str | None = None
    """A tag such as ``nl`` or ``nl-BE``."""
    time_zone: str | None = None
    groups: tuple[str, ...] = ()
    teams: tuple[TeamPath, ...] = ()
    leads: tuple[TeamPath, ...] = ()
    """The teams this person leads."""
    coaches: tuple[str, ...] = ()
    """This person's coaches, as the file names them."""
    manager: str = ""
    """This person's manager, as the file names them."""
    department: str = ""
    role: Role | None = None
    hired_on: date | None = None
    active: bool = True
    known_as: tuple[str, ...] = ()
    employee_number: str = ""
    left_on: date | None = None
    """Whether that day is past, and they have left, is for who knows the day to say."""
    unread: tuple[ImportField, ...] = ()
    """Fields whose cells could not be read: what is known of them stays."""

    @property
    def name(self) -> str:
        """Given and family name."""
        return full_name(self.given_name, self.family_name)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a cell, a row or a whole file that somebody has to know."""

    line: int
    """0 where it is about the whole file."""
    column: str
    """Heading of the cell as the file has it; empty where the row as a whole is meant."""
    reason: str
    email: str = ""
    """The address in the row, as far as it could be read."""
    sheet: str = field(default="", kw_only=True)
    """The sheet of a workbook, of which `line` is a row then."""

    @property
    def place(self) -> str:
        """Where it is: ``line 17``, or ``sheet “People”, row 17``."""
        return f"sheet “{self.sheet}”, row {self.line}" if self.sheet else f"line {self.line}"

    def __str__(self) -> str:
        column = f", column “{self.column}”" if self.column else ""
        return f"{self.place}{column}: {self.reason}" if self.line else self.reason


@dataclass(frozen=True, slots=True)
class Refusal(Remark):
    """Why a row cannot be imported: its first wrong cell."""

    word: str = ""
    """The word for a status that nobody has explained, where that is why."""


@dataclass(frozen=True, slots=True)
class RowWarning(Remark):
    """What is imported otherwise than the file says it: left out, or guessed."""


@dataclass(frozen=True, slots=True)
class HrFile:
    """A whole file: every row that is not blank is a record or a refusal, or a total or a note, of
    which a warning tells."""

    records: tuple[Record, ...]
    refusals: tuple[Refusal, ...]
    headings: Mapping[str, ImportField]
    """What each recognised or mapped column tells, by its heading."""
    ignored: tuple[str, ...]
    """Headings of the columns that tell the Studio nothing."""
    encoding: str
    delimiter: str
    present_fields: frozenset[ImportField]
    """The fields of our own that the file speaks of: what is not among them is left alone."""
    warnings: tuple[RowWarning, ...] = ()
    sheet: str = ""
    """The sheet that was read, where it is a workbook (U9)."""

    def column(self, field: ImportField) -> str:
        """Heading of the column that tells ``field``; our own heading where there is none."""
        found = (heading for heading, told in self.headings.items() if told is field)
        return next(found, field.value)
