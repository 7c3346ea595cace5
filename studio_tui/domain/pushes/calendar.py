"""The calendar of the pushes: the events of each day (P17)."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from studio_tui.domain.shared.dataclass import dataclass


class DayKind(StrEnum):
    """The kind of a calendar entry. The value is its name in JSON, which is a contract."""

    BEGINS = "begins"
    ENDS = "ends"
    REPEATS = "repeats"
    REMINDER = "reminder"
    MAIL = "mail"
    PLANNED = "planned"


@dataclass(frozen=True, slots=True)
class DayKindFacts:
    """How a kind of calendar entry is displayed."""

    label: str
    counts: tuple[str, str]
    """Noun for `CalendarEntry.count`, in the singular and in the plural."""
    sign: str
    """Character that represents the kind in a month view; available in console fonts."""


DAY_KINDS: dict[DayKind, DayKindFacts] = {
    DayKind.BEGINS: DayKindFacts("begins", ("user", "users"), "►"),
    DayKind.ENDS: DayKindFacts("ends", ("still to hold", "still to hold"), "▲"),
    DayKind.REPEATS: DayKindFacts("is made again", ("user", "users"), "="),
    DayKind.REMINDER: DayKindFacts("reminds", ("user", "users"), "!"),
    DayKind.MAIL: DayKindFacts("mail leaves", ("mail", "mails"), "→"),
    DayKind.PLANNED: DayKindFacts("planned", ("conversation", "conversations"), "·"),
}
"""Display of each kind, in the order in which the entries of a day are listed."""
_ORDER = {kind: place for place, kind in enumerate(DAY_KINDS)}


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """An event of a push on one day."""

    day: date
    kind: DayKind
    push: str
    """Name of the push; empty for mail and conversations that no push requested.

    For a repeat, the name of the push that was created last.
    """
    count: int
    """Number of people, mails or conversations."""
    text: str = ""
    """Additional text, such as the name of a push that will be created."""
    push_id: int | None = None
    """Id of that push, or None."""
    skipped: bool | None = None
    """For a date of a rhythm: whether it is skipped. None for other entries."""


def in_order(entries: Iterable[CalendarEntry]) -> list[CalendarEntry]:
    """Return the entries sorted by day, then by kind, then by push."""
    return sorted(entries, key=lambda each: (each.day, _ORDER[each.kind], each.push, each.text))
