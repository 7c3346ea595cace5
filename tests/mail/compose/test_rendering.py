"""Letters: what one recipient reads (P6, P7, N9), whatever the names are (A5)."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest

from studio_tui.domain.outbox.notification import (
    INVITATIONS,
    NOTICES,
    Capacity,
    Kind,
    Notice,
    capacities,
)
from studio_tui.domain.shared.text import clean_line
from studio_tui.mail.compose.rendering import Appointment, Event, Letter, Recipient, Writer
from studio_tui.mail.compose.wording import Wordings
from tests.hostile import HOSTILE

ANN = Recipient("Ann Peeters", "ann@example.org", given_name="Ann", language="en")
LANGUAGES = ("en", "nl", "fr")
OF_PUSHES = [kind for kind in Kind if kind not in INVITATIONS | NOTICES]
NOTICED = [(kind, capacity) for kind in sorted(NOTICES) for capacity in capacities(kind)]
NOTICE = Notice(
    at=datetime(2026, 3, 31, 12, 5, tzinfo=UTC),
    by="Els Claes",
    conversation_id=12,
    person="Ann Peeters",
    conductor="Dora Claes",
    former="Bob Maes",
    fingerprint="SHA256:abc",
)
MEETING = Appointment(
    person="Ann Peeters",
    conductor="Dora Claes",
    starts_at=datetime(2026, 3, 31, 12, 5, tzinfo=UTC),
    minutes=45,
    place="Room 3",
    planner="Els Claes",
)


def event(
    kind: Kind = Kind.ASSIGNED,
    capacity: Capacity = Capacity.USER,
    push: str = "Q1 review",
    template: str = "Performance review",
) -> Event:
    """Something that is to be held by the end of March."""
    return Event(kind, capacity, push, template, deadline=date(2026, 3, 31), conductor="Dora Claes")


@pytest.fixture(scope="module")
def writer() -> Writer:
    return Writer(Wordings("en"), "Example NV", ZoneInfo("Europe/Brussels"))


class _Reader(HTMLParser):
    """Collects what a page consists of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(html: str) -> _Reader:
    """A page, taken apart."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


def test_the_user_learns_the_template_and_the_deadline(writer: Writer) -> None:
    letter = writer.letter(event(), ANN)
    assert letter.subject == "A new conversation for you: Performance review"
    assert letter.plain.startswith(
        "Hello Ann,\n\nA new template is available to you: Performance review. "
        "It is part of Q1 review.\n\nPlease hold this conversation by 31 March 2026."
    )
    assert letter.plain.endswith(
        "\n\nKind regards,\nExample NV\n\n-- \n"
        "This message was sent by the Conversation Studio of Example NV.\n"
    )
    assert "<strong>by 31 March 2026</strong>" in letter.html


def test_a_manager_of_many_gets_one_list(writer: Writer) -> None:
    letter = writer.letter(event(capacity=Capacity.MANAGER), ANN, ["Bob Maes", "Chloé Petit"])
    assert letter.subject == "2 conversations to plan: Performance review"
    assert "\n\n- Bob Maes\n- Chloé Petit\n\n" in letter.plain
    assert ">Bob Maes</li>" in letter.html
    assert "<p" not in letter.html.partition("<ul")[2].partition("</ul>")[0]


def test_a_manager_of_one_reads_the_name(writer: Writer) -> None:
    letter = writer.letter(event(capacity=Capacity.MANAGER), ANN, ["Bob Maes"])
    assert letter.subject == "A conversation to plan with Bob Maes: Performance review"
    assert "\n- " not in letter.plain


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "31 March 2026"), ("nl-BE", "31 maart 2026"), ("fr", "31 mars 2026")],
)
def test_days_are_written_in_the_language_of_the_recipient(
    writer: Writer, language: str, words: str
) -> None:
    for kind in (kind for kind in OF_PUSHES if kind is not Kind.CLOSED):
        letter = writer.letter(event(kind), Recipient("Ann", "a@example.org", language=language))
        assert words in letter.plain


def assert_whole(letter: Letter) -> None:
    """`assert_filled`, and the template is named."""
    assert_filled(letter)
    assert "Performance review" in letter.plain


def assert_filled(letter: Letter) -> None:
    """Every value is filled in, and nothing gapes where a form leaves something out."""
    for part in (letter.subject, letter.plain, letter.html):
        assert not any(0xE000 <= ord(sign) <= 0xF8FF or ord(sign) >= 0xF0000 for sign in part)
    assert "{" not in letter.subject + letter.plain + letter.html.partition("</style>")[2]
    assert "  " not in letter.subject + letter.plain
    assert "\n\n\n" not in letter.plain


@pytest.mark.parametrize("handed_over", [False, True])
@pytest.mark.parametrize("place", ["", "Room 3"])
@pytest.mark.parametrize("of_push", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("capacity", Capacity)
@pytest.mark.parametrize("kind", sorted(INVITATIONS))
def test_every_invitation_is_whole(
    writer: Writer,
    kind: Kind,
    capacity: Capacity,
    language: str,
    place: str,
    *,
    of_push: bool,
    handed_over: bool,
) -> None:
    """C5."""
    told = event(kind, capacity)
    if not of_push:
        told = replace(told, push="", deadline=None)
    meeting = replace(MEETING, place=place, handed_over=handed_over)
    recipient = replace(ANN, language=language)
    letter, entry = (
        writer.invitation(told, meeting, recipient),
        writer.entry(told, meeting, recipient),
    )
    for each in (letter, entry):
        assert_whole(each)
        other = "Dora Claes" if capacity is Capacity.USER else "Ann Peeters"
        assert other in each.subject
        assert ("Q1 review" in each.plain) <= of_push
    if kind is not Kind.CANCELLED:
        assert "14:05 (Europe/Brussels)" in letter.plain
        assert "45 " in letter.plain
        assert "Els Claes" in letter.plain
        assert ("Room 3" in letter.plain) == bool(place)
        assert ("Q1 review" in letter.plain) == of_push


def test_an_invitation_is_in_the_zone_of_who_reads_it(writer: Writer) -> None:
    """N9: the zone named, and the hour right on both sides of a change to summer time."""
    told = event(Kind.PLANNED)
    for zone, words in (
        ("", "31 March 2026, 14:05 (Europe/Brussels)"),
        ("America/New_York", "31 March 2026, 08:05 (America/New York)"),
    ):
        letter = writer.invitation(told, MEETING, replace(ANN, time_zone=zone))
        assert words in letter.plain
        assert words in letter.subject
    winter = replace(MEETING, starts_at=datetime(2026, 3, 27, 12, 5, tzinfo=UTC))
    assert "27 March 2026, 13:05 (" in writer.invitation(told, winter, ANN).plain


def test_who_no_longer_holds_it_learns_who_does(writer: Writer) -> None:
    told = event(Kind.CANCELLED, Capacity.MANAGER)
    letter = writer.invitation(told, replace(MEETING, handed_over=True), ANN)
    assert letter.subject == "Handed over to Dora Claes: Performance review with Ann Peeters"
    assert "2026" not in letter.plain


def noticed(writer: Writer, told: Event, notice: Notice, language: str = "en") -> Letter:
    """What Ann reads of what somebody did."""
    return writer.notice(told, notice, replace(ANN, language=language))


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("of_push", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("kind", "capacity"), NOTICED)
def test_every_notice_is_whole(
    writer: Writer,
    kind: Kind,
    capacity: Capacity,
    language: str,
    *,
    of_push: bool,
    closed: bool,
) -> None:
    """C6, A1: who did it, when, and what that means for who reads it."""
    told = replace(event(kind, capacity), deadline=None)
    if not of_push:
        told = replace(told, push="")
    letter = noticed(writer, told, replace(NOTICE, closed=closed), language)
    assert_filled(letter)
    assert "Els Claes" in letter.plain
    assert "14:05 (Europe/Brussels)" in letter.plain
    if kind is Kind.KEY_ADDED:
        assert letter.plain.count("SHA256:abc") == 2
        return
    assert ("Q1 review" in letter.plain) == of_push
    assert "Performance review" in letter.plain
    assert "Dora Claes" in letter.plain
    asks = "studio-tui conversations open 12" in letter.plain
    assert asks == (kind is Kind.TAKEN_OVER and closed)


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_is_typed_into_a_notice_stays_text(writer: Writer, name: str) -> None:
    def told(text: str) -> Letter:
        notice = replace(NOTICE, by=text, person=text, conductor=text, former=text, closed=True)
        return noticed(writer, event(Kind.TAKEN_OVER, push=text, template=text), notice)

    letter, plain = told(name), told("Xenia")
    shown = clean_line(name)
    assert letter.plain == plain.plain.replace("Xenia", shown)
    assert letter.subject == plain.subject.replace("Xenia", shown)
    assert read(letter.html).tags == read(plain.html).tags


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_is_typed_into_an_invitation_stays_text(writer: Writer, name: str) -> None:
    def invited(text: str) -> Letter:
        meeting = Appointment(text, text, MEETING.starts_at, 45, f"In {text}", text)
        told = event(Kind.PLANNED, push=text, template=text)
        return writer.invitation(told, meeting, replace(ANN, name=text, given_name=text))

    letter, plain = invited(name), invited("Xenia")
    shown = clean_line(name)
    assert letter.plain == plain.plain.replace("Xenia", shown)
    assert letter.subject == plain.subject.replace("Xenia", shown)
    assert read(letter.html).tags == read(plain.html).tags


@pytest.mark.parametrize("overdue", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("capacity", Capacity)
@pytest.mark.parametrize("kind", OF_PUSHES)
@pytest.mark.parametrize("people", [["Bob Maes"], ["Bob Maes", "Chloé Petit"]])
def test_every_letter_is_whole(
    writer: Writer,
    kind: Kind,
    capacity: Capacity,
    language: str,
    people: list[str],
    *,
    overdue: bool,
) -> None:
    told = replace(event(kind, capacity), overdue=overdue)
    letter = writer.letter(told, Recipient("Ann", "a@example.org", language=language), people)
    assert_whole(letter)
    assert all((name in letter.plain) == (capacity is Capacity.MANAGER) for name in people)


@pytest.mark.parametrize(
    ("language", "subject", "told"),
    [
        ("en", "A new deadline: Performance review, by 31 March 2026", "it is now 31 March 2026."),
        (
            "nl",
            "Nieuwe deadline: Performance review, uiterlijk op 31 maart 2026",
            "een nieuwe deadline: 31 maart 2026.",
        ),
        (
            "fr",
            "Nouvelle échéance\xa0: Performance review, au plus tard le 31 mars 2026",
            "désormais fixée au 31 mars 2026.",
        ),
    ],
)
def test_a_moved_deadline_is_told_with_the_new_day(
    writer: Writer, language: str, subject: str, told: str
) -> None:
    letter = writer.letter(event(Kind.DEADLINE_MOVED), replace(ANN, language=language))
    assert letter.subject == subject
    assert told in letter.plain


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("capacity", Capacity)
def test_what_is_closed_asks_for_no_day(writer: Writer, capacity: Capacity, language: str) -> None:
    closed = event(Kind.CLOSED, capacity)
    letter = writer.letter(closed, replace(ANN, language=language), ["Bob Maes"])
    assert "2026" not in letter.subject + letter.plain


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_holds_it_from_now_on_is_named_to_the_user(writer: Writer, language: str) -> None:
    letter = writer.letter(event(Kind.HANDED_OVER), replace(ANN, language=language))
    assert "Dora Claes" in letter.subject
    assert letter.plain.count("Dora Claes") == 2
    assert "<strong>Dora Claes</strong>" in letter.html


def test_the_new_conductor_reads_with_whom(writer: Writer) -> None:
    handed_over = event(Kind.HANDED_OVER, Capacity.MANAGER)
    one = writer.letter(handed_over, ANN, ["Bob Maes"])
    assert one.subject == "A conversation with Bob Maes handed over to you: Performance review"
    several = writer.letter(handed_over, ANN, ["Bob Maes", "Chloé Petit"])
    assert several.subject == "2 conversations handed over to you: Performance review"
    assert "\n\n- Bob Maes\n- Chloé Petit\n\n" in several.plain


@pytest.mark.parametrize("capacity", Capacity)
@pytest.mark.parametrize("kind", Kind)
def test_no_french_sign_is_alone_on_a_line(writer: Writer, kind: Kind, capacity: Capacity) -> None:
    told, recipient = event(kind, capacity), replace(ANN, language="fr")
    if kind in NOTICES:
        if capacity not in capacities(kind):
            return
        letter = writer.notice(told, replace(NOTICE, closed=True), recipient)
    elif kind in INVITATIONS:
        letter = writer.invitation(told, MEETING, recipient)
    else:
        letter = writer.letter(told, recipient, ["Bob Maes"])
    assert not re.search(" [:;?!»]|« ", letter.subject + letter.plain)


def test_who_has_no_given_name_is_greeted_by_the_whole(writer: Writer) -> None:
    assert writer.letter(event(), Recipient("Ann Peeters", "a@b.org")).plain.startswith(
        "Hello Ann Peeters,"
    )


def filled(writer: Writer, name: str) -> Letter:
    """A letter in which everything that people type is ``name``."""
    return writer.letter(
        event(capacity=Capacity.MANAGER, push=name, template=name),
        Recipient(name, "ann@example.org", given_name=name, language="en"),
        [name, name],
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_stays_text(writer: Writer, name: str) -> None:
    letter, plain = filled(writer, name), filled(writer, "Xenia")
    shown = clean_line(name)
    assert letter.plain == plain.plain.replace("Xenia", shown)
    assert letter.subject == f"2 conversations to plan: {shown}"
    got, wanted = read(letter.html), read(plain.html)
    assert got.tags == wanted.tags
    assert "".join(got.words) == "".join(wanted.words).replace("Xenia", shown)


@pytest.mark.parametrize("name", HOSTILE)
def test_the_name_of_a_conductor_stays_text(writer: Writer, name: str) -> None:
    letters = [
        writer.letter(replace(event(Kind.HANDED_OVER), conductor=conductor), ANN)
        for conductor in (name, "Xenia")
    ]
    shown = clean_line(name)
    assert letters[0].plain == letters[1].plain.replace("Xenia", shown)
    assert letters[0].subject == letters[1].subject.replace("Xenia", shown)
    assert read(letters[0].html).tags == read(letters[1].html).tags
    assert shown in "".join(read(letters[0].html).words)


@pytest.mark.parametrize("organisation", HOSTILE)
def test_the_organisations_name_stays_text(organisation: str) -> None:
    writer = Writer(Wordings("en"), organisation, ZoneInfo("Europe/Brussels"))
    assert f"Studio of {clean_line(organisation)}.\n" in writer.letter(event(), ANN).plain


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("", "31 March 2026, 14:05 (Europe/Brussels)"),
        ("Asia/Tokyo", "31 March 2026, 21:05 (Asia/Tokyo)"),
        ("Pacific/Kiritimati", "1 April 2026, 02:05 (Pacific/Kiritimati)"),
        ("No/Where", "(Europe/Brussels)"),
        ("../../etc/passwd", "(Europe/Brussels)"),
    ],
)
def test_instants_are_in_the_zone_of_the_recipient(writer: Writer, zone: str, words: str) -> None:
    recipient = Recipient("", "ann@example.org", time_zone=zone)
    letter = writer.test_letter(recipient, datetime(2026, 3, 31, 12, 5, tzinfo=UTC))
    assert letter.subject == "A test message from the Conversation Studio"
    assert words in letter.plain


@pytest.mark.parametrize(
    ("utc", "told"),
    [
        ("2026-10-25T00:30", "02:30 (Europe/Brussels, UTC+02:00)"),
        ("2026-10-25T01:30", "02:30 (Europe/Brussels, UTC+01:00)"),
        ("2026-10-24T23:30", "01:30 (Europe/Brussels)"),
        ("2026-10-25T02:00", "03:00 (Europe/Brussels)"),
        ("2026-03-29T01:00", "03:00 (Europe/Brussels)"),
    ],
)
def test_a_time_that_comes_twice_says_which_it_is(writer: Writer, utc: str, told: str) -> None:
    """As the clock goes back: in the subject as in the text, of what is planned and of what is
    cancelled."""
    meeting = Appointment("Ann", "Bob", datetime.fromisoformat(f"{utc}+00:00"), 60, "", "Bob")
    for kind in INVITATIONS:
        letter = writer.invitation(event(kind), meeting, ANN)
        assert told in letter.subject
        assert letter.subject.count(told) == 1
