"""Mails as bytes: correct in every script, and without injected headers (A5, N2, N9)."""

import re
from datetime import UTC, date, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest

from studio_tui.domain.outbox.kinds import Capacity, Kind
from studio_tui.domain.shared.errors import Refused
from studio_tui.domain.shared.text import clean_line
from studio_tui.mail.compose.flowed import flow, unflow
from studio_tui.mail.compose.mime import Composer, message_id
from studio_tui.mail.compose.rendering import MailEvent, Recipient, RenderedMail, Values, Writer
from studio_tui.mail.compose.wording import Wordings
from studio_tui.mail.compose.wording_template import MailTemplate, TextTemplate
from studio_tui.mail.transport.addresses import deliverable, sender_from
from studio_tui.mail.transport.outcomes import Delivered
from studio_tui.mail.transport.smtp import SmtpConnection
from tests.hostile import HOSTILE
from tests.smtp_server import Received, smtp_server

SENDER = sender_from("HR Studio <studio@example.org>")
DATE = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
ID = message_id("12-34-assigned-user-1", SENDER)
HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Content-Language",
    "List-Id",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "MIME-Version",
    "Content-Type",
]


def written(
    name: str, address: str = "ann@example.org", **changes: str
) -> tuple[RenderedMail, bytes]:
    """Return a mail in which every value that people type is ``name``, and its message."""
    writer = Writer(Wordings("en"), "Example NV", ZoneInfo("Europe/Brussels"))
    event = MailEvent(Kind.ASSIGNED, Capacity.MANAGER, name, name, date(2026, 3, 31))
    recipient = Recipient(name, address, given_name=name, **changes)
    rendered = writer.render(event, recipient, [name, name])
    return rendered, Composer(SENDER, "Example NV").message(rendered, recipient, ID, DATE)


def rendered_mail(subject: str, plain: str, html: str) -> RenderedMail:
    """Return a mail without placeholders."""
    form = MailTemplate(TextTemplate((subject,)), TextTemplate((plain,)), TextTemplate((html,)))
    return RenderedMail("en", form, form, Values({}, {}))


def received(message: bytes) -> Received:
    """Return the message as a mail program parses it."""
    return Received("", (), message)


def addressee(message: bytes, header: bytes) -> tuple[str, str]:
    """Return name and address in a header.

    The parser of the standard library puts spaces between the encoded words of a long name.
    """
    (value,) = re.findall(rb"^%b: (.*(?:\r\n .*)*)\r\n" % header, message, re.MULTILINE)
    name, _, address = value.decode("ascii").rpartition("<")
    return str(make_header(decode_header(name.strip()))), address.rstrip(">")


def assert_sound(message: bytes) -> EmailMessage:
    """Check that the message is within the limits of SMTP and parses without a defect."""
    lines = message.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(map(len, lines)) <= 78
    assert not any(b"=?" in line and len(line) > 76 for line in lines)
    assert message.isascii()
    assert message.endswith(b"\r\n")
    parsed = received(message).parsed
    for part in parsed.walk():
        assert part.defects == []
        assert [value.defects for value in part.values()] == [()] * len(part)
    return parsed


def test_the_headers() -> None:
    parsed = assert_sound(written("Ann Peeters", language="nl")[1])
    assert parsed.keys() == HEADERS
    assert parsed["From"] == "HR Studio <studio@example.org>"
    assert parsed["To"] == "Ann Peeters <ann@example.org>"
    assert parsed["Date"].datetime == DATE
    assert parsed["Message-ID"] == "<12-34-assigned-user-1@example.org>"
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert parsed["List-Id"] == "Example NV <conversations.example.org>"
    assert parsed["Content-Language"] == "nl"
    assert parsed.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize("name", [*HOSTILE, "\U000f0000 \U000f0001", "a\nb"])
def test_every_name_arrives_as_it_was_typed(name: str) -> None:
    rendered, message = written(name)
    parsed = assert_sound(message)
    assert parsed.keys() == HEADERS
    assert parsed["Subject"] == rendered.subject
    assert addressee(message, b"To") == (clean_line(name), "ann@example.org")
    assert received(message).text("plain") == rendered.plain
    assert received(message).text("html") == rendered.html


@pytest.mark.parametrize("name", HOSTILE)
def test_a_sender_and_an_organisation_of_any_name(name: str) -> None:
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    sender = sender_from(f'"{clean_line(quoted)}" <studio@example.org>')
    rendered = rendered_mail("Hello", "Hello\n", "<p>Hello</p>\n")
    message = Composer(sender, name).message(rendered, Recipient("", "ann@example.org"), ID, DATE)
    parsed = assert_sound(message)
    assert addressee(message, b"From") == (clean_line(name), "studio@example.org")
    assert parsed.keys() == HEADERS


def test_replies_go_to_the_configured_address() -> None:
    rendered = rendered_mail("Hello", "Hello\n", "<p>Hello</p>\n")
    composer = Composer(SENDER, "Example NV", "People & Culture <hr@exämple.org>")
    message = composer.message(rendered, Recipient("", "ann@example.org"), ID, DATE)
    parsed = assert_sound(message)
    assert parsed.keys() == ["From", "Reply-To", *HEADERS[1:]]
    assert addressee(message, b"Reply-To") == ("People & Culture", "hr@xn--exmple-cua.org")
    assert parsed["From"] == "HR Studio <studio@example.org>"


def test_replies_can_go_to_a_bare_address() -> None:
    rendered = rendered_mail("Hello", "Hello\n", "<p>Hello</p>\n")
    composer = Composer(SENDER, "Example NV", "hr@example.org")
    parsed = assert_sound(composer.message(rendered, Recipient("", "a@example.org"), ID, DATE))
    assert parsed["Reply-To"] == "hr@example.org"


@pytest.mark.parametrize("name", HOSTILE)
def test_replies_go_to_an_address_with_any_name(name: str) -> None:
    quoted = clean_line(name.replace("\\", "\\\\").replace('"', '\\"'))
    rendered = rendered_mail("Hello", "Hello\n", "<p>Hello</p>\n")
    composer = Composer(SENDER, "Example NV", f'"{quoted}" <hr@example.org>')
    message = composer.message(rendered, Recipient("", "a@example.org"), ID, DATE)
    assert assert_sound(message).keys() == ["From", "Reply-To", *HEADERS[1:]]
    assert addressee(message, b"Reply-To") == (clean_line(name), "hr@example.org")


@pytest.mark.parametrize(
    "text",
    ["HR", "a@example.org, b@example.org", "HR <x@>", "hr@example.org\r\nBcc: eve@example.org"],
)
def test_an_invalid_reply_address_is_refused(text: str) -> None:
    with pytest.raises(Refused, match=r"smtp\.reply_to") as refused:
        Composer(SENDER, "Example NV", text)
    assert "\n" not in refused.value.message


@pytest.mark.parametrize(
    "text",
    [
        "=?utf-8?q?not_encoded?=",
        "Re: a =?x?= b",
        " leading and trailing ",
        "a" * 500,
        "é" * 500,
        "👩\u200d👩\u200d👧\u200d👦" * 60,
        "word " * 120 + "end",
        "",
        "line\r\nBcc: eve@example.org",
    ],
)
def test_every_subject_arrives(text: str) -> None:
    rendered = rendered_mail(text, "x\n", "x\n")
    composer = Composer(SENDER, "Example NV")
    parsed = assert_sound(composer.message(rendered, Recipient("", "a@example.org"), ID, DATE))
    assert parsed["Subject"] == clean_line(text)
    assert parsed.keys() == HEADERS


@pytest.mark.parametrize(
    "text",
    [
        "--=_studio_alternative--\n",
        "From the start\n.\n..two\n",
        "trailing space \n\ttab\t\n",
        "x" * 3000 + "\n",
        "日本語" * 900 + "\n",
        "=3D =\n",
        "no newline at the end",
    ],
)
def test_every_body_arrives(text: str) -> None:
    rendered = rendered_mail("Hello", text, text)
    message = Composer(SENDER, "Example NV").message(
        rendered, Recipient("Ann", "ann@example.org"), ID, DATE
    )
    assert_sound(message)
    # A space at the end of a line would mean that the line continues.
    plain = text.replace("trailing space ", "trailing space")
    assert received(message).text("plain").removesuffix("\n") == plain.removesuffix("\n")
    assert received(message).text("html").removesuffix("\n") == text.removesuffix("\n")


def test_the_same_mail_is_the_same_bytes() -> None:
    assert written("Ann")[1] == written("Ann")[1]


def test_a_domain_outside_ascii_is_encoded_as_ascii() -> None:
    parsed = assert_sound(written("Ann", "ann@exämple.org")[1])
    assert parsed["To"].addresses[0].addr_spec == "ann@xn--exmple-cua.org"


def test_only_a_local_part_outside_ascii_needs_more_than_ascii() -> None:
    message = written("Ann", "josé@example.org")[1]
    head, _, body = message.partition(b"\r\n\r\n")
    assert "To: Ann <josé@example.org>".encode() in head
    assert body.isascii()


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("", "There is no e-mail address"),
        ("ann", "is not an e-mail address"),
        ("a@b@c.org", "is not an e-mail address"),
        ("ann@example.org\r\nBcc: eve@b.org", "is not an e-mail address"),
    ],
)
def test_an_invalid_address_is_refused(address: str, why: str) -> None:
    with pytest.raises(Refused, match=why) as refused:
        written("Ann", address)
    assert "\n" not in refused.value.message


@pytest.mark.parametrize(
    ("address", "wire"),
    [
        ("ann@example.org", "ann@example.org"),
        ("ann.o'brien+hr@mail.example.org", "ann.o'brien+hr@mail.example.org"),
        ("ann@intranet", "ann@intranet"),
        ("ann@mail.local", "ann@mail.local"),
        ("ann@例え.jp", "ann@xn--r8jz45g.jp"),
        ("用户@例え.jp", "用户@xn--r8jz45g.jp"),
    ],
)
def test_addresses_on_the_wire(address: str, wire: str) -> None:
    assert deliverable(address) == wire


@pytest.mark.parametrize(
    "address",
    [
        ".ann@example.org",
        "ann..b@example.org",
        "ann@-example.org",
        "ann@example..org",
        "a" * 65 + "@example.org",
        "ann@" + "a." * 130 + "org",
        "<ann@example.org>",
        "ann @example.org",
        "ann@example.org ",
        "ann\x00@example.org",
        "ann@exa\u202emple.org",
    ],
)
def test_an_undeliverable_address_is_refused(address: str) -> None:
    with pytest.raises(Refused):
        deliverable(address)


@pytest.mark.parametrize("text", ["", "HR Studio", "a@example.org, b@example.org", "HR <x@>"])
def test_a_sender_that_is_none_is_said(text: str) -> None:
    with pytest.raises(Refused, match=r"smtp\.sender"):
        sender_from(text)


async def test_mails_in_three_languages_arrive_at_a_server() -> None:
    with smtp_server(smtputf8=False) as server:
        connection = SmtpConnection(server.settings())
        for language in ("en", "nl", "fr"):
            message = written("Zoë Ångström", language=language)[1]
            outcome = await connection.send(SENDER.address, "ann@example.org", message)
            assert isinstance(outcome, Delivered)
        await connection.close()
        assert [arrived.parsed["Content-Language"] for arrived in server.messages] == [
            "en",
            "nl",
            "fr",
        ]
        for arrived in server.messages:
            assert_sound(arrived.content)
            assert "Zoë Ångström" in arrived.text("plain")
            assert "Zoë Ångström" in arrived.text("html")


LONG = "Changed: Performance review with Bob Janssens, 25 October 2026, 02:30 (Europe/Brussels)"


@pytest.mark.parametrize(
    "subject",
    [
        LONG,
        f"{LONG}, and once more: {LONG}",
        "x" * 60 + " " + "y" * 60,
        "a b " * 60,
        "Conversation " + "1234567 " * 20,
    ],
)
def test_a_long_subject_of_ascii_is_folded(subject: str) -> None:
    rendered = rendered_mail(subject, "Hello\n", "<p>Hello</p>\n")
    message = Composer(SENDER, "NV").message(rendered, Recipient("", "a@example.org"), ID, DATE)
    parsed = assert_sound(message)
    assert parsed["Subject"] == subject.strip()
    assert b"=?" not in message


@pytest.mark.parametrize("subject", ["x" * 200, "a =?utf-8?b?eA==?= " + "b " * 50, "a  b " * 30])
def test_a_subject_that_cannot_be_folded_is_encoded(subject: str) -> None:
    rendered = rendered_mail(subject, "Hello\n", "<p>Hello</p>\n")
    message = Composer(SENDER, "NV").message(rendered, Recipient("", "a@example.org"), ID, DATE)
    assert assert_sound(message)["Subject"] == clean_line(subject)


def test_a_name_equal_to_the_address_is_left_out() -> None:
    message = written("ann@example.org")[1]
    assert b"\r\nTo: ann@example.org\r\n" in message


@pytest.mark.parametrize("name", [*HOSTILE, "a long name " * 9, "> quoted", "From me"])
def test_the_plain_text_is_sent_in_short_lines(name: str) -> None:
    """Only a word without a space can be longer: a URL stays whole."""
    rendered, message = written(name)
    part = received(message).parsed.get_body(("plain",))
    assert part is not None
    assert part["Content-Type"] == 'text/plain; format="flowed"; charset="utf-8"'
    text = part.get_content().replace("\r\n", "\n")
    assert all(len(line) <= 78 or " " not in line.strip() for line in text.split("\n"))
    assert unflow(text) == rendered.plain


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-- \nfooter\n",
        "-- " + "x" * 100,
        " indented",
        " " + "y" * 90 + " z",
        "> quoted " + "words " * 30 + "end",
        "From " * 40 + "end",
        "https://example.org/" + "a" * 90,
        "see https://example.org/" + "a" * 90 + " and then go on reading what stands behind it",
        "\u4f60\u597d" * 60,
        "two  spaces " * 12 + "end",
    ],
)
def test_flowed_text_is_restored_exactly(text: str) -> None:
    flowed = flow(text)
    assert unflow(flowed) == text
    for line in flowed.split("\n"):
        assert len(line) <= 78 or " " not in line.strip().removeprefix("-- ")
        assert line == "-- " or not line.startswith(("From ", ">"))
    assert flowed.split("\n").count("-- ") == text.split("\n").count("-- ")
    for word in text.split():
        assert word in flowed
