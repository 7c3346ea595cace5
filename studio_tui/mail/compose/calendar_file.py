"""Export of the calendar of pushes as iCalendar (RFC 5545), to subscribe to or to import."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from studio_tui.domain.pushes.calendar import CalendarEntry
from studio_tui.domain.shared.text import clean_line
from studio_tui.mail.compose.invitation import PRODUCT
from studio_tui.wording.calendar import happens_in_words


def calendar_file(entries: Iterable[CalendarEntry], stamp: datetime, name: str) -> bytes:
    """Return the entries as an iCalendar file, each as an all-day event.

    The UID of an entry is stable: a calendar that reads the file again does not duplicate it.
    """
    # Imported lazily: the import takes a tenth of a second.
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
        event.add("summary", clean_line(happens_in_words(entry)))
        event.add("transp", "TRANSPARENT")
        whole.add_component(event)
    return bytes(whole.to_ical())


def _uid(entry: CalendarEntry) -> str:
    content = f"{entry.day} {entry.kind} {entry.push} {entry.text}"
    return f"{sha256(content.encode()).hexdigest()[:32]}@studio-tui"
