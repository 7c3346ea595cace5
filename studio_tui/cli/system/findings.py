"""The findings of `doctor`."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from studio_tui.domain.shared.dataclass import dataclass


class Verdict(StrEnum):
    """The result of a check."""

    OK = "ok"
    LIMITED = "limited"
    """The Studio can be used, but a part of it does not work."""
    BROKEN = "broken"
    """The Studio cannot be used until this is repaired."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check of `doctor`."""

    name: str
    health: Verdict
    message: str
    """What was found, and what to do if it is not in order."""
    facts: Mapping[str, Any] | None = None
    """Details of the finding for programs; None if the message says all."""
