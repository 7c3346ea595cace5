"""The audience that limits a sight (U12), as a condition on users."""

from collections import defaultdict
from typing import Any

from peewee import SQL

from studio_tui.domain.audiences.audience import Audience, conditions_of, decode_audience
from studio_tui.domain.audiences.words import WORDS, ValueKind
from studio_tui.domain.shared.errors import Refused
from studio_tui.storage.audiences.conditions import audience_condition
from studio_tui.storage.audiences.names import NAMES_BY_ID
from studio_tui.storage.engine.expressions import NOBODY
from studio_tui.storage.engine.prepared import render_condition


def condition_of(kept: str) -> Any:
    """Return the condition on the users ``U`` of a stored audience.

    An audience that cannot be resolved any more, because it names a deleted team for example,
    matches nobody.
    """
    try:
        text, params = render_condition(_compiled(decode_audience(kept)))
    except (LookupError, ValueError, TypeError, Refused, RecursionError):
        return NOBODY
    return SQL(f"({text})", params)


def _compiled(audience: Audience) -> Any:
    """Return the condition; raises `LookupError` if it names a deleted team, push or user."""
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
