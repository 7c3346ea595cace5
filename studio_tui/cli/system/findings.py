"""What `doctor` finds."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from studio_tui.domain.shared.dataclass import dataclass


class Verdict(StrEnum):
    """How something is."""

    OK = "ok"
    LIMITED = "limited"
    """The Studio can be used, but something does not happen."""
    BROKEN = "broken"
    """Work stops here."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    health: Verdict
    message: str
    """What is, and what to do where it is not as it should be."""
    facts: Mapping[str, Any] | None = None
    """The same for programs, where there is more to it than whether it works."""
