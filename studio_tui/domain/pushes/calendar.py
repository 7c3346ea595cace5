"""The calendar of the pushes: what happens on which day (P17)."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from studio_tui.domain.shared.dataclass import dataclass


class DayKind(StrEnum):
    """What happens on a day; the value is its name in JSON, which is a contract."""

    BEGINS = "begins"
    ENDS = "ends"
    REPEATS = "repeats"
    REMINDER = "reminder"
    MAIL = "mail"
    PLANNED = "planned"


@dataclass(frozen=True, slots=True)
class DayKindFacts:
    """How a kind of entry is told."""

    label: str
    counts: tuple[str, str]
    """What `CalendarEntry.count` counts, of one and of several."""
    sign: str
    """What a month draws it with, which the font of a console has."""


DAY_KINDS: dict[DayKind, DayKindFacts] = {
    DayKind.BEGINS: DayKindFacts("begins", ("user", "users"), "►"),
    DayKind.ENDS: DayKindFacts("ends", ("still to hold", "still to hold"), "▲"),
    DayKind.REPEATS: DayKindFacts("is made again", ("user", "users"), "="),
    DayKind.REMINDER: DayKindFacts("reminds", ("user", "users"), "!"),
    DayKind.MAIL: DayKindFacts("mail leaves", ("mail", "mails"), "→"),
    DayKind.PLANNED: DayKindFacts("planned", ("conversation", "conversations"), "·"),
}
"""Each kind, in the order in which those of a day are listed."""
_ORDER = {kind: place for place, kind in enumerate(DAY_KINDS)}


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """What happens on one day in one push."""

    day: date
    kind: DayKind
    push: str
    """The name of the push; empty of mail and conversations that no push asked for. Of what is
    made again, that which was made last."""
    count: int
    """Of how many people, mails or conversations."""
    text: str = ""
    """What is to be said besides, such as the name of a push that will be made."""
    push_id: int | None = None
    """The push of that name; None where there is none."""
    skipped: bool | None = None
    """Of a day of a rhythm whether nothing is made on it; None where it is no such day."""


def in_order(entries: Iterable[CalendarEntry]) -> list[CalendarEntry]:
    """By day, then by kind, then by push."""
    return sorted(entries, key=lambda each: (each.day, _ORDER[each.kind], each.push, each.text))
