"""Members of an audience (P13)."""

from collections.abc import Collection

from studio_tui.domain.audiences.audience import Audience
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.services.system.context import Studio
from studio_tui.storage.audiences.conditions import count_in, matching_ids


def members_among(
    studio: Studio, actor: Actor, audience: Audience, user_ids: Collection[int]
) -> frozenset[int]:
    """Return which of the given users are in an audience whose names are resolved."""
    require(actor, Action.READ_USERS)
    with studio.store.reading():
        return frozenset(matching_ids(audience, user_ids))


def count(studio: Studio, actor: Actor, audience: Audience) -> int:
    """Return the number of users in an audience.

    Users who have left are counted only if the audience has a condition about them.
    """
    require(actor, Action.READ_USERS)
    with studio.store.reading():
        return count_in(audience)
