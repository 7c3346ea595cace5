"""Serialisation of mails: headers and MIME, without an `EmailMessage` per mail.

Building an `EmailMessage` takes two milliseconds, as long as sending it. All bytes made here are
ASCII in lines of at most 998, unless the local part of an address is not ASCII.
"""

import re
from base64 import b64encode, encodebytes
from binascii import b2a_qp
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from studio_tui.domain.shared.text import clean_line
from studio_tui.mail.compose.flowed import flow
from studio_tui.mail.compose.invitation import Invitation, calendar
from studio_tui.mail.compose.rendering import Recipient, RenderedMail, Values
from studio_tui.mail.compose.wording_template import MailTemplate, TextTemplate
from studio_tui.mail.transport.addresses import Sender, deliverable, reply_to_from

# Neither quoted-printable nor base64 can contain "=_": no text can contain a boundary.
_BOUNDARY = "=_studio_alternative"
_OUTER = "=_studio_mixed"
_HEAD = f'Content-Type: multipart/alternative; boundary="{_BOUNDARY}"\r\n'.encode("ascii")
_END = f"--{_BOUNDARY}--\r\n".encode("ascii")
_ATTACHED = (
    f"--{_OUTER}\r\n"
    'Content-Type: application/ics; name="invite.ics"\r\n'
    'Content-Disposition: attachment; filename="invite.ics"\r\n'
    "Content-Transfer-Encoding: base64\r\n"
).encode("ascii")
_PLAIN_PHRASE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 -]{0,58}[A-Za-z0-9])?")
_WORD = 39
"""Bytes of text per encoded word. With the name of a header, no line exceeds 76 characters."""
_NAME_AND_ADDRESS = 64
"""Maximum length of a name and an address together, to fit on one line."""
_SHORT_TEXT = re.compile(r"(?!.*=\?)[!-~](?:[ -~]{0,60}[!-~])?")
_FOLDED_TEXT = re.compile(r"(?!.*=\?)[!-~]{1,64}(?: [!-~]{1,64})*")
_LINE = 76
"""Maximum number of characters of a line in a folded header."""


def message_id(key: str, sender: Sender) -> str:
    """Return the Message-ID of the notification with this key (N2), in angle brackets."""
    return f"<{key}@{sender.domain}>"


class Composer:
    """Builds messages from one sender of one organisation."""

    model: Callable[[MailTemplate], bytes]
    """Returns the text that all messages of a form share, for compression. Deterministic."""

    def __init__(self, sender: Sender, organisation: str, reply_to: str = "") -> None:
        """``reply_to`` is the address for replies, as ``HR <hr@example.org>`` or bare.

        If it is empty, replies go to the sender. Raises `Refused` if it is invalid.
        """
        named = _angled(clean_line(organisation), f"conversations.{sender.domain}")
        self._from = b"From: " + mailbox(sender.name, sender.address) + _reply_to_header(reply_to)
        self._constant = b"\r\n".join(
            (
                b"List-Id: " + named,
                b"Auto-Submitted: auto-generated",
                b"X-Auto-Response-Suppress: OOF, AutoReply",
                b"MIME-Version: 1.0",
            )
        )
        self.model = lru_cache(maxsize=256)(self._model)

    def message(
        self,
        rendered: RenderedMail,
        recipient: Recipient,
        message_id: str,
        date: datetime,
        invitation: Invitation | None = None,
    ) -> bytes:
        """Return the whole message with CRLF line endings, and with the invitation if one is given.

        Equal arguments give equal bytes, so that duplicates can be recognised. ``date`` is
        timezone-aware. Raises `Refused` if the recipient's address is invalid.
        """
        address = deliverable(recipient.address)
        return b"\r\n".join(
            (
                self._from,
                b"To: " + mailbox(clean_line(recipient.name), address),
                b"Subject: " + _unstructured(clean_line(rendered.subject)),
                b"Date: " + _date(date),
                b"Message-ID: " + message_id.encode("ascii"),
                b"Content-Language: " + rendered.language.encode("ascii"),
                self._constant,
                _body(rendered)
                if invitation is None
                else _body_with_invitation(rendered, invitation),
            )
        )

    def _model(self, form: MailTemplate) -> bytes:
        values = dict.fromkeys((*form.plain.names, *form.html.names), "")
        body = _body(RenderedMail("", form, form, Values(values, values)))
        return b"\r\n".join((self._from, self._constant, body))


def mailbox(name: str, address: str) -> bytes:
    """Return ``name <address>`` for a header; only the address if the name is empty or the same."""
    return _angled(name, address) if name and name != address else address.encode()


def _reply_to_header(reply_to: str) -> bytes:
    """Return the Reply-To header, or nothing if replies go to the sender."""
    if not reply_to:
        return b""
    who = reply_to_from(reply_to)
    return b"\r\nReply-To: " + mailbox(who.name, who.address)


def _angled(name: str, inside: str) -> bytes:
    phrase = _phrase(name)
    # On a line of its own if both together could exceed the length of a line.
    separator = b" " if len(phrase) + len(inside) < _NAME_AND_ADDRESS else b"\r\n "
    return phrase + separator + b"<" + inside.encode() + b">"


def _phrase(name: str) -> bytes:
    return name.encode("ascii") if _PLAIN_PHRASE.fullmatch(name) else _encoded(name)


def _unstructured(text: str) -> bytes:
    if _SHORT_TEXT.fullmatch(text):
        return text.encode("ascii")
    return _folded(text) if _FOLDED_TEXT.fullmatch(text) else _encoded(text)


def _folded(text: str) -> bytes:
    """Fold ``text`` into lines. Each line after the first begins with a space of the text."""
    lines = []
    # The first line also holds the name of the header.
    room = _LINE - len("Subject: ")
    while len(text) > room:
        end = text.rfind(" ", 1, room + 1)
        lines.append(text[:end])
        text, room = text[end:], _LINE
    return "\r\n".join([*lines, text]).encode("ascii")


def _encoded(text: str) -> bytes:
    """Return ``text`` as encoded words (RFC 2047), one per line."""
    words = (b"=?utf-8?b?" + b64encode(word) + b"?=" for word in _words(text.encode()))
    return b"\r\n ".join(words)


def _words(text: bytes) -> Iterator[bytes]:
    """Split ``text`` into pieces without splitting a multi-byte character."""
    while len(text) > _WORD:
        end = _WORD
        while text[end] & 0xC0 == 0x80:
            end -= 1
        yield text[:end]
        text = text[end:]
    yield text


def _body_with_invitation(rendered: RenderedMail, invitation: Invitation) -> bytes:
    """Return the body of an invitation: the calendar as an alternative, and as an attached file.

    Outlook, Google and Apple process the alternative; other programs offer the attached file.
    """
    entry = calendar(invitation)
    text = entry.decode().replace("\r\n", "\n")
    part = _part(f"calendar; method={invitation.method}", _quoted(text))
    return b"\r\n".join(
        (
            f'Content-Type: multipart/mixed; boundary="{_OUTER}"\r\n'.encode("ascii"),
            f"--{_OUTER}".encode("ascii"),
            _body(rendered, part) + _ATTACHED,
            encodebytes(entry).replace(b"\n", b"\r\n") + f"--{_OUTER}--\r\n".encode("ascii"),
        )
    )


def _body(rendered: RenderedMail, *more: bytes) -> bytes:
    """Return the multipart/alternative with its own Content-Type header."""
    return b"\r\n".join(
        (
            _HEAD,
            _part("plain; format=flowed", _flowed(rendered.form.plain, rendered.values.plain)),
            _part("html", _filled(rendered.form.html, rendered.values.html)),
            *more,
            _END,
        )
    )


def _part(subtype: str, lines: bytes) -> bytes:
    head = (
        f"--{_BOUNDARY}\r\n"
        f"Content-Type: text/{subtype}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    return head.encode("ascii") + lines


def _flowed(text: TextTemplate, values: Mapping[str, str]) -> bytes:
    return b"\r\n".join(
        _quoted(flow(line.filled(values))) if line.names else _flowed_once(line)
        for line in text.lines
    )


@lru_cache(maxsize=4096)
def _flowed_once(line: TextTemplate) -> bytes:
    return _quoted(flow(line.texts[0]))


def _filled(text: TextTemplate, values: Mapping[str, str]) -> bytes:
    return b"\r\n".join(
        _quoted(line.filled(values)) if line.names else _quoted_once(line) for line in text.lines
    )


# Most lines of a mail are the same as in the mail before.
@lru_cache(maxsize=4096)
def _quoted_once(line: TextTemplate) -> bytes:
    return _quoted(line.texts[0])


def _quoted(text: str) -> bytes:
    lines = (b2a_qp(line.encode()).replace(b"=\n", b"=\r\n") for line in text.split("\n"))
    return b"\r\n".join(lines)


# Mails that are claimed together have the same date.
@lru_cache(maxsize=64)
def _date(date: datetime) -> bytes:
    return format_datetime(date).encode("ascii")
