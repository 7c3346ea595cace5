"""The text of mails for one recipient (P6, P7, N9), with any names (A5)."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest

from studio_tui.domain.outbox.kinds import INVITATIONS, NOTICES, Capacity, Kind, MailForm
from studio_tui.domain.outbox.notification import Notice
from studio_tui.domain.shared.text import clean_line
from studio_tui.mail.compose.rendering import (
    Appointment,
    AskedConversation,
    MailEvent,
    Recipient,
    RenderedMail,
    Writer,
)
from studio_tui.mail.compose.wording import Wordings
from tests.hostile import HOSTILE

ANN = Recipient("Ann Peeters", "ann@example.org", given_name="Ann", language="en")
LANGUAGES = ("en", "nl", "fr")
OF_PUSHES = [kind for kind in Kind if kind.form is MailForm.PUSH]
NOTICED = [(kind, capacity) for kind in sorted(NOTICES) for capacity in kind.capacities]
NOTICE = Notice(
    at=datetime(2026, 3, 31, 12, 5, tzinfo=UTC),
    by="Els Claes",
    conversation_id=12,
    person="Ann Peeters",
    conductor="Dora Claes",
    former="Bob Maes",
    fingerprint="SHA256:abc",
    leader="Bob Maes",
    stand_in="Dora Claes",
    first_day=date(2026, 4, 1),
    last_day=date(2026, 4, 12),
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
) -> MailEvent:
    """Return an event of a push with a deadline at the end of March."""
    return MailEvent(
        kind, capacity, push, template, deadline=date(2026, 3, 31), conductor="Dora Claes"
    )


@pytest.fixture(scope="module")
def writer() -> Writer:
    return Writer(Wordings("en"), "Example NV", ZoneInfo("Europe/Brussels"))


class _Reader(HTMLParser):
    """Collects the tags and the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(html: str) -> _Reader:
    """Parse a page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


def test_the_user_is_told_the_template_and_the_deadline(writer: Writer) -> None:
    rendered = writer.render(event(), ANN)
    assert rendered.subject == "A new conversation for you: Performance review"
    assert rendered.plain.startswith(
        "Hello Ann,\n\nA new template is available to you: Performance review. "
        "It is part of Q1 review.\n\nPlease hold this conversation by 31 March 2026."
    )
    assert rendered.plain.endswith(
        "\n\nKind regards,\nExample NV\n\n-- \n"
        "This message was sent by the Conversation Studio of Example NV.\n"
    )
    assert "<strong>by 31 March 2026</strong>" in rendered.html


def test_a_manager_of_several_gets_one_list(writer: Writer) -> None:
    rendered = writer.render(event(capacity=Capacity.MANAGER), ANN, ["Bob Maes", "Chloé Petit"])
    assert rendered.subject == "2 conversations to plan: Performance review"
    assert "\n\n- Bob Maes\n- Chloé Petit\n\n" in rendered.plain
    assert ">Bob Maes</li>" in rendered.html
    assert "<p" not in rendered.html.partition("<ul")[2].partition("</ul>")[0]


def test_a_manager_of_one_reads_the_name(writer: Writer) -> None:
    rendered = writer.render(event(capacity=Capacity.MANAGER), ANN, ["Bob Maes"])
    assert rendered.subject == "A conversation to plan with Bob Maes: Performance review"
    assert "\n- " not in rendered.plain


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "31 March 2026"), ("nl-BE", "31 maart 2026"), ("fr", "31 mars 2026")],
)
def test_days_are_written_in_the_language_of_the_recipient(
    writer: Writer, language: str, words: str
) -> None:
    for kind in (kind for kind in OF_PUSHES if kind is not Kind.CLOSED):
        rendered = writer.render(event(kind), Recipient("Ann", "a@example.org", language=language))
        assert words in rendered.plain


def assert_whole(rendered: RenderedMail) -> None:
    """Check `assert_filled`, and that the template is named."""
    assert_filled(rendered)
    assert "Performance review" in rendered.plain


def assert_filled(rendered: RenderedMail) -> None:
    """Check that every value is filled in, and that omitted parts leave no gaps."""
    for part in (rendered.subject, rendered.plain, rendered.html):
        assert not any(0xE000 <= ord(sign) <= 0xF8FF or ord(sign) >= 0xF0000 for sign in part)
    assert "{" not in rendered.subject + rendered.plain + rendered.html.partition("</style>")[2]
    assert "  " not in rendered.subject + rendered.plain
    assert "\n\n\n" not in rendered.plain


@pytest.mark.parametrize("handed_over", [False, True])
@pytest.mark.parametrize("place", ["", "Room 3"])
@pytest.mark.parametrize("of_push", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("capacity", Capacity)
@pytest.mark.parametrize("kind", sorted(INVITATIONS))
def test_every_invitation_is_complete(
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
    rendered, entry = (
        writer.invitation(told, meeting, recipient),
        writer.entry(told, meeting, recipient),
    )
    for each in (rendered, entry):
        assert_whole(each)
        other = "Dora Claes" if capacity is Capacity.USER else "Ann Peeters"
        assert other in each.subject
        assert ("Q1 review" in each.plain) <= of_push
    if kind is not Kind.CANCELLED:
        assert "14:05 (Europe/Brussels)" in rendered.plain
        assert "45 " in rendered.plain
        assert "Els Claes" in rendered.plain
        assert ("Room 3" in rendered.plain) == bool(place)
        assert ("Q1 review" in rendered.plain) == of_push


def test_an_invitation_is_in_the_time_zone_of_the_recipient(writer: Writer) -> None:
    """N9: the zone is named, and the hour is right before and after a change to summer time."""
    told = event(Kind.PLANNED)
    for zone, words in (
        ("", "31 March 2026, 14:05 (Europe/Brussels)"),
        ("America/New_York", "31 March 2026, 08:05 (America/New York)"),
    ):
        rendered = writer.invitation(told, MEETING, replace(ANN, time_zone=zone))
        assert words in rendered.plain
        assert words in rendered.subject
    winter = replace(MEETING, starts_at=datetime(2026, 3, 27, 12, 5, tzinfo=UTC))
    assert "27 March 2026, 13:05 (" in writer.invitation(told, winter, ANN).plain


def test_the_former_conductor_is_told_the_new_one(writer: Writer) -> None:
    told = event(Kind.CANCELLED, Capacity.MANAGER)
    rendered = writer.invitation(told, replace(MEETING, handed_over=True), ANN)
    assert rendered.subject == "Handed over to Dora Claes: Performance review with Ann Peeters"
    assert "2026" not in rendered.plain


def noticed(writer: Writer, told: MailEvent, notice: Notice, language: str = "en") -> RenderedMail:
    """Return the notice to Ann of an act."""
    return writer.notice(told, notice, replace(ANN, language=language))


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("of_push", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("kind", "capacity"), NOTICED)
def test_every_notice_is_complete(
    writer: Writer,
    kind: Kind,
    capacity: Capacity,
    language: str,
    *,
    of_push: bool,
    closed: bool,
) -> None:
    """C6, A1: a notice states who acted, when, and what the act means for the recipient."""
    told = replace(event(kind, capacity), deadline=None)
    if not of_push:
        told = replace(told, push="")
    rendered = noticed(writer, told, replace(NOTICE, closed=closed), language)
    assert_filled(rendered)
    assert "Els Claes" in rendered.plain
    assert "14:05 (Europe/Brussels)" in rendered.plain
    if kind is Kind.KEY_ADDED:
        assert rendered.plain.count("SHA256:abc") == 2
        return
    if kind is Kind.STAND_IN:
        other = "Dora Claes" if capacity is Capacity.USER else "Bob Maes"
        ended = noticed(writer, told, replace(NOTICE, ended=True), language)
        for each in (rendered, ended):
            assert other in each.subject
            assert "2026" in each.plain
        assert ended.subject != rendered.subject
        return
    assert ("Q1 review" in rendered.plain) == of_push
    assert "Performance review" in rendered.plain
    assert "Dora Claes" in rendered.plain
    asks = "studio-tui conversations open 12" in rendered.plain
    assert asks == (kind is Kind.TAKEN_OVER and closed)


@pytest.mark.parametrize("name", HOSTILE)
def test_values_in_a_notice_stay_text(writer: Writer, name: str) -> None:
    def told(text: str) -> RenderedMail:
        notice = replace(NOTICE, by=text, person=text, conductor=text, former=text, closed=True)
        return noticed(writer, event(Kind.TAKEN_OVER, push=text, template=text), notice)

    rendered, plain = told(name), told("Xenia")
    shown = clean_line(name)
    assert rendered.plain == plain.plain.replace("Xenia", shown)
    assert rendered.subject == plain.subject.replace("Xenia", shown)
    assert read(rendered.html).tags == read(plain.html).tags


@pytest.mark.parametrize("name", HOSTILE)
def test_values_in_an_invitation_stay_text(writer: Writer, name: str) -> None:
    def invited(text: str) -> RenderedMail:
        meeting = Appointment(text, text, MEETING.starts_at, 45, f"In {text}", text)
        told = event(Kind.PLANNED, push=text, template=text)
        return writer.invitation(told, meeting, replace(ANN, name=text, given_name=text))

    rendered, plain = invited(name), invited("Xenia")
    shown = clean_line(name)
    assert rendered.plain == plain.plain.replace("Xenia", shown)
    assert rendered.subject == plain.subject.replace("Xenia", shown)
    assert read(rendered.html).tags == read(plain.html).tags


@pytest.mark.parametrize("overdue", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("capacity", Capacity)
@pytest.mark.parametrize("kind", OF_PUSHES)
@pytest.mark.parametrize("people", [["Bob Maes"], ["Bob Maes", "Chloé Petit"]])
def test_every_mail_is_complete(
    writer: Writer,
    kind: Kind,
    capacity: Capacity,
    language: str,
    people: list[str],
    *,
    overdue: bool,
) -> None:
    told = replace(event(kind, capacity), overdue=overdue)
    rendered = writer.render(told, Recipient("Ann", "a@example.org", language=language), people)
    assert_whole(rendered)
    assert all((name in rendered.plain) == (capacity is Capacity.MANAGER) for name in people)


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
    rendered = writer.render(event(Kind.DEADLINE_MOVED), replace(ANN, language=language))
    assert rendered.subject == subject
    assert told in rendered.plain


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("capacity", Capacity)
def test_mail_about_a_closed_push_names_no_date(
    writer: Writer, capacity: Capacity, language: str
) -> None:
    closed = event(Kind.CLOSED, capacity)
    rendered = writer.render(closed, replace(ANN, language=language), ["Bob Maes"])
    assert "2026" not in rendered.subject + rendered.plain


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_new_conductor_is_named_to_the_user(writer: Writer, language: str) -> None:
    rendered = writer.render(event(Kind.HANDED_OVER), replace(ANN, language=language))
    assert "Dora Claes" in rendered.subject
    assert rendered.plain.count("Dora Claes") == 2
    assert "<strong>Dora Claes</strong>" in rendered.html


def test_the_new_conductor_is_told_the_users(writer: Writer) -> None:
    handed_over = event(Kind.HANDED_OVER, Capacity.MANAGER)
    one = writer.render(handed_over, ANN, ["Bob Maes"])
    assert one.subject == "A conversation with Bob Maes handed over to you: Performance review"
    several = writer.render(handed_over, ANN, ["Bob Maes", "Chloé Petit"])
    assert several.subject == "2 conversations handed over to you: Performance review"
    assert "\n\n- Bob Maes\n- Chloé Petit\n\n" in several.plain


@pytest.mark.parametrize("capacity", Capacity)
@pytest.mark.parametrize("kind", Kind)
def test_french_punctuation_is_never_alone_on_a_line(
    writer: Writer, kind: Kind, capacity: Capacity
) -> None:
    told, recipient = event(kind, capacity), replace(ANN, language="fr")
    if capacity not in kind.capacities:
        return
    if kind.form is MailForm.PEOPLE:
        asked = AskedConversation("Bob Maes", "Q1 review", date(2026, 3, 31), planned=False)
        rendered = writer.people(told, [asked], recipient)
    elif kind in NOTICES:
        rendered = writer.notice(told, replace(NOTICE, closed=True), recipient)
    elif kind in INVITATIONS:
        rendered = writer.invitation(told, MEETING, recipient)
    else:
        rendered = writer.render(told, recipient, ["Bob Maes"])
    assert not re.search(" [:;?!»]|« ", rendered.subject + rendered.plain)


def test_a_user_without_a_given_name_is_greeted_by_the_full_name(writer: Writer) -> None:
    assert writer.render(event(), Recipient("Ann Peeters", "a@b.org")).plain.startswith(
        "Hello Ann Peeters,"
    )


def filled(writer: Writer, name: str) -> RenderedMail:
    """Return a mail in which every value that people type is ``name``."""
    return writer.render(
        event(capacity=Capacity.MANAGER, push=name, template=name),
        Recipient(name, "ann@example.org", given_name=name, language="en"),
        [name, name],
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_stays_text(writer: Writer, name: str) -> None:
    rendered, plain = filled(writer, name), filled(writer, "Xenia")
    shown = clean_line(name)
    assert rendered.plain == plain.plain.replace("Xenia", shown)
    assert rendered.subject == f"2 conversations to plan: {shown}"
    got, wanted = read(rendered.html), read(plain.html)
    assert got.tags == wanted.tags
    assert "".join(got.words) == "".join(wanted.words).replace("Xenia", shown)


@pytest.mark.parametrize("name", HOSTILE)
def test_the_name_of_a_conductor_stays_text(writer: Writer, name: str) -> None:
    rendered_mails = [
        writer.render(replace(event(Kind.HANDED_OVER), conductor=conductor), ANN)
        for conductor in (name, "Xenia")
    ]
    shown = clean_line(name)
    assert rendered_mails[0].plain == rendered_mails[1].plain.replace("Xenia", shown)
    assert rendered_mails[0].subject == rendered_mails[1].subject.replace("Xenia", shown)
    assert read(rendered_mails[0].html).tags == read(rendered_mails[1].html).tags
    assert shown in "".join(read(rendered_mails[0].html).words)


@pytest.mark.parametrize("organisation", HOSTILE)
def test_the_organisations_name_stays_text(organisation: str) -> None:
    writer = Writer(Wordings("en"), organisation, ZoneInfo("Europe/Brussels"))
    assert f"Studio of {clean_line(organisation)}.\n" in writer.render(event(), ANN).plain


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
    rendered = writer.render_test(recipient, datetime(2026, 3, 31, 12, 5, tzinfo=UTC))
    assert rendered.subject == "A test message from the Conversation Studio"
    assert words in rendered.plain


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
def test_a_time_that_occurs_twice_has_its_offset(writer: Writer, utc: str, told: str) -> None:
    """When the clocks go back.

    In the subject and in the text, of planned and cancelled conversations.
    """
    meeting = Appointment("Ann", "Bob", datetime.fromisoformat(f"{utc}+00:00"), 60, "", "Bob")
    for kind in INVITATIONS:
        rendered = writer.invitation(event(kind), meeting, ANN)
        assert told in rendered.subject
        assert rendered.subject.count(told) == 1
