"""Invitations that Outlook, Google and Apple add to a calendar (C5).

An invitation is iCalendar (RFC 5545) as sent by iTIP (RFC 5546): a REQUEST adds or moves an entry,
a CANCEL removes it. Instants are in UTC: every calendar displays them in the zone of its owner, and
a meeting that does not recur needs no time zone rules.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.text import clean_line, clean_text

if TYPE_CHECKING:
    from icalendar import vCalAddress

PRODUCT = "-//Studio TUI//Conversation Studio//EN"


class Method(StrEnum):
    """The iTIP method: the operation that the calendar is asked to perform."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Guest:
    """The organizer or an attendee of an invitation."""

    name: str
    address: str
    """The bare address, as returned by `addresses.deliverable`."""
    leads: bool = False
    """Whether they conduct the conversation."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """An entry for a calendar. Equal values give equal bytes."""

    uid: str
    """The same for all invitations to one conversation."""
    sequence: int
    """Increases with each invitation to the same conversation."""
    method: Method
    stamp: datetime
    """When the entry was planned, moved or cancelled. Timezone-aware, like all instants here."""
    starts_at: datetime
    minutes: int
    summary: str
    description: str
    place: str
    organizer: Guest
    """The sender of the mail. Never one of its recipients."""
    guests: tuple[Guest, ...]


def calendar(invitation: Invitation) -> bytes:
    """Return the invitation as iCalendar: UTF-8, CRLF, lines of at most 75 octets (RFC 5545)."""
    # Imported lazily: the import takes a tenth of a second.
    from icalendar import Calendar, Event

    event = Event()
    event.add("uid", invitation.uid)
    event.add("sequence", invitation.sequence)
    event.add("dtstamp", _second(invitation.stamp))
    event.add("dtstart", _second(invitation.starts_at))
    event.add("dtend", _second(invitation.starts_at) + timedelta(minutes=invitation.minutes))
    event.add("summary", clean_line(invitation.summary))
    event.add("description", clean_text(invitation.description).strip())
    if place := clean_line(invitation.place):
        event.add("location", place)
    event.add("organizer", _address(invitation.organizer))
    for guest in invitation.guests:
        event.add("attendee", _attendee(guest))
    cancelled = invitation.method is Method.CANCEL
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if cancelled else "OPAQUE")
    # People with access to a participant's calendar must not see the content (T4).
    event.add("class", "PRIVATE")
    whole = Calendar()
    whole.add("prodid", PRODUCT)
    whole.add("version", "2.0")
    whole.add("calscale", "GREGORIAN")
    whole.add("method", invitation.method.value)
    whole.add_component(event)
    return bytes(whole.to_ical())


def _second(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(microsecond=0)


def _address(guest: Guest) -> "vCalAddress":
    from icalendar import vCalAddress

    address = vCalAddress(f"mailto:{guest.address}")
    # A quotation mark is not allowed in a parameter, and few programs decode RFC 6868.
    if name := clean_line(guest.name).replace('"', "'"):
        address.params["CN"] = name
    return address


def _attendee(guest: Guest) -> "vCalAddress":
    address = _address(guest)
    address.params["CUTYPE"] = "INDIVIDUAL"
    address.params["ROLE"] = "CHAIR" if guest.leads else "REQ-PARTICIPANT"
    address.params["PARTSTAT"] = "NEEDS-ACTION"
    # The sender's mailbox does not process replies of calendars.
    address.params["RSVP"] = "FALSE"
    return address
