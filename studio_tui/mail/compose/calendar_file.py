"""The calendar of the pushes as iCalendar (RFC 5545), to subscribe to or to import."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from studio_tui.domain.pushes.calendar import DAY_KINDS, CalendarEntry
from studio_tui.domain.shared.text import clean_line
from studio_tui.mail.compose.invitation import PRODUCT


def calendar_file(entries: Iterable[CalendarEntry], stamp: datetime, name: str) -> bytes:
    """One entry of a whole day for each: the same entry has the same UID every time, so that a
    calendar that reads the file again shows it once."""
    # A tenth of a second to import: only who writes a calendar waits for it.
    from icalendar import Calendar, Event

    whole = Calendar()
    whole.add("prodid", PRODUCT)
    whole.add("version", "2.0")
    whole.add("calscale", "GREGORIAN")
    whole.add("x-wr-calname", clean_line(name))
    for entry in entries:
        event = Event()
        event.add("uid", _uid(entry))
        event.add("dtstamp", stamp.replace(microsecond=0))
        event.add("dtstart", entry.day)
        event.add("dtend", entry.day + timedelta(days=1))
        event.add("summary", _summary(entry))
        event.add("transp", "TRANSPARENT")
        whole.add_component(event)
    return bytes(whole.to_ical())


def _summary(entry: CalendarEntry) -> str:
    facts = DAY_KINDS[entry.kind]
    counted = f"{entry.count:,} {facts.counts[entry.count != 1]}"
    told = " ".join(filter(None, (entry.push, facts.label)))
    text = f" ({entry.text})" if entry.text else ""
    return clean_line(f"{told}: {counted}{text}")


def _uid(entry: CalendarEntry) -> str:
    told = f"{entry.day} {entry.kind} {entry.push} {entry.text}"
    return f"{sha256(told.encode()).hexdigest()[:32]}@studio-tui"
