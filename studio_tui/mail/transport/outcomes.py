"""Outcomes of one attempt to send one mail (N7), for the worker to act on."""

from collections.abc import Awaitable, Callable
from dataclasses import field
from enum import StrEnum
from typing import Protocol

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.mail.transport.refusals import About


@dataclass(frozen=True, slots=True)
class Delivered:
    """The server accepted the mail and is responsible for it from then on."""

    code: int
    words: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A permanent refusal.

    ``about`` tells whether it is about this mail only, or may be about all mail.
    """

    code: int | None
    """None if the mail cannot be sent by the Studio itself."""
    words: str
    about: About = field(default=About.RECIPIENT, compare=False)


@dataclass(frozen=True, slots=True)
class Deferred:
    """A temporary failure: the mail was tried and is to be tried again later."""

    code: int | None
    """None if the connection broke or the server did not answer in time."""
    words: str
    uncertain: bool = False
    """Whether the connection broke after the mail was sent: the server may have accepted it
    (N3)."""
    about: About = field(default=About.RECIPIENT, compare=False)
    refused: bool = field(default=False, compare=False)
    """Whether the refusal is permanent, although possibly not because of this mail."""


@dataclass(frozen=True, slots=True)
class Postponed:
    """A refusal that concerns all mail, although other mails are accepted: the mail waits (N13)."""

    code: int | None
    words: str


BY_TOKEN = "OAuth 2: "  # noqa: S105 - words
"""The prefix of messages about a refused token login. It is stored, because the settings may
change."""


class Fault(StrEnum):
    """A fault that keeps every mail from leaving."""

    UNREACHABLE = "unreachable"
    """No connection, no greeting, "come back later", or no server in the settings."""
    TLS = "tls"
    """No encrypted connection: TLS is not offered, or the certificate does not match."""
    LOGIN = "login"
    """The server refuses the login, or there is no password."""
    TOKEN = "token"  # noqa: S105 - the name of a fault
    """No token could be obtained for the login (OAuth 2)."""
    SENDER = "sender"
    """The server refuses the sender's address, for any recipient."""
    ACCOUNT = "account"
    """The server does not allow this account to send, for example because it is suspended."""
    QUOTA = "quota"
    """The sending limit of the account is reached."""
    NAME = "helo"
    """The server refuses the host name that the Studio gives in EHLO."""
    HOST = "host"
    """The server refuses the host that the mail comes from."""
    BUSY = "busy"
    """The server asks all senders to wait."""
    REFUSAL = "refusal"
    """The server refuses one mail after another, for any recipient."""


@dataclass(frozen=True, slots=True)
class RelayDown:
    """The server accepts no mail at the moment. No attempt of this mail is counted."""

    fault: Fault
    code: int | None
    words: str
    crowded: bool = field(default=False, compare=False)
    """Whether the server may have no room for this connection only, so that others can go on."""
    offered: bool = field(default=False, compare=False)
    """Whether the fault was reported when a mail was offered, and may be due to that mail."""


Outcome = Delivered | Rejected | Deferred | Postponed | RelayDown


ClearToSend = Callable[[], Awaitable[None]]


async def send_immediately() -> None:
    """A `ClearToSend` that permits sending at once."""


class Transport(Protocol):
    """A connection to a mail server, or a folder on this host, that accepts mails.

    A transport handles one mail at a time; a worker that sends concurrently uses several.
    """

    async def send(
        self,
        sender: str,
        recipient: str,
        message: bytes,
        clear_to_send: ClearToSend = send_immediately,
    ) -> Outcome:
        """Hand over ``message`` from one bare address to another.

        The content is sent only after ``clear_to_send`` returns; the recipient may be offered
        before. Raises nothing but cancellation.
        """
        ...

    async def close(self) -> None:
        """Close the connection to the server; the next `send` connects again."""
        ...
