"""To whom the sight of an admin is limited (U12)."""

from collections.abc import Sequence

from studio_tui.domain.audiences.audience import in_quotes
from studio_tui.domain.people.roles import Role
from studio_tui.domain.shared.dataclass import dataclass

LIMITED_ROLES = (Role.ADMIN, Role.SUPPORT)
"""Whose sight can be limited: who is neither sees their own part alone."""
BEYOND = (
    "That reaches beyond whom you may see: nothing was changed. "
    "Ask an admin who sees the whole organisation."
)
"""What is said of an act, whatever it was that lay beyond."""
NOT_ALONE = (
    "This push is not yours alone: it may be changed, closed or reopened by an admin who sees the "
    "whole organisation."
)
"""What is said of changing a push that others are in whom one does not see."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom somebody sees."""

    user_id: int
    login: str
    name: str
    audience: str
    """Readable as text; empty: the whole organisation."""
    seen: int
    """How many they see who have not left."""
    of: int
    """How many there are who have not left."""

    @property
    def is_limited(self) -> bool:
        """Whether they do not see the whole organisation."""
        return bool(self.audience)


def asked_for(teams: Sequence[str], departments: Sequence[str]) -> str:
    """The audience of who is in one of ``teams``, or below it, or in one of ``departments``."""
    parts = [
        *(f"team under {in_quotes(name)}" for name in teams),
        *(f"department {in_quotes(name)}" for name in departments),
    ]
    return " or ".join(parts)
