"""Invitations: a conversation as Outlook, Google and Apple enter it in a calendar (C5).

iCalendar (RFC 5545) as iTIP (RFC 5546) sends it: a REQUEST that enters or moves, a CANCEL that
takes out. Instants are in UTC: every calendar shows them in the zone of its owner, and a meeting
that does not recur needs no rules of summer time to travel with it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from studio_tui.domain.shared.text import clean_line, clean_text

if TYPE_CHECKING:
    from icalendar import vCalAddress

PRODUCT = "-//Studio TUI//Conversation Studio//EN"


class Method(StrEnum):
    """What the calendar is asked to do."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who is named in an invitation."""

    name: str
    address: str
    """Bare, as `addresses.deliverable` gives it."""
    leads: bool = False
    """Whether they conduct the conversation."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """One entry for a calendar; the same values give the same bytes."""

    uid: str
    """The same for all invitations to one conversation."""
    sequence: int
    """Higher with everyone that follows."""
    method: Method
    stamp: datetime
    """When it was decided: aware, like all instants here."""
    starts_at: datetime
    minutes: int
    summary: str
    description: str
    place: str
    organizer: Guest
    """Who it comes from: the sender of the mail, and nobody who receives it."""
    guests: tuple[Guest, ...]


def calendar(invitation: Invitation) -> bytes:
    """The invitation as iCalendar: UTF-8, CRLF, lines of at most 75 octets (RFC 5545)."""
    # A tenth of a second to import: only who writes an invitation waits for it.
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
    # Who may see into a calendar of one of the two need not learn what it is about (T4).
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
    # A quotation mark cannot stand in a parameter, and few read the sign that RFC 6868 puts there.
    if name := clean_line(guest.name).replace('"', "'"):
        address.params["CN"] = name
    return address


def _attendee(guest: Guest) -> "vCalAddress":
    address = _address(guest)
    address.params["CUTYPE"] = "INDIVIDUAL"
    address.params["ROLE"] = "CHAIR" if guest.leads else "REQ-PARTICIPANT"
    address.params["PARTSTAT"] = "NEEDS-ACTION"
    # Nobody reads what calendars answer to the sender.
    address.params["RSVP"] = "FALSE"
    return address
