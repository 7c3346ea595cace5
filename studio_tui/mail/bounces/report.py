"""Interpretation of one returned mail: whether it is a bounce, of which mail, and why (N15).

Delivery reports (RFC 3464, RFC 6533) are read by their fields, whichever server wrote them. For
servers that write plain text, such as qmail and older versions of Exim, the copied headers below
the text are read. Holiday notes and replies are recognised. No mail is ever answered.
"""

from collections.abc import Iterator
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import HeaderParser
from email.policy import Compat32
from email.utils import parseaddr

from studio_tui.domain.outbox.bounces import ReturnedMail, ReturnKind
from studio_tui.domain.shared.text import clean_text
from studio_tui.mail.bounces.envelope_ids import message_id_of_envelope
from studio_tui.mail.bounces.wording import (
    bounce_of,
    header_block,
    is_automatic_subject,
    is_from_daemon,
    kind_in_words,
    message_ids_in,
)

MOST_BYTES = 2_000_000
"""Maximum number of bytes of a mail that are read. The report and the headers of the returned mail
come first."""
_MOST_BOUNDARIES = 2_000
"""Maximum number of lines that may separate MIME parts. The rest of the mail is ignored."""
_MOST_TEXT = 200_000
_DEEPEST = 4
"""Maximum nesting of mails that are searched, such as a report forwarded as an attachment."""
_STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RETURNED_TYPES = frozenset({"message/rfc822", "message/global"})
_HEADER_TYPES = frozenset(
    {"text/rfc822-headers", "message/rfc822-headers", "message/global-headers"}
)
_ACTIONS = {
    "failed": ReturnKind.BOUNCED,
    "delayed": ReturnKind.DELAYED,
    "delivered": ReturnKind.DELIVERED,
    "relayed": ReturnKind.DELIVERED,
    "expanded": ReturnKind.DELIVERED,
}
_CLASSES = {"5": ReturnKind.BOUNCED, "4": ReturnKind.DELAYED, "2": ReturnKind.DELIVERED}
_GRAVEST = (ReturnKind.BOUNCED, ReturnKind.DELAYED, ReturnKind.DELIVERED)
_AUTOMATIC_HEADERS = (
    "X-Autoreply",
    "X-Autorespond",
    "X-Autoresponse",
    "X-Autoresponder",
    "X-AutoReply-From",
    "X-Mail-Autoreply",
)
_Fields = dict[str, str]
"""Header fields by name, in lower case."""


class _AsWritten(Compat32):
    """A policy that returns headers unparsed, with bytes outside of ASCII read as UTF-8."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


_POLICY = _AsWritten()


def read_returned(source: bytes) -> ReturnedMail:
    """Return the interpretation of a mail that was sent to the bounce address.

    Never fails: a mail that cannot be interpreted is `ReturnKind.OTHER`.
    """
    try:
        return _read(message_from_bytes(_within_limits(source), policy=_POLICY))
    except (MessageError, RecursionError, LookupError, ValueError, TypeError, AttributeError):
        # Exceptions that the parsers of the standard library raise on hostile input.
        return ReturnedMail(ReturnKind.OTHER)


def _within_limits(source: bytes) -> bytes:
    # Skip an mbox line that procmail or a sieve script left before the headers.
    if source.startswith((b"From ", b">From ")):
        source = source.partition(b"\n")[2]
    pieces = source[:MOST_BYTES].split(b"\n--", _MOST_BOUNDARIES)
    return b"\n--".join(pieces[:_MOST_BOUNDARIES])


def _read(mail: Message) -> ReturnedMail:
    for report in _reports(mail, 0):
        return _read_report(report)
    if _type_of_report(mail) == "disposition-notification":
        return ReturnedMail(ReturnKind.AUTOMATIC)
    subject = _decoded(mail.get("Subject"))
    if _is_of_daemon(mail) and not is_automatic_subject(subject):
        return _read_plain(mail, subject)
    if _is_automatic(mail, subject):
        return ReturnedMail(ReturnKind.AUTOMATIC)
    answers = mail.get("In-Reply-To") or mail.get("References")
    return ReturnedMail(ReturnKind.REPLY if answers else ReturnKind.OTHER)


def _reports(mail: Message, depth: int) -> Iterator[Message]:
    """Yield the delivery reports in a mail: the mail itself, or its attachments.

    A mail that a report returns is not searched: a bounce of a bounce is not about a mail of the
    Studio.
    """
    parts = _parts(mail)
    if any(part.get_content_type() in _STATUS_TYPES for part in parts):
        yield mail
    elif depth < _DEEPEST and _type_of_report(mail) is None:
        for part in parts:
            yield from _reports(part, depth + 1)


def _parts(mail: Message) -> list[Message]:
    payload = mail.get_payload()
    if not isinstance(payload, list):
        return []
    return [part for part in payload if isinstance(part, Message)]


def _type_of_report(mail: Message) -> str | None:
    """Return the report type of a multipart/report, or None for any other mail."""
    if mail.get_content_type() != "multipart/report":
        return None
    return str(mail.get_param("report-type") or "").lower()


def _read_report(report: Message) -> ReturnedMail:
    parts = _parts(report)
    blocks = [
        block for part in parts if part.get_content_type() in _STATUS_TYPES
        for block in _blocks(part)
    ]  # fmt: skip
    text = _text_of(parts)
    subject = _decoded(report.get("Subject"))
    results = [(kind, block) for block in blocks if (kind := _kind_of(block)) is not None]
    kind, fields = min(
        results,
        key=lambda each: _GRAVEST.index(each[0]),
        default=(kind_in_words(subject, text) or ReturnKind.OTHER, _Fields()),
    )
    if kind is not ReturnKind.BOUNCED:
        return ReturnedMail(kind)
    bounce = bounce_of(fields.get("status", ""), fields.get("diagnostic-code", ""), text, subject)
    return ReturnedMail(kind, tuple(_ids_of(report, parts, blocks, text)), bounce)


def _kind_of(block: _Fields) -> ReturnKind | None:
    """Return the result for one recipient, or None if the fields are not about a recipient."""
    action = block.get("action", "").split(maxsplit=1)
    if action and (kind := _ACTIONS.get(action[0].lower().strip(";,"))):
        return kind
    return _CLASSES.get(block.get("status", "")[:1])


def _ids_of(
    report: Message, parts: list[Message], blocks: list[_Fields], text: str
) -> Iterator[str]:
    """Yield the Message-IDs by which a report may name the mail, the most reliable first.

    If the report returns headers of the mail, only these count. Otherwise they are searched in its
    fields, in the copied headers in its text, and in the headers that name the mail it replies to.
    """
    returned = [each for part in parts for each in _returned_ids(part)]
    if returned:
        yield from returned
        return
    for block in blocks:
        yield from message_ids_in(block.get("x-original-message-id", ""))
        if envelope := block.get("original-envelope-id", ""):
            yield from message_id_of_envelope(envelope)
    yield from message_ids_in(_in_block(text))
    for name in ("In-Reply-To", "References"):
        yield from message_ids_in(str(report.get(name, "")))


def _returned_ids(part: Message) -> list[str]:
    kind = part.get_content_type()
    headers: Message | None = None
    if kind in _RETURNED_TYPES and (inside := _parts(part)):
        headers = inside[0]
    elif kind in _HEADER_TYPES:
        inside = _parts(part)
        headers = (
            inside[0]
            if inside
            else HeaderParser(policy=_POLICY).parsestr(_decoded_text(part).lstrip())
        )
    found = headers.get("Message-ID") if headers is not None else None
    return message_ids_in(str(found)) if found else []


def _blocks(part: Message) -> list[_Fields]:
    """Return the field groups of a delivery status: one of the mail and one of each recipient."""
    payload = part.get_payload()
    if isinstance(payload, str):
        blocks = [
            HeaderParser(policy=_POLICY).parsestr(each)
            for each in _decoded_text(part).split("\n\n")
        ]
    else:
        blocks = list(_parts(part))
        # The parser reads only the first group of a message/global-delivery-status.
        rest = blocks[-1].get_payload() if blocks else ""
        if isinstance(rest, str) and rest.strip():
            text = rest.replace("\r\n", "\n")
            blocks += [HeaderParser(policy=_POLICY).parsestr(each) for each in text.split("\n\n")]
    return [{name.lower(): _decoded(value) for name, value in block.items()} for block in blocks]


def _read_plain(mail: Message, subject: str) -> ReturnedMail:
    """Return the interpretation of a report in plain text."""
    text = _text_of([mail])
    kind = kind_in_words(subject, text) or ReturnKind.OTHER
    if kind is not ReturnKind.BOUNCED:
        return ReturnedMail(kind)
    returned = [each for part in _parts(mail) for each in _returned_ids(part)]
    ids = returned or message_ids_in(_in_block(text))
    return ReturnedMail(kind, tuple(ids), bounce_of("", "", text, subject))


def _in_block(text: str) -> str:
    """Return the raw Message-ID of the headers that are copied in a text."""
    fields = HeaderParser(policy=_POLICY).parsestr(header_block(text))
    return str(fields.get("Message-ID", ""))


def _is_of_daemon(mail: Message) -> bool:
    if mail.get("X-Failed-Recipients"):
        return True
    name, address = parseaddr(_decoded(mail.get("From")))
    return is_from_daemon(name, address)


def _is_automatic(mail: Message, subject: str) -> bool:
    submitted = str(mail.get("Auto-Submitted", "no")).partition(";")[0].strip().lower()
    precedence = str(mail.get("Precedence", "")).strip().lower()
    return (
        submitted not in ("", "no")
        or precedence in ("auto_reply", "auto-reply")
        or any(mail.get(name) for name in _AUTOMATIC_HEADERS)
        or is_automatic_subject(subject)
    )


def _text_of(parts: list[Message]) -> str:
    """Return the plain text of some parts, including nested parts."""
    found, waiting = "", list(parts)
    while waiting and len(found) < _MOST_TEXT:
        part = waiting.pop(0)
        if part.get_content_maintype() == "multipart":
            waiting[:0] = _parts(part)
        elif part.get_content_type() == "text/plain":
            found += _decoded_text(part) + "\n\n"
    return clean_text(found[:_MOST_TEXT])


def _decoded_text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        text = payload.decode(part.get_content_charset("utf-8"), errors="replace")
    except LookupError:
        text = payload.decode("latin-1")
    return text.replace("\r\n", "\n")


def _decoded(value: object) -> str:
    """Return a header with its encoded words decoded."""
    text = "" if value is None else str(value)
    if "=?" not in text:
        return text
    try:
        return str(make_header(decode_header(text)))
    except (MessageError, LookupError, ValueError):
        return text
