"""Texts of calendar entries (P17)."""

from studio_tui.domain.pushes.calendar import DAY_KINDS, CalendarEntry
from studio_tui.wording.counting import counted


def happens_in_words(entry: CalendarEntry) -> str:
    """Return the text of an entry: ``Q1 review ends: 12 still to hold``."""
    facts = DAY_KINDS[entry.kind]
    what = "is not made again: skipped" if entry.skipped else facts.label
    told = " ".join(filter(None, (entry.push, what)))
    number = "" if entry.skipped else f": {count_in_words(entry)}"
    return f"{told}{number}" + (f" ({entry.text})" if entry.text else "")


def count_in_words(entry: CalendarEntry) -> str:
    """Return the number of an entry with its noun: ``1,204 users``, ``12 still to hold``."""
    return counted(entry.count, *DAY_KINDS[entry.kind].counts)
