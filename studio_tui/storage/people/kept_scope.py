"""To whom an admin's sight is limited, as it is kept (U12); `scope` says what it comes to."""

import json
from collections.abc import Mapping
from typing import Any

from studio_tui.domain.audiences.audience import Audience, kept_audience
from studio_tui.storage.engine.tables import UserScope

_S: Any = UserScope
Kept = Mapping[str, Any]
"""An audience as plain values, which JSON takes."""


def scope_of(user_id: int) -> str:
    """The audience to which the sight of somebody is limited, as text; empty: it is not."""
    return str(_S.select(_S.audience).where(_S.user == user_id).scalar() or "")


def kept_scope(user_id: int) -> Audience | None:
    """The same with the ids of what it names; None where it is not limited."""
    found = _S.select(_S.kept).where(_S.user == user_id).scalar()
    return kept_audience(found) if found else None


def keep_scope(user_id: int, audience: str, kept: Kept | None) -> None:
    """Limit the sight of somebody to an audience; where there is none, no more."""
    _S.delete().where(_S.user == user_id).execute()
    if kept is not None:
        UserScope.insert(user=user_id, audience=audience, kept=json.dumps(kept)).execute()
