"""Bounces: what a message in the bounce mailbox reports about a mail of the Studio (N15)."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from studio_tui.domain.shared.dataclass import dataclass


class ReturnKind(StrEnum):
    """The kind of a message in the bounce mailbox."""

    BOUNCED = "bounced"
    """A mail permanently failed."""
    DELAYED = "delayed"
    """Delivery of a mail is still being tried."""
    DELIVERED = "delivered"
    """A mail was delivered, or relayed to a server that sends no reports."""
    AUTOMATIC = "automatic"
    """An out-of-office note, or another automatic reply."""
    REPLY = "reply"
    """A reply that a person wrote."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Bounce:
    """The reason of a bounce."""

    code: str
    """Status code of the report, ``5.1.1`` or ``550``; empty if the report has none."""
    words: str
    """Explanation of the report, sanitised, on one line of at most `MAX_EXPLANATION` characters."""


MAX_EXPLANATION = 500
"""Maximum number of characters of a report's explanation that are stored."""


@dataclass(frozen=True, slots=True)
class ReturnedMail:
    """The result of parsing one message of the bounce mailbox."""

    kind: ReturnKind
    message_ids: tuple[str, ...] = ()
    """Message-IDs, in angle brackets, that the report may refer to; the most reliable first.

    Empty for messages that are not bounces.
    """
    bounce: Bounce = Bounce("", "")


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """An unread message in the bounce mailbox."""

    name: str
    """Identifier of the message in its mailbox."""
    source: bytes | None
    """Source of the message, or None if it cannot be read."""


@dataclass(frozen=True, slots=True)
class BouncesRead:
    """The result of reading the bounce mailbox, as numbers of messages."""

    kinds: Mapping[ReturnKind, int] = field(default_factory=dict)
    """Messages by their kind."""
    marked: int = 0
    """Mails of the Studio that were newly marked as bounced."""
    known: int = 0
    """Bounces of mails that were already marked as bounced."""
    foreign: int = 0
    """Bounces of mails that this Studio did not send."""
    unread: int = 0
    """Messages that could not be read or parsed."""

    @property
    def read(self) -> int:
        """How many messages were processed."""
        return sum(self.kinds.values()) + self.unread

    def __add__(self, other: "BouncesRead") -> "BouncesRead":
        kinds = {
            kind: number
            for kind in ReturnKind
            if (number := self.kinds.get(kind, 0) + other.kinds.get(kind, 0))
        }
        return BouncesRead(
            kinds,
            self.marked + other.marked,
            self.known + other.known,
            self.foreign + other.foreign,
            self.unread + other.unread,
        )
