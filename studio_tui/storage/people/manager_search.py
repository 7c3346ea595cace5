"""Search for people by the names of their managers (S5, U4)."""

from studio_tui.domain.people.users import full_name
from studio_tui.domain.shared.text import fold_search
from studio_tui.storage.engine.expressions import U, stored
from studio_tui.storage.engine.tables import CoachingTable, TeamLeader
from studio_tui.storage.lists.text_search import text_condition
from studio_tui.storage.people.managers import managed_by_any

_LEAST = 3
"""Minimum length of a word that is searched for among managers."""
_MOST = 300
"""Maximum number of managers with a word in their names: a more common word is ignored."""


def managers_named(word: str) -> list[int]:
    """Return the active users who lead or coach somebody and have ``word`` in their name."""
    wanted = fold_search(word)
    if len(wanted) < _LEAST:
        return []
    leads = TeamLeader.select(TeamLeader.user) | CoachingTable.select(CoachingTable.coach)
    named = U.select(U.id, U.given_name, U.family_name).where(
        text_condition(U, word), U.active, U.id.in_(leads)
    )
    found = [
        user_id
        for user_id, given, family in named.limit(_MOST + 1).tuples()
        if wanted in fold_search(full_name(given, family))
    ]
    return found if len(found) <= _MOST else []


def managed_by_named(word: str) -> list[int]:
    """Return the users managed by somebody with ``word`` in their name."""
    found = managers_named(word)
    # Evaluated once here: as a subquery it would run for every row, and again for the count.
    return [user_id for (user_id,) in stored(managed_by_any(found))] if found else []
