"""Mail that comes back: what a mail to the bounce address says of one of ours (N15)."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from studio_tui.domain.shared.dataclass import dataclass


class ReturnKind(StrEnum):
    """What a mail is that somebody else's server, or a person, sent back."""

    BOUNCED = "bounced"
    """A mail of somebody's was not delivered, for good."""
    DELAYED = "delayed"
    """It is still being tried."""
    DELIVERED = "delivered"
    """It was delivered, or handed on to a server that reports nothing."""
    AUTOMATIC = "automatic"
    """A holiday note, or any other answer that a program wrote."""
    REPLY = "reply"
    """An answer that a person wrote."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Bounce:
    """Why a mail came back."""

    code: str
    """The status as the report gives it, ``5.1.1`` or ``550``; empty where it gives none."""
    words: str
    """On one line, cleaned; at most `LONGEST_WORDS` characters."""


LONGEST_WORDS = 500
"""So much is kept of what a report says."""


@dataclass(frozen=True, slots=True)
class ReturnedMail:
    """What was read of one mail."""

    kind: ReturnKind
    message_ids: tuple[str, ...] = ()
    """The Message-IDs, in angle brackets, by which the report may name the mail that it is about;
    the surest first. Only of what bounced."""
    bounce: Bounce = Bounce("", "")


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """A mail in a mailbox that was not read yet."""

    name: str
    """What its mailbox knows it by."""
    source: bytes | None
    """What there is to read of it; None where it cannot be read."""


@dataclass(frozen=True, slots=True)
class BouncesRead:
    """What reading some mail came to: of how many mails each."""

    kinds: Mapping[ReturnKind, int] = field(default_factory=dict)
    """By what they are."""
    marked: int = 0
    """Mails of the Studio that are shown as bounced from now on."""
    known: int = 0
    """Bounces of mail that was shown as bounced before."""
    foreign: int = 0
    """Bounces of what is no mail of this Studio."""
    unread: int = 0
    """What could not be read as a mail, or not at all."""

    @property
    def read(self) -> int:
        """How many mails were read."""
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
