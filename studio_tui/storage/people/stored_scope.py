"""The stored scope that limits an admin's sight (U12); `scope` turns it into a condition."""

from typing import Any

from studio_tui.domain.audiences.audience import Audience, decode_audience, encode_audience
from studio_tui.domain.people.roles import Role
from studio_tui.storage.engine.expressions import U, column
from studio_tui.storage.engine.tables import UserScope
from studio_tui.storage.engine.unit import unlimited_sight

_S: Any = UserScope


def scope_of(user_id: int) -> str:
    """Return the audience that limits the sight of a user, as text; empty if it is unlimited."""
    return str(_S.select(_S.audience).where(_S.user == user_id).scalar() or "")


def scope_audience_of(user_id: int) -> Audience | None:
    """Return the same audience with the ids of its names; None if sight is unlimited."""
    found = _S.select(_S.kept).where(_S.user == user_id).scalar()
    return decode_audience(found) if found else None


def store_scope(user_id: int, audience: Audience | None) -> None:
    """Limit the sight of a user to an audience; None removes the limit."""
    _S.delete().where(_S.user == user_id).execute()
    if audience is not None:
        kept = encode_audience(audience)
        UserScope.insert(user=user_id, audience=str(audience), kept=kept).execute()


@unlimited_sight()
def active_admins() -> set[int]:
    """Return every active admin whose sight is not limited (U12)."""
    limited = _S.select(_S.user)
    return set(column(U.select(U.id).where(U.role == Role.ADMIN, U.active, U.id.not_in(limited))))
