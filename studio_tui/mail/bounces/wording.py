"""Recognition of bounces by the wording of servers: what a report is, and its reason."""

import re

from studio_tui.domain.outbox.bounces import MAX_EXPLANATION, Bounce, ReturnKind
from studio_tui.domain.shared.text import clean_line

_MESSAGE_ID = re.compile(r"<[^<>\s]{1,400}@[^<>\s@]{1,255}>")
_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
_BASIC = re.compile(
    r"(?:^|said:|smtp;|error:|returned|response|[(\"'“:])\s*([45]\d\d)[ -](?=\S)",
    re.IGNORECASE | re.MULTILINE,
)
_TYPED = re.compile(r"^\s*[\w.-]+\s*;\s*")
"""The type prefix of a diagnostic code, such as ``smtp;``."""
_HEADER_LINE = re.compile(r"^[A-Za-z][A-Za-z0-9-]{1,60}:[ \t]")
_ORIGIN = re.compile(r"^(?:received|return-path|from|date|subject|message-id):", re.IGNORECASE)
_LEAST_HEADERS = 3
_DAEMON = re.compile(
    r"mailer[-_ ]?daemon|postmaster|^mail delivery|delivery subsystem|microsoft outlook$|"
    r"^mailerdaemon|^mdaemon|^bounce[sd]?@",
    re.IGNORECASE,
)
_AUTOMATIC = re.compile(
    r"^\W*(?:(?:re|aw|antw|tr)\s*:\s*)?(?:auto(?:matic(?:ally)?)?[ -]?(?:reply|response|generated)"
    r"|auto\s*:|out[ -]of[ -](?:the[ -])?office|on (?:vacation|holiday|leave)|vacation|away from"
    r"|automatisch antwoord|afwezig|met vakantie|niet op kantoor"
    r"|r[ée]ponse automatique|absen|en cong[ée]|message d.absence"
    r"|automatische antwort|abwesen|respuesta autom[áa]tica|fuera de la oficina"
    r"|risposta automatica|fuori ufficio|resposta autom[áa]tica)",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"\bdelay|still being retried|still trying|not (?:yet )?been delivered yet|"
    r"warning: (?:could not send|message)|will (?:keep trying|be retried|continue to)|"
    r"\(attente\)|retard[ée]|vertraagd|verz[öo]ger",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"undeliver|fail|return(?:ed|ing)|rejected|refused|bounce|giving up|gave up|given up|"
    r"(?:could|can|was|were|be|been)(?: ?not| n.t)? (?:be )?(?:not )?deliver|not deliver|"
    r"unknown|permanent|fatal error|does ?n.t (?:exist|have)|not (?:found|exist)|"
    r"onbestelbaar|niet (?:worden )?bezorgd|mislukt|non remis|non distribu|échec|echec de|"
    r"unzustellbar|nicht zugestellt|fehlgeschlagen|no entregado|mancato recapito",
    re.IGNORECASE,
)
_SURELY_FAILED = re.compile(
    r"\bfailed|\bfailure|giving up|gave up|given up|permanent", re.IGNORECASE
)
_DELIVERED = re.compile(
    r"success|(?:was|been) (?:delivered|relayed|read|expanded)|^relayed|^delivered|^read:",
    re.IGNORECASE,
)
_COMPLAINT = re.compile(r"(?<![\d.])[45]\d\d[ -]|(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?!\.?\d)")
_ADDRESSED = re.compile(r"^\s*<[^<>\s]+@[^<>\s]+>:", re.MULTILINE)
_MOST_HEAD = 4_000
"""Number of characters at the beginning of a report that are searched for its kind."""


def message_ids_in(text: str) -> list[str]:
    """Return the Message-IDs in a header, in angle brackets."""
    return _MESSAGE_ID.findall(text)


def is_from_daemon(name: str, address: str) -> bool:
    """Return whether the sender is a server and not a person."""
    return bool(_DAEMON.search(address) or _DAEMON.search(name))


def is_automatic_subject(subject: str) -> bool:
    """Return whether a subject is that of an automatic reply, such as a holiday note."""
    return bool(_AUTOMATIC.search(clean_line(subject)))


def kind_in_words(subject: str, text: str) -> ReturnKind | None:
    """Return the kind of a report by its wording, or None if the wording is unknown."""
    said = _before_copy(text)[:_MOST_HEAD]
    for words in (clean_line(subject), said):
        if _DELAYED.search(words) and not _SURELY_FAILED.search(words):
            return ReturnKind.DELAYED
        if _DELIVERED.search(words) and not _FAILED.search(words):
            return ReturnKind.DELIVERED
        if _FAILED.search(words):
            return ReturnKind.BOUNCED
    return ReturnKind.BOUNCED if _COMPLAINT.search(said) else None


def bounce_of(status: str, diagnostic: str, text: str, subject: str) -> Bounce:
    """Return why a mail bounced, by the fields of the report or else by its text."""
    words = clean_line(_TYPED.sub("", diagnostic, count=1)) or _complaint(text)
    words = words or clean_line(subject)
    return Bounce(_code(status, words), words[:MAX_EXPLANATION])


def header_block(text: str) -> str:
    """Return the first copied headers of a mail in a text; empty if there are none."""
    lines = text.split("\n")
    found = _block_at(lines)
    return "\n".join(lines[found[0] : found[1]]) if found else ""


def _before_copy(text: str) -> str:
    lines = text.split("\n")
    found = _block_at(lines)
    return "\n".join(lines[: found[0]]) if found else text


def _block_at(lines: list[str]) -> tuple[int, int] | None:
    """Return the range of lines of the first copied headers of a mail, or None.

    Only the first block counts: a later one may belong to a mail inside of the copy.
    """
    start = 0
    for number, line in enumerate([*lines, ""]):
        if line.strip():
            continue
        block = lines[start:number]
        headers = [each for each in block if _HEADER_LINE.match(each)]
        if len(headers) >= _LEAST_HEADERS and any(_ORIGIN.match(each) for each in headers):
            first = next(i for i, each in enumerate(block) if _HEADER_LINE.match(each))
            return start + first, number
        start = number + 1
    return None


def _complaint(text: str) -> str:
    """Return the paragraph that describes the error, on one line; empty if none is found."""
    paragraphs = re.split(r"\n\s*\n", _before_copy(text))
    for sign in (_COMPLAINT, _ADDRESSED):
        for paragraph in paragraphs:
            if sign.search(paragraph):
                return clean_line(_ADDRESSED.sub("", paragraph, count=1))
    return ""


def _code(status: str, words: str) -> str:
    """Return the status code of a report, or the one in ``words`` if that is more specific."""
    given, said = _ENHANCED.search(status), _ENHANCED.search(words)
    if given and not (given[1][1:] == ".0.0" and said):
        return given[1]
    if said:
        return said[1]
    basic = _BASIC.search(words)
    return basic[1] if basic else ""
