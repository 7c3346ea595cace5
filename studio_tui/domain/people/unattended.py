"""How much an import that nobody watches may do by itself (U10)."""

import re
from dataclasses import field
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.text import clean_line

_SHARE = re.compile(r"(\d{1,3}(?:[.,]\d{1,6})?) ?%", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)


class Limit(NamedTuple):
    """So many people, or such a share of them."""

    text: str
    """As somebody wrote it: ``2%`` or ``5``."""
    most: Fraction
    """The number, or the share, from 0 to 1."""
    is_share: bool

    def __str__(self) -> str:
        """As somebody wrote it."""
        return self.text

    def is_passed(self, count: int, of: int) -> bool:
        """Whether ``count`` people, out of ``of``, are more than this."""
        return count > (self.most * of if self.is_share else self.most)


def limit_called(text: str) -> Limit:
    """The limit that somebody wrote; raises ValueError for what is none."""
    text = text.strip()
    if found := _SHARE.fullmatch(text):
        share = Fraction(found[1].replace(",", ".")) / 100
        if share <= 1:
            return Limit(text, share, is_share=True)
    elif _NUMBER.fullmatch(text):
        return Limit(text, Fraction(int(text)), is_share=False)
    raise ValueError(
        f"“{clean_line(text)}” is no limit: write a share from 0% to 100%, as 2%, or a number of "
        "people, as 5."
    )


@dataclass(frozen=True, slots=True)
class Limits:
    """What an unattended import may do at most; beyond, it waits for an admin."""

    left: Limit = field(default=limit_called("2%"))
    """Whom it may mark as left, of those who are active."""
    refused: Limit = field(default=limit_called("1%"))
    """Which lines it may leave out because they are refused, of those of the file."""

    def why_wait(self, left: int, active: int, refused: int, lines: int) -> str:
        """Why an import that does so much waits; empty where it does not."""
        reasons = []
        if self.left.is_passed(left, active):
            share = _share(left, active)
            reasons.append(
                f"{left:,} of {active:,} active users{share} would be marked as left, more than "
                f"{self.left}"
            )
        if self.refused.is_passed(refused, lines):
            share = _share(refused, lines)
            reasons.append(
                f"{refused:,} of {lines:,} lines{share} are refused, more than {self.refused}"
            )
        return "; ".join(reasons)


def _share(count: int, of: int) -> str:
    return f" ({count / of:.1%})" if of else ""


class Fate(StrEnum):
    """What became of the file that was given last to an unattended import."""

    WAITS = "waits"
    IMPORTED = "imported"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class LastFile:
    """The file that was given last to an unattended import."""

    name: str
    digest: str
    """Of its content and of how it is read: the same file has the same."""
    fate: Fate
    at: datetime
    """When it came, or since when it waits."""
    by: str
    """The login by which it came."""
    why: str
    """Why it waits."""
    people: int
    """How many it would add, change or refuse, where it waits."""
    planned: bytes
    """What its dry run said, as `services.people.import_plan.ImportPlan.fingerprint`."""
    holds_until: date | None
    """The last day on which it says what it says, where somebody's last day is ahead in it."""

    @property
    def waits(self) -> bool:
        """Whether an admin has to decide about it."""
        return self.fate is Fate.WAITS

    def says_the_same(self, digest: str, today: date) -> bool:
        """Whether a file is this one, and says on ``today`` what it said."""
        past = self.holds_until is not None and today > self.holds_until
        return self.digest == digest and not past
