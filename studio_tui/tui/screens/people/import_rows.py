"""List rows of an import preview: people, changes, refusals and warnings."""

from collections.abc import Collection, Sequence
from typing import Generic, TypeVar

from studio_tui.domain.people.hr_file import Refusal, Remark, RowWarning
from studio_tui.domain.people.roles import Role
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.people.import_plan import FieldChange, PlannedUser, Value
from studio_tui.tui.widgets.list.columns import Column, StyledText, Tone
from studio_tui.wording.mail import addressed

T = TypeVar("T")

_OMITTED_FIELDS = frozenset(
    {"login", "email", "given_name", "family_name", "active", "language", "time_zone"}
)
"""Fields left out of the summary of a new user: other columns show them, or they are defaults."""


@dataclass(frozen=True, slots=True)
class NumberedRow(Generic[T]):
    """An item with its index as the row id."""

    id: int
    item: T


class NumberedSource(Generic[T]):
    """A source over a sequence whose rows are created only when they are read."""

    def __init__(self, every: Sequence[T]) -> None:
        self._every = every

    def count(self) -> int:
        """Return the number of rows."""
        return len(self._every)

    def rows(self, start: int, stop: int) -> Sequence[NumberedRow[T]]:
        """Return the rows from index ``start`` up to, but not including, ``stop``."""
        return [NumberedRow(start + n, item) for n, item in enumerate(self._every[start:stop])]

    def position(self, row_id: int, _: int | None = None) -> int | None:
        """Return the index of a row, or None if it is not in the list."""
        return row_id if row_id < len(self._every) else None

    def matching(self, _: str, ids: Collection[int]) -> frozenset[int]:
        """Return all ids: there is no filter."""
        return frozenset(ids)

    def selected(self, _: Selection[str]) -> int:
        """Return 0: no row can be marked."""
        return 0


def user_columns(what: str) -> tuple[Column[NumberedRow[PlannedUser]], ...]:
    """Return the columns of a list of people. ``what`` is the heading of the summary column."""
    return (
        Column("name", "Name", lambda row: row.item.name, width=18, flex=2, max_width=36),
        Column("email", "E-mail", lambda row: row.item.email, width=22, flex=2, max_width=40),
        Column(
            "what", what, lambda row: StyledText(_summary(row.item), Tone.MUTED), width=28, flex=5
        ),
    )


REFUSAL_COLUMNS: tuple[Column[NumberedRow[Refusal]], ...] = (
    Column("line", "Line", lambda row: f"{row.item.line:,}", width=7, right=True),
    Column("column", "Column", lambda row: row.item.column, width=14, flex=1, max_width=30),
    Column("reason", "Why it is refused", lambda row: row.item.reason, width=36, flex=5),
    Column("email", "E-mail", lambda row: row.item.email, 22, 1, hide_order=1),
)


WARNING_COLUMNS: tuple[Column[NumberedRow[RowWarning]], ...] = (
    Column("line", "Line", lambda row: _line(row.item), width=7, right=True),
    Column("column", "Column", lambda row: row.item.column, width=14, flex=1, max_width=30),
    Column("reason", "What is left out, or guessed", lambda row: row.item.reason, width=36, flex=5),
    Column("email", "E-mail", lambda row: row.item.email, 22, 1, hide_order=1),
)


def user_in_full(user: PlannedUser) -> str:
    """Return everything an import states or changes about a user, one line each."""
    where = f"line {user.line:,}" if user.line else "not in the file, but named in it as a manager"
    return "\n".join([addressed(user.name, user.email), where, "", *map(_change, user.changes)])


def remark_in_full(remark: Remark) -> str:
    """Return a refusal or a warning as plain text."""
    column = f", column “{remark.column}”" if remark.column else ""
    who = f"\n{remark.email}" if remark.email else ""
    where = _first_upper(remark.place) if remark.line else "The whole file"
    return f"{where}{column}{who}\n\n{remark.reason}"


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _line(remark: Remark) -> str:
    return f"{remark.line:,}" if remark.line else ""


def _summary(user: PlannedUser) -> str:
    return "; ".join(_change(change) for change in user.changes if _is_summarised(user, change))


def _is_summarised(user: PlannedUser, change: FieldChange) -> bool:
    if user.before is not None:
        return change.field != "active"
    if change.field == "role":
        return change.after != Role.USER
    return change.field not in _OMITTED_FIELDS


def _change(change: FieldChange) -> str:
    label = change.field.replace("_", " ")
    if change.before is None:
        return f"{label}: {_value(change.after)}"
    return f"{label}: {_value(change.before)} → {_value(change.after)}"


def _value(value: Value) -> str:
    match value:
        case True | False:
            return "yes" if value else "no"
        case tuple():
            return ", ".join(value) or "none"
        case _:
            return value or "nothing"
