"""Limits of unattended imports (U10)."""

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
    """A maximum number of people, or a maximum share."""

    text: str
    """Limit as the user wrote it: ``2%`` or ``5``."""
    most: Fraction
    """The number, or the share, from 0 to 1."""
    is_share: bool

    def __str__(self) -> str:
        """Return the limit as the user wrote it."""
        return self.text

    def is_passed(self, count: int, of: int) -> bool:
        """Return whether ``count`` people, out of ``of``, exceed the limit."""
        return count > (self.most * of if self.is_share else self.most)


def parse_limit(text: str) -> Limit:
    """Parse a limit. Raises ValueError with a message for the user."""
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
    """The limits of an unattended import. If it exceeds one, it waits for an admin."""

    left: Limit = field(default=parse_limit("2%"))
    """Maximum number or share of active users to mark as left."""
    refused: Limit = field(default=parse_limit("1%"))
    """Maximum number or share of lines of the file that may be refused."""

    def why_wait(self, left: int, active: int, refused: int, lines: int) -> str:
        """Return which limits an import exceeds; empty if it may proceed."""
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


class FileOutcome(StrEnum):
    """The result of the latest file of the unattended import."""

    WAITS = "waits"
    IMPORTED = "imported"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class LastFile:
    """The latest file of the unattended import."""

    name: str
    digest: str
    """Digest of the content and of the import options; equal for the same file."""
    fate: FileOutcome
    at: datetime
    """When the file was processed, or since when it waits."""
    by: str
    """Login of the user who ran the import."""
    why: str
    """Reason for waiting."""
    people: int
    """Number of people that the waiting import would add, change or refuse."""
    planned: bytes
    """Result of its dry run, as `services.people.import_plan.ImportPlan.fingerprint`."""
    holds_until: date | None
    """Last day on which the result stays the same, if the file has a last day in the future.

    None if it has none.
    """

    @property
    def waits(self) -> bool:
        """Whether an admin has to decide on the import."""
        return self.fate is FileOutcome.WAITS

    def says_the_same(self, digest: str, today: date) -> bool:
        """Return whether a file with this digest has the same result on ``today``."""
        past = self.holds_until is not None and today > self.holds_until
        return self.digest == digest and not past
