"""What a file of an HR system says, checked cell by cell (U6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from studio_tui.domain.users import Role, full_name

TeamPath = tuple[str, ...]
"""A team and all above it, from the top: ``("Sales", "Belgium")``."""


class Field(StrEnum):
    """What a column can tell. The values are our own headings, and what ``--map`` names."""

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
    NAME = "name"
    """The whole name in one cell: “Ann Peeters” or “Peeters, Ann”."""
    PRINCIPAL = "principal"
    """A name to sign in with that looks like an address, as Microsoft Entra has it."""
    KNOWN_AS = "known_as"
    """Whatever else the file calls this person by: an employee number, an object id."""


NOT_STORED = frozenset({Field.NAME, Field.PRINCIPAL, Field.KNOWN_AS})
"""Fields that only help to find the others, or to tell who is meant."""


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

    @property
    def name(self) -> str:
        """Given and family name."""
        return full_name(self.given_name, self.family_name)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row cannot be imported: its first wrong cell."""

    line: int
    column: str
    """Heading of the wrong cell as the file has it; empty where the row as a whole is wrong."""
    reason: str
    email: str = ""
    """The address in the row, as far as it could be read."""

    def __str__(self) -> str:
        column = f", column “{self.column}”" if self.column else ""
        return f"line {self.line}{column}: {self.reason}"


@dataclass(frozen=True, slots=True)
class HrFile:
    """A whole file: every row that is not blank is either a record or a refusal."""

    records: tuple[Record, ...]
    refusals: tuple[Refusal, ...]
    headings: Mapping[str, Field]
    """What each recognised or mapped column tells, by its heading."""
    ignored: tuple[str, ...]
    """Headings of the columns that tell the Studio nothing."""
    encoding: str
    delimiter: str
    present_fields: frozenset[Field]
    """The fields of our own that the file speaks of: what is not among them is left alone."""

    def column(self, field: Field) -> str:
        """Heading of the column that tells ``field``; our own heading where there is none."""
        found = (heading for heading, told in self.headings.items() if told is field)
        return next(found, field.value)
