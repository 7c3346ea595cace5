"""The meaning of returned mail (N15), with examples as servers and people write them."""

from pathlib import Path

import pytest

from studio_tui.domain.outbox.bounces import MAX_EXPLANATION, Bounce, ReturnedMail, ReturnKind
from studio_tui.mail.bounces.envelope_ids import envelope_id, message_id_of_envelope
from studio_tui.mail.bounces.report import read_returned
from studio_tui.mail.bounces.wording import message_ids_in

EXAMPLES = Path(__file__).parents[2] / "files" / "bounces"
OURS = "<12-3-assigned-user-first.0123456789ab@example.org>"
"""The Message-ID of the mail to which all examples refer."""
_UNKNOWN = "550 5.1.1 <ann@example.net>: Recipient address rejected: User unknown in local"
BOUNCED = {
    "amazon_ses": ("5.4.4", "550 5.4.4 Invalid domain"),
    "crlf": ("5.1.1", "550 5.1.1 unknown"),
    "envelope_id": ("5.1.1", "Undelivered Mail Returned to Sender"),
    "envelope_id_encoded": ("5.4.4", "no such domain"),
    "exchange_in_reply_to": ("5.7.1", "550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized"),
    "exchange_no_original": ("5.2.2", "ann@example.net #554 5.2.2 mailbox full ##"),
    "exchange_online": ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found"),
    "exim_text": ("550", "ann@example.net SMTP error from remote mail server after RCPT TO"),
    "forwarded": ("5.1.1", _UNKNOWN),
    "french_plain": ("5.1.1", "550 5.1.1 Utilisateur inconnu"),
    "gmail": ("5.1.1", "550-5.1.1 The email account that you tried to reach does not exist."),
    "gmail_ids_in_fields": ("5.7.26", "550-5.7.26 unauthenticated"),
    "hostile": ("5.1.1", "550 5.1.1 ]52;c;aGk=[31mredgnp [bold]x[/bold] yyy"),
    "no_action": ("5.1.2", "Undelivered"),
    "plain_attached": ("550", "ann@example.net: 550 Postfach gesperrt für alle"),
    "postfix": ("5.1.1", _UNKNOWN),
    "postfix_expired": ("4.4.1", "connect to example.net[198.51.100.4]:25: Connection timed out"),
    "postfix_headers_only": ("5.2.2", "552 5.2.2 Mailbox full"),
    "qmail": ("5.1.1", "Sorry, no mailbox here by that name. (#5.1.1)"),
    "sendmail": ("5.1.1", "550 5.1.1 <ann@example.net>... User unknown"),
    "several_recipients": ("5.7.1", "554 5.7.1 Message rejected as spam"),
    "utf8_report": ("5.6.7", "550 5.6.7 SMTPUTF8 is required"),
}
NOT_OURS = ("bounce_of_bounce", "qmail_double")
"""Bounces of bounces."""
OTHERS = {
    "delivered": ReturnKind.DELIVERED,
    "exchange_delayed": ReturnKind.DELAYED,
    "exim_delay": ReturnKind.DELAYED,
    "gmail_delay": ReturnKind.DELAYED,
    "holiday": ReturnKind.AUTOMATIC,
    "holiday_from_postmaster": ReturnKind.AUTOMATIC,
    "holiday_no_headers": ReturnKind.AUTOMATIC,
    "newsletter": ReturnKind.OTHER,
    "postfix_delayed": ReturnKind.DELAYED,
    "postfix_relayed": ReturnKind.DELIVERED,
    "read_receipt": ReturnKind.AUTOMATIC,
    "reply": ReturnKind.REPLY,
}


def example(name: str) -> bytes:
    return (EXAMPLES / f"{name}.eml").read_bytes()


def test_every_example_is_expected() -> None:
    assert {path.stem for path in EXAMPLES.iterdir()} == {*BOUNCED, *NOT_OURS, *OTHERS}


@pytest.mark.parametrize("name", BOUNCED)
def test_a_bounce_names_its_mail_and_the_reason(name: str) -> None:
    read = read_returned(example(name))
    code, words = BOUNCED[name]
    assert (read.kind, read.message_ids[0], read.bounce.code) == (ReturnKind.BOUNCED, OURS, code)
    assert read.bounce.words.startswith(words)
    assert len(read.bounce.words) <= MAX_EXPLANATION
    assert read.bounce.words.isprintable()


@pytest.mark.parametrize("name", NOT_OURS)
def test_a_bounce_of_a_bounce_does_not_refer_to_our_mail(name: str) -> None:
    assert OURS not in read_returned(example(name)).message_ids


@pytest.mark.parametrize("name", OTHERS)
def test_other_mail_has_no_message_id_and_no_bounce(name: str) -> None:
    assert read_returned(example(name)) == ReturnedMail(OTHERS[name], (), Bounce("", ""))


def test_malformed_mail_is_handled() -> None:
    """Mail that is truncated, nested very deeply, in thousands of parts, or of any bytes."""
    whole = example("gmail")
    for end in range(0, len(whole), 97):
        read_returned(whole[:end])
        read_returned(whole[end:])
    nested = b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (each, each)
        for each in range(3_000)
    )
    parts = b'Content-Type: multipart/mixed; boundary="x"\n\n' + b"--x\n\n\n" * 100_000
    for source in (nested, parts, bytes(range(256)) * 100, b"Subject: " + b"=?x?q?" * 5_000):
        assert read_returned(source).kind is ReturnKind.OTHER


def test_an_envelope_id_is_the_message_id() -> None:
    message = b"From: x\r\nMessage-ID: <1-7=a+b.4c2a@example.org>\r\n\r\nMessage-ID: <no@x>\r\n"
    written = envelope_id(message)
    assert written == "1-7+3Da+2Bb.4c2a@example.org"
    assert message_id_of_envelope(written) == ["<1-7=a+b.4c2a@example.org>"]
    assert envelope_id(b"Message-ID: <%s@x>\r\n\r\n" % (b"a" * 100)) == ""
    assert message_id_of_envelope("QQ314159") == []
    assert message_ids_in("<a@b> x <c@d>") == ["<a@b>", "<c@d>"]
