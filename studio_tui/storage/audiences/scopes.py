"""What the audience to whom a sight is limited (U12) comes to as a condition on users."""

from collections import defaultdict
from typing import Any

from peewee import SQL

from studio_tui.domain.audiences.audience import Audience, conditions_of, kept_audience
from studio_tui.domain.audiences.words import WORDS, ValueKind
from studio_tui.domain.shared.errors import Refused
from studio_tui.storage.audiences.conditions import audience_condition
from studio_tui.storage.audiences.names import NAMES_BY_ID
from studio_tui.storage.engine.expressions import NOBODY
from studio_tui.storage.engine.prepared import written


def condition_of(kept: str) -> Any:
    """The condition on the users ``U`` of an audience as it is kept. What cannot be understood any
    more, as one that names a team which is gone, holds of nobody."""
    try:
        text, params = written(_compiled(kept_audience(kept)))
    except (LookupError, ValueError, TypeError, Refused, RecursionError):
        return NOBODY
    return SQL(f"({text})", params)


def _compiled(audience: Audience) -> Any:
    """The condition; raises `LookupError` where it names a team, push or user that is gone."""
    meant = defaultdict[ValueKind, set[int]](set)
    for condition in conditions_of(audience):
        kind = WORDS[condition.word].names
        if kind is None or kind not in NAMES_BY_ID:
            continue
        ids = {name.id for name in condition.names if name.id is not None}
        if len(ids) < len(condition.names):
            raise LookupError(condition.word)
        meant[kind] |= ids
    for kind, ids in meant.items():
        if NAMES_BY_ID[kind](ids).keys() < ids:
            raise LookupError(kind)
    return audience_condition(audience)
