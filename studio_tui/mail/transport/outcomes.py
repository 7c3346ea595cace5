"""What became of one try to send one mail (N7): values, for the worker to act on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from studio_tui.mail.transport.refusals import About


@dataclass(frozen=True, slots=True)
class Delivered:
    """The server took the mail and answers for it from here on."""

    code: int
    words: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """Permanent: about this mail alone where ``about`` says so, and maybe about all where that is
    unclear."""

    code: int | None
    """None where the Studio itself cannot send such a mail."""
    words: str
    about: About = field(default=About.RECIPIENT, compare=False)


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not now: this mail was tried and is to be tried again later."""

    code: int | None
    """None where the connection broke or the server did not answer in time."""
    words: str
    uncertain: bool = False
    """The connection broke after the mail was on its way: the server may have taken it (N3)."""
    about: About = field(default=About.RECIPIENT, compare=False)
    refused: bool = field(default=False, compare=False)
    """It was refused for good, though maybe not because of this mail."""


@dataclass(frozen=True, slots=True)
class Aside:
    """Refused for a reason that is about everybody, while others are taken: it waits (N13)."""

    code: int | None
    words: str


BY_TOKEN = "OAuth 2: "  # noqa: S105 - words
"""What the words of a refused login by token begin with: they are kept, the settings may change."""


class Fault(StrEnum):
    """What keeps every mail from leaving."""

    UNREACHABLE = "unreachable"
    """No connection, no greeting, "come back later", or the settings name no server."""
    TLS = "tls"
    """No protected connection: not offered, or a certificate that does not match."""
    LOGIN = "login"
    """The server refuses the login, or there is no password to log in with."""
    TOKEN = "token"  # noqa: S105 - the name of a fault
    """There is no token to log in with (OAuth 2)."""
    SENDER = "sender"
    """The server refuses the sender's address, whoever the mail is for."""
    ACCOUNT = "account"
    """The server does not let this account send: suspended, or not allowed to."""
    QUOTA = "quota"
    """The sending limit of the account is reached."""
    NAME = "helo"
    """The server refuses the name that the Studio gives itself (EHLO)."""
    HOST = "host"
    """The server refuses the machine that the mail comes from."""
    BUSY = "busy"
    """The server asks everybody to wait."""
    REFUSAL = "refusal"
    """The server refuses one mail after another, whoever they are for."""


@dataclass(frozen=True, slots=True)
class RelayDown:
    """The server takes no mail at all now: no try of this mail was made."""

    fault: Fault
    code: int | None
    words: str
    crowded: bool = field(default=False, compare=False)
    """It may be this connection alone that the server has no room for: others can go on."""
    offered: bool = field(default=False, compare=False)
    """It was said when a mail was offered, so that this mail may have to do with it."""


Outcome = Delivered | Rejected | Deferred | Aside | RelayDown


ClearToSend = Callable[[], Awaitable[None]]


async def at_once() -> None:
    """A message need not wait."""


class Transport(Protocol):
    """What takes mails away: a connection to a mail server, or a folder on this machine.

    One transport takes one mail at a time; a worker that wants more at once has several.
    """

    async def send(
        self, sender: str, recipient: str, message: bytes, clear_to_send: ClearToSend = at_once
    ) -> Outcome:
        """Hand over ``message`` from one bare address to another, once it is ``clear_to_send``: its
        recipient can be offered before. Raises nothing but cancellation."""
        ...

    async def close(self) -> None:
        """Take leave of the server; `send` afterwards connects again."""
        ...
