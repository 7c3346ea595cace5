"""To whom an admin's sight is limited, as it is kept (U12); `scope` says what it comes to."""

from typing import Any

from studio_tui.domain.audiences.audience import Audience, kept_audience, kept_text
from studio_tui.storage.engine.tables import UserScope

_S: Any = UserScope


def scope_of(user_id: int) -> str:
    """The audience to which the sight of somebody is limited, as text; empty: it is not."""
    return str(_S.select(_S.audience).where(_S.user == user_id).scalar() or "")


def kept_scope(user_id: int) -> Audience | None:
    """The same with the ids of what it names; None where it is not limited."""
    found = _S.select(_S.kept).where(_S.user == user_id).scalar()
    return kept_audience(found) if found else None


def keep_scope(user_id: int, audience: Audience | None) -> None:
    """Limit the sight of somebody to an audience; where there is none, no more."""
    _S.delete().where(_S.user == user_id).execute()
    if audience is not None:
        kept = kept_text(audience)
        UserScope.insert(user=user_id, audience=str(audience), kept=kept).execute()
