"""Classification of refusals by their subject (N13): a table whose first matching row counts.

A row has a set of enhanced status codes (RFC 3463, without the class), or a pattern that is
searched in the text. Specific codes are decisive; the text decides if a server uses a general code
(5.7.1, 5.2.0, 5.0.0) or none. Sources are named in docs/mail.md.
"""

import re
from enum import IntEnum, StrEnum
from functools import lru_cache

from studio_tui.domain.shared.dataclass import dataclass


class Stage(IntEnum):
    """The stage of the SMTP dialogue at which the server refused."""

    CONNECT = 0
    """Before any command: in the greeting."""
    HELO = 1
    LOGIN = 2
    MAIL = 3
    RCPT = 4
    DATA = 5
    MESSAGE = 6
    """After the final dot."""


class About(StrEnum):
    """The subject of a refusal."""

    RECIPIENT = "recipient"
    MESSAGE = "message"
    """The size of the mail. Certain."""
    CONTENT = "content"
    """The content of the mail, as the server interprets it."""
    SENDER = "sender"
    LOGIN = "login"
    ACCOUNT = "account"
    QUOTA = "quota"
    SESSION = "session"
    """The number of mails per connection: another connection can go on."""
    CONNECTIONS = "connections"
    """The number of concurrent connections."""
    NAME = "name"
    """The host name that the Studio gives in EHLO."""
    HOST = "host"
    """The address of the host that sends."""
    TLS = "tls"
    RELAY = "relay"
    """Whether the mail is relayed, which may depend on the recipient's domain."""
    SERVER = "server"
    UNCLEAR = "unclear"
    """Either this mail or all mail."""


@dataclass(frozen=True, slots=True)
class _Row:
    about: About
    words: str = ""
    """A pattern that is searched in the text; empty matches any text."""
    codes: str = ""
    """A pattern for subject and detail of the code, such as ``7\\.60``; empty matches any code."""
    stages: frozenset[Stage] = frozenset(Stage)


_OFFERED = frozenset({Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.MESSAGE})
_NAMED = _OFFERED - {Stage.MAIL}
"""The stages at which the server knows the recipient."""
_LIMIT = r"(?:limit|quota|threshold|maximum|max\b|allowance)"
_NOT = (
    r"(?:not|n['’]t|never|reject\w*|refus\w*|den(?:y|ied)|invalid|fail\w*|block\w*"
    r"|bann?ed|bad|mismatch)"
)

_TABLE = (
    # Size of the mail.
    _Row(About.MESSAGE, codes=r"3\.4|2\.3|7\.16", stages=_OFFERED),
    _Row(
        About.MESSAGE,
        r"too (?:big|large)\b|size (?:limit|exceed)|(?:message|mail)(?:'s)? size"
        r"|exceed\w* .*\bsize",
        stages=_OFFERED,
    ),
    # Limits per connection, or of the number of connections.
    _Row(
        About.CONNECTIONS,
        r"too many (?:\w+ ){0,3}(?:connections|sessions)|concurrent (?:\w+ )?(?:connection|session)"
        r"|simultaneous|connections? (?:\w+ )?(?:limit|quota|count)|maximum (?:\w+ )?connections"
        r"|(?:sender|submission|client) thread limit|connections? (?:\w+ ){0,4}exceed"
        r"|already (?:\w+ ){0,3}connect",
    ),
    _Row(
        About.SESSION,
        r"(?:per|this|one|a|each|single|the same) (?:smtp )?(?:session|connection)\b"
        r"|(?:session|connection) (?:\w+ )?limit|in session",
        stages=_OFFERED,
    ),
    _Row(About.SESSION, codes=r"5\.3", stages=_OFFERED),
    # The recipient, by texts that can mean nothing else.
    _Row(
        About.RECIPIENT,
        r"you (?:are|were) (?:trying|sending) to|you tried to|receiving mail|gr[ea]ylist"
        r"|recipient(?:'s)? (?:thread|mailbox|account|server|domain|inbox)"
        r"|(?:mailbox|inbox|storage|disk) (?:is |has )?(?:full|over|quota|exceeded|\w+ quota)"
        r"|(?:mailbox|user|recipient)\b.{0,40}\bquota"
        r"|quota .{0,30}\b(?:mailbox|recipient|user is)"
        r"|(?:group|list|recipient|mailbox)\b.{0,40}\b(?:only accepts?|does not accept|restrict)"
        r"|(?:send|post|write|deliver)\w* (?:\w+ )?to (?:this|the|that) "
        r"(?:\w+ )?(?:recipient|user|group|list|mailbox|address|person|domain)"
        r"|allowed senders|sender\w*(?:notauthenticated|notallowed)\w*for",
        stages=_NAMED,
    ),
    _Row(About.QUOTA, r"relay limit|submissionquota|sender(?:'s)? (?:\w+ )?(?:limit|quota)"),
    _Row(
        About.RECIPIENT,
        codes=r"1\.(?:[1-6]|9|10)|2\.(?:1|4|12\d)|4\.(?:4|6|12|14|310|312)"
        r"|7\.(?:2|17|18|19|12[0-9]|13[0-6]|193|50[457]|51[03]|703)",
        stages=_NAMED,
    ),
    # All mail, by codes.
    _Row(About.QUOTA, codes=r"1\.90|7\.(?:28|23[23])"),
    _Row(About.SENDER, codes=r"1\.[78]|2\.25[0-9]|7\.(?:2[0-4]|2[67]|60|50[23]|509)"),
    _Row(About.LOGIN, codes=r"7\.(?:8|9|14|57|139)"),
    _Row(About.TLS, codes=r"7\.(?:10|30)"),
    _Row(About.NAME, codes=r"7\.506"),
    _Row(About.HOST, codes=r"7\.(?:25|508|511|6[0-4]\d|708)"),
    _Row(About.ACCOUNT, codes=r"7\.(?:501|7[0-4]\d|750)"),
    # All mail, by texts.
    _Row(
        About.QUOTA,
        r"\b(?:send\w*|sent|sender|submission\w*|outgoing|outbound|daily|hourly|monthly|tenant"
        rf"|relay|rate|account\w*|customer|policy)\b[\w\s'’-]{{0,40}}{_LIMIT}"
        rf"|{_LIMIT}[\w\s'’/()-]{{0,50}}\b(?:send\w*|sent|account|today|day|hour|minute|month"
        r"|submission|messages|mails|e?-?mails|recipients|rate)\b"
        r"|\b(?:messages?|e?-?mails?|recipients?|relay\w*|rate)\b[\w\s'’-]{0,20}"
        rf"\b{_LIMIT}[\w\s'’-]{{0,20}}\b(?:reach|exceed|hit|used)"
        r"|quotaexceeded|no more (?:\w+ )?(?:messages|mails?|e-?mails?|recipients)"
        r"|too many (?:\w+ )?(?:messages|mails|e-?mails|recipients|submissions|requests)"
        r"|too much (?:e-?)?mail|too (?:fast|quickly|often|frequently)|throttl|ratelimit"
        r"|rate[ -]limit"
        rf"|exceed\w*\b.{{0,40}}{_LIMIT}|{_LIMIT} (?:is |was |has been )?(?:reached|exceeded)"
        r"|per (?:hour|day|minute|second)\b|slow down|unusual rate",
    ),
    _Row(About.QUOTA, codes=r"4\.5", words=r"^(?!.*\bbusy\b)", stages=_OFFERED),
    _Row(About.RECIPIENT, codes=r"2\.2", stages=_NAMED),
    _Row(About.NAME, r"\b(?:helo|ehlo)\b(?! first)"),
    _Row(
        About.SENDER,
        rf"\b(?:sender|from|reverse.path|return.path|originator)\b[\w\s'’-]{{0,40}}\b{_NOT}\b"
        rf"|\b{_NOT}\b[\w\s'’-]{{0,40}}\b(?:sender|reverse.path|return.path)\b"
        r"|send ?(?:as|onbehalf|on behalf)\b|sendas\w*denied"
        r"|(?:not|n['’]t) (?:\w+ ){0,3}(?:allowed|permitted|authori[sz]ed|permissions?"
        r"|right) to send "
        r"(?:\w+ ){0,3}(?:as|from|on behalf|for|using)|not owned by|sender identity|verified sender"
        r"|(?:address|identit\w+|domain)[\w\s]{0,12} (?:not|un)[ -]?verified|unverified"
        r"|\bspf\b|\bdkim\b|\bdmarc\b|from (?:header|address|domain)|<sender>",
        stages=_OFFERED,
    ),
    _Row(
        About.HOST,
        r"client host|client (?:ip|address)|(?:block|black|deny|drop) ?-?list|\brbl\b"
        r"|\bdnsbl\b|spamhaus"
        r"|spamcop|barracuda|\b(?:ip|ip address|your (?:server|host|network|address))\b.{0,60}"
        rf"\b(?:{_NOT}|listed|reputation)|{_NOT}\b.{{0,40}}\b(?:ip|ip address|your (?:host"
        rf"|network))\b"
        r"|(?:this|your|sending|banned) ip\b|reverse dns|\bptr\b|(?:poor|bad|low) reputation"
        r"|cannot find your|your hostname|unknown client",
    ),
    _Row(
        About.ACCOUNT,
        r"\b(?:account|user|customer|tenant|organi[sz]ation|subscription|domain|licen[cs]e|service"
        r"|mail(?:s|ing)?|sending|submission|trial|plan)\b.{0,40}\b(?:suspend\w*|locked|restricted"
        r"|deactivated|expired|compromised|terminated|on hold|frozen|has been (?:disabled|blocked))"
        r"|\b(?:your|this|sending|sender|submitting|authenticated) (?:\w+ )?(?:account|user"
        r"|domain|login)"
        rf"\b.{{0,40}}\b(?:{_NOT}|disabled|inactive)"
        r"|(?:sending|submission|outgoing (?:e-?mail|mail)) (?:\w+ ){0,3}(?:disabled|blocked"
        r"|paused)"
        r"|(?:not|n['’]t) (?:\w+ )?(?:allowed|permitted|authori[sz]ed|able"
        r"|entitled) to (?:send|submit)",
        stages=_OFFERED | {Stage.LOGIN},
    ),
    _Row(
        About.TLS,
        r"starttls|encrypt\w* (?:is )?(?:required|needed)|(?:must|use) (?:use )?(?:tls|ssl)\b",
    ),
    _Row(
        About.LOGIN,
        r"authenticat|must (?:log|sign) ?in|log ?in (?:required|first|via|with|needed)"
        r"|please log ?in"
        r"|credentials|not logged in|pop before smtp|auth\w* (?:is )?(?:required|needed|first)",
        stages=_OFFERED | {Stage.LOGIN},
    ),
    _Row(About.RELAY, r"relay|rcpthosts|non-accepted domain", stages=_OFFERED),
    _Row(About.RELAY, codes=r"7\.(?:54|64)", stages=_OFFERED),
    # The recipient, by texts that many servers use.
    _Row(
        About.RECIPIENT,
        r"recipient address rejected|(?:no such|unknown|invalid|nonexistent|non-existent|bad"
        r"|inactive"
        r"|disabled) (?:\w+ )?(?:user|recipient|mailbox|person|address|account|alias|domain"
        r"|destination)"
        r"|(?:user|recipient|mailbox|address|account|alias|domain|host|destination|rcpt)\b"
        r"[\w\s'’:<>@.-]{0,40}\b(?:unknown|not found|unavailable|not available|disabled|inactive"
        r"|does ?n['’o]t exist|does not exist|not exist|no longer|not known|invalid|rejected"
        r"|unrouteable)"
        r"|unrout|nobody (?:by|of|with) that name|no mailbox|not a valid (?:mailbox|recipient|user)"
        r"|not our (?:customer|user)|(?:mx|dns|domain) .{0,20}(?:not found|lookup fail|no such)",
        stages=_NAMED,
    ),
    _Row(
        About.CONTENT,
        r"\bspam|virus|malware|phish|infected|\bcontent|attachment|malformed|\bheader|unsolicited"
        r"|suspicious|looks like|line (?:is )?too long|\bmime\b|inappropriate",
        stages=frozenset({Stage.DATA, Stage.MESSAGE}),
    ),
    _Row(
        About.CONTENT, codes=r"6\.\d+|7\.(?:7|512)", stages=frozenset({Stage.DATA, Stage.MESSAGE})
    ),
    _Row(About.SERVER, codes=r"[34]\.\d+"),
)

_CODE = re.compile(r"(?m)^([245])\.(\d{1,3}\.\d{1,3})\b[ \t]*")
_ADDRESS = re.compile(r"[^\s<>@:,;()]+@[^\s<>@:,;()]+")


@dataclass(frozen=True, slots=True)
class _Compiled:
    about: About
    stages: frozenset[Stage]
    words: re.Pattern[str]
    codes: re.Pattern[str]


@lru_cache(maxsize=1)
def _compiled() -> tuple[_Compiled, ...]:
    # Compiled on first use: most workers never meet a refusal.
    return tuple(
        _Compiled(row.about, row.stages, re.compile(row.words), re.compile(row.codes or r".*"))
        for row in _TABLE
    )


def about(stage: Stage, text: str, *, sender: str = "", recipient: str = "") -> About:
    """Return the subject of a refusal at ``stage`` by the ``text`` of its reply, without the code.

    The addresses of the mail are masked before matching: a recipient may be called quota@.
    """
    found = _CODE.search(text)
    code = found[2] if found else ""
    words = " ".join(_CODE.sub("", text).split()).lower()
    for address, name in ((recipient, "<recipient>"), (sender, "<sender>")):
        if address:
            words = words.replace(f"<{address.lower()}>", name).replace(address.lower(), name)
    words = _ADDRESS.sub("<address>", words)
    for row in _compiled():
        if stage in row.stages and row.codes.fullmatch(code) and row.words.search(words):
            return row.about
    return About.UNCLEAR
