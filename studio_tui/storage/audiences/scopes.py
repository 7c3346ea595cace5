"""What the audience to whom a sight is limited (U12) comes to as a condition on users."""

from studio_tui.domain.audiences.audience import Audience, conditions_of, kept_audience
from studio_tui.domain.audiences.words import WORDS
from studio_tui.domain.shared.errors import Refused
from studio_tui.storage.audiences.conditions import audience_condition
from studio_tui.storage.audiences.names import NAMES_BY_ID
from studio_tui.storage.engine.sql import Clause, rendered

_NOBODY = Clause("1 = 0")


def condition_of(kept: str) -> Clause:
    """The condition on the users ``u`` of an audience as it is kept. What cannot be understood any
    more, as one that names a team which is gone, holds of nobody."""
    try:
        return _compiled(kept_audience(kept))
    except (LookupError, ValueError, TypeError, Refused, RecursionError):
        return _NOBODY


def _compiled(audience: Audience) -> Clause:
    """The condition; raises `LookupError` where it names a team, push or user that is gone."""
    for condition in conditions_of(audience):
        kind = WORDS[condition.word].names
        if kind is None or kind not in NAMES_BY_ID:
            continue
        ids = {name.id for name in condition.names if name.id is not None}
        if len(ids) < len(condition.names) or NAMES_BY_ID[kind](ids).keys() < ids:
            raise LookupError(condition.word)
    return rendered(audience_condition(audience))
