"""Limits of the sight of admins and support (U12)."""

from collections.abc import Sequence

from studio_tui.domain.audiences.audience import in_quotes
from studio_tui.domain.people.roles import Role
from studio_tui.domain.shared.dataclass import dataclass

LIMITED_ROLES = (Role.ADMIN, Role.SUPPORT)
"""Roles whose sight can be limited. Users with other roles see only their own data anyway."""
OUT_OF_SIGHT = (
    "That reaches beyond whom you may see: nothing was changed. "
    "Ask an admin who sees the whole organisation."
)
"""Message for every action that reaches beyond the actor's sight."""
NOT_ALONE = (
    "This push is not yours alone: it may be changed, closed or reopened by an admin who sees the "
    "whole organisation."
)
"""Message for changing a push with users who are outside the actor's sight."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The sight of a user."""

    user_id: int
    login: str
    name: str
    audience: str
    """Audience as text; empty: the whole organisation."""
    seen: int
    """Number of active users in sight."""
    of: int
    """Number of all active users."""

    @property
    def is_limited(self) -> bool:
        """Whether the sight is limited to a part of the organisation."""
        return bool(self.audience)


def scope_audience(teams: Sequence[str], departments: Sequence[str]) -> str:
    """Return the audience of all users in ``teams``, teams below them, or ``departments``."""
    parts = [
        *(f"team under {in_quotes(name)}" for name in teams),
        *(f"department {in_quotes(name)}" for name in departments),
    ]
    return " or ".join(parts)
