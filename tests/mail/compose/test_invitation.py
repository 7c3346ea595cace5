"""Invitations, read by another library than the one that writes them (C5, A5)."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio_tui.domain.outbox.kinds import Capacity, Kind
from studio_tui.domain.shared.text import clean_line
from studio_tui.mail.compose.invitation import Guest, Invitation, Method, calendar
from studio_tui.mail.compose.mime import Composer, message_id
from studio_tui.mail.compose.rendering import Appointment, MailEvent, Recipient, Writer
from studio_tui.mail.compose.wording import Wordings
from studio_tui.mail.transport.addresses import sender_from
from tests.hostile import HOSTILE
from tests.mail.compose.test_mime import addressee, assert_sound, received, rendered_mail

GUIDE = (Path(__file__).parents[3] / "docs" / "mail.md").read_text(encoding="utf-8")
SENDER = sender_from("HR Studio <studio@example.org>")
ANN = Guest("Ann Peeters", "ann@example.org")
BOB = Guest("Bob Smith", "bob@example.org", leads=True)
PLANNED = Invitation(
    uid="conversation-12.4c2a13b30720",
    sequence=1,
    method=Method.REQUEST,
    stamp=datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC),
    starts_at=datetime(2026, 3, 31, 12, 5, tzinfo=UTC),
    minutes=60,
    summary="Performance review with Bob Smith",
    description="Your conversation “Performance review” with Bob Smith.\n\nSee you there.\n",
    place="Room 3",
    organizer=Guest(SENDER.name, SENDER.address),
    guests=(ANN, BOB),
)
PROPERTIES = {
    "uid",
    "sequence",
    "dtstamp",
    "dtstart",
    "dtend",
    "summary",
    "description",
    "location",
    "organizer",
    "attendee",
    "status",
    "transp",
    "class",
}


def parsed(content: bytes) -> Any:
    """Return the calendar as parsed by the other library."""
    return vobject.readOne(content.decode())


def entry_of(content: bytes) -> Any:
    """Return the only entry of a calendar."""
    (entry,) = list(parsed(content).components())
    assert entry.name == "VEVENT"
    return entry


def assert_folded(content: bytes) -> None:
    """Check that lines have at most 75 octets, end with CRLF, and split no character (RFC 5545)."""
    assert content.endswith(b"\r\n")
    for line in content.removesuffix(b"\r\n").split(b"\r\n"):
        assert len(line) <= 75
        assert not {*line} & {*range(0x09), *range(0x0A, 0x20), 0x7F}
        line.decode()


def test_the_properties_of_an_invitation() -> None:
    content = calendar(PLANNED)
    assert_folded(content)
    whole = parsed(content)
    assert (whole.version.value, whole.method.value) == ("2.0", "REQUEST")
    assert set(whole.contents) == {"version", "prodid", "calscale", "method", "vevent"}
    entry = whole.vevent
    assert set(entry.contents) == PROPERTIES
    assert entry.uid.value == "conversation-12.4c2a13b30720"
    assert entry.sequence.value == "1"
    assert entry.dtstart.value == datetime(2026, 3, 31, 12, 5, tzinfo=UTC)
    assert entry.dtend.value == datetime(2026, 3, 31, 13, 5, tzinfo=UTC)
    assert entry.dtstamp.value == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert entry.summary.value == "Performance review with Bob Smith"
    assert entry.description.value == PLANNED.description.strip()
    assert entry.location.value == "Room 3"
    assert entry.organizer.value == "mailto:studio@example.org"
    assert entry.organizer.params == {"CN": ["HR Studio"]}
    assert [each.value for each in entry.attendee_list] == [
        "mailto:ann@example.org",
        "mailto:bob@example.org",
    ]
    assert [each.params["ROLE"] for each in entry.attendee_list] == [["REQ-PARTICIPANT"], ["CHAIR"]]
    assert [each.params["RSVP"] for each in entry.attendee_list] == [["FALSE"], ["FALSE"]]
    assert (entry.status.value, entry.contents["class"][0].value) == ("CONFIRMED", "PRIVATE")


def test_a_cancellation_has_the_same_uid_and_a_higher_sequence() -> None:
    cancelled = replace(PLANNED, method=Method.CANCEL, sequence=2)
    whole = parsed(calendar(cancelled))
    assert whole.method.value == "CANCEL"
    assert whole.vevent.status.value == "CANCELLED"
    assert whole.vevent.sequence.value == "2"
    assert whole.vevent.uid.value == entry_of(calendar(PLANNED)).uid.value


def test_without_a_place_none_is_named() -> None:
    assert "location" not in entry_of(calendar(replace(PLANNED, place=" "))).contents


def test_the_same_invitation_is_the_same_bytes() -> None:
    assert calendar(PLANNED) == calendar(PLANNED)


@pytest.mark.parametrize("day", [28, 29])
def test_the_hour_is_right_on_both_sides_of_summer_time(day: int) -> None:
    """D1: a conversation planned for 10:00 in Brussels is at 10:00 before and after the change."""
    brussels = ZoneInfo("Europe/Brussels")
    starts_at = datetime(2026, 3, day, 10, tzinfo=brussels)
    entry = entry_of(calendar(replace(PLANNED, starts_at=starts_at)))
    assert entry.dtstart.value.astimezone(brussels).hour == 10
    assert entry.dtstart.value.utcoffset() == timedelta(0)


def test_an_hour_across_the_change_lasts_an_hour() -> None:
    starts_at = datetime(2026, 3, 29, 1, 30, tzinfo=ZoneInfo("Europe/Brussels"))
    entry = entry_of(calendar(replace(PLANNED, starts_at=starts_at)))
    assert entry.dtend.value - entry.dtstart.value == timedelta(hours=1)


def assert_only_text(text: str) -> None:
    """Check that ``text`` stays the value of each property in which it is typed."""
    hostile = replace(
        PLANNED,
        summary=text,
        description=f"{text}\n{text}",
        place=f"In {text}",
        organizer=replace(PLANNED.organizer, name=text),
        guests=(replace(ANN, name=text), replace(BOB, name=text)),
    )
    content = calendar(hostile)
    assert_folded(content)
    entry = entry_of(content)
    shown = clean_line(text)
    assert set(entry.contents) == PROPERTIES
    assert entry.summary.value == shown
    assert entry.location.value == f"In {shown}".strip()
    assert len(entry.attendee_list) == 2
    for each, address in zip(entry.attendee_list, (ANN, BOB), strict=True):
        assert each.value == f"mailto:{address.address}"
        assert each.params["RSVP"] == ["FALSE"]
        # Few libraries undo the escape of a caret in RFC 6868.
        name = each.params.get("CN", [""])[0].replace("^^", "^")
        assert name == shown.replace('"', "'")


@pytest.mark.parametrize(
    "text",
    [
        *HOSTILE,
        "a;b,c:d\\e",
        "a\\nb \\;\\,",
        'CN="x";RSVP=TRUE:mailto:eve@example.org',
        "x\r\nATTENDEE:mailto:eve@example.org",
        "x\nEND:VEVENT\nBEGIN:VEVENT",
        "x\r\n ATTENDEE:mailto:eve@example.org",
        "👩\u200d👩\u200d👧\u200d👦" * 40,
        "é" * 200,
        "^^'n^",
    ],
)
def test_a_name_stays_text(text: str) -> None:
    assert_only_text(text)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(min_size=1, max_size=80))
def test_any_text_stays_text(text: str) -> None:
    content = calendar(
        replace(PLANNED, summary=text, place=text, description=text, guests=(Guest(text, "a@b.c"),))
    )
    assert_folded(content)
    entry = entry_of(content)
    assert entry.summary.value == clean_line(text)
    assert [each.value for each in entry.attendee_list] == ["mailto:a@b.c"]
    assert set(entry.contents) <= PROPERTIES


# Invitations in mails


def invited(name: str = "Ann Peeters", invitation: Invitation = PLANNED) -> bytes:
    """Return the mail of an invitation."""
    writer = Writer(Wordings("en"), "Example NV", ZoneInfo("Europe/Brussels"))
    event = MailEvent(
        Kind.PLANNED, Capacity.USER, "Q1 review", "Performance review", date(2026, 3, 31)
    )
    meeting = Appointment(name, "Bob Smith", PLANNED.starts_at, 60, "Room 3", "Bob Smith")
    recipient = Recipient(name, "ann@example.org", given_name="Ann")
    entry = writer.entry(event, meeting, recipient)
    return Composer(SENDER, "Example NV").message(
        writer.invitation(event, meeting, recipient),
        recipient,
        message_id("c12-34-planned-1.4c2a13b30720", SENDER),
        datetime(2026, 3, 2, 9, 2, tzinfo=UTC),
        replace(invitation, summary=entry.subject, description=entry.plain),
    )


def parts(message: bytes) -> list[EmailMessage]:
    """Return all parts that are not multipart."""
    return [part for part in assert_sound(message).walk() if not part.is_multipart()]


def content_of(part: EmailMessage) -> bytes:
    """Return the decoded content of a part."""
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def test_the_parts_of_a_mail() -> None:
    message = invited()
    mail = received(message).parsed
    assert mail.get_content_type() == "multipart/mixed"
    assert [part.get_content_type() for part in parts(message)] == [
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    (inner, attached) = mail.iter_parts()
    assert inner.get_content_type() == "multipart/alternative"
    assert attached.get_filename() == "invite.ics"
    assert "31 March 2026, 14:05 (Europe/Brussels)" in received(message).text("plain")


@pytest.mark.parametrize("method", Method)
def test_the_mail_and_the_calendar_name_the_same_method(method: Method) -> None:
    """Outlook refuses a mail if the two differ."""
    shown = parts(invited(invitation=replace(PLANNED, method=method)))[2]
    assert shown.get_param("method") == method
    assert shown.get_content_charset() == "utf-8"
    assert parsed(content_of(shown)).method.value == method


@pytest.mark.parametrize("name", HOSTILE)
def test_both_copies_of_the_calendar_are_whole(name: str) -> None:
    message = invited(name, replace(PLANNED, guests=(replace(ANN, name=name), BOB)))
    shown, attached = map(content_of, parts(message)[2:])
    assert shown == attached
    assert shown.endswith(b"END:VCALENDAR\r\n")
    assert_folded(attached)
    assert entry_of(attached).attendee_list[0].value == "mailto:ann@example.org"
    assert addressee(message, b"To") == (clean_line(name), "ann@example.org")


def test_the_same_mail_is_the_same_bytes() -> None:
    assert invited() == invited()


def test_a_mail_without_an_invitation_has_no_calendar() -> None:
    rendered = rendered_mail("Hello", "Hello\n", "<p>Hello</p>\n")
    message = Composer(SENDER, "x").message(
        rendered, Recipient("", "a@example.org"), "<1@example.org>", PLANNED.stamp
    )
    assert received(message).parsed.get_content_type() == "multipart/alternative"
    assert b"calendar" not in message


def test_the_guide_shows_an_actual_mail() -> None:
    """The HTML page and the base64 copy are left out."""
    source = invited().decode("ascii").replace("\r\n", "\n")
    source = re.sub(r"<!DOCTYPE html>.*?</html>", "…", source, flags=re.DOTALL)
    source = re.sub(r"QkVHSU46.*?(?=--)", "…\n", source, flags=re.DOTALL)
    assert f"```\n{source}```\n" in GUIDE
