"""To whom an admin's sight is limited (U12): keeping it, and what it comes to."""

from collections.abc import Collection, Iterable
from contextlib import AbstractContextManager
from typing import Any

from studio_tui.domain.people.scope import BEYOND, LIMITED_ROLES, NOT_ALONE
from studio_tui.domain.shared.errors import Refused
from studio_tui.storage.engine.expressions import EVERYBODY, C, U, both, count
from studio_tui.storage.engine.sight import OF_WHOLE_PUSH
from studio_tui.storage.engine.sql import Clause, expression, rendered, rows
from studio_tui.storage.engine.sql import among as among_text
from studio_tui.storage.engine.tables import UserScope
from studio_tui.storage.engine.unit import current_limit, whole
from studio_tui.storage.people.managers import managed_by

_S: Any = UserScope


def for_everybody() -> AbstractContextManager[None]:
    """What is done inside is done to whoever it concerns, seen or not: what follows from an act on
    those whom its actor sees."""
    return whole()


def is_limited() -> bool:
    """Whether this unit of work sees a part of the organisation alone."""
    limit = current_limit()
    return limit is not None and limit.condition is not None


def whom_sees(user_id: int, *, and_own: bool) -> Clause | None:
    """The condition that holds of the users ``u`` whom somebody sees; None for everybody.

    ``and_own`` takes in themself, whom they manage and with whom they hold conversations.
    """
    found = _S.select(_S.kept).join(U, on=U.id == _S.user)
    kept = found.where(U.id == user_id, U.role.in_(LIMITED_ROLES)).scalar()
    if kept is None:
        return None
    # Most see everybody, and do not wait until what reads audiences is imported.
    from studio_tui.storage.audiences.scopes import condition_of

    seen = condition_of(kept)
    if not and_own:
        return seen
    own = rendered(
        (U.id == user_id)
        | U.id.in_(managed_by(user_id))
        | U.id.in_(C.select(C.user).where(C.conductor == user_id))
        | U.id.in_(C.select(C.conductor).where(C.user == user_id))
    )
    return Clause(f"(({seen.text}) OR {own.text})", (*seen.params, *own.params))


def count_within(condition: Clause | None) -> int:
    """How many have not left of whom a condition holds; with None, of all."""
    seen = EVERYBODY if condition is None else expression(condition)
    return count(U.select().where(both(U.active, seen)))


def require_within(lines: Iterable[int]) -> None:
    """Raise `Refused` where lines of activity of this unit of work are about somebody beyond whom
    it sees, or about a push as a whole that others are in: nothing of an act reaches beyond."""
    if not is_limited():
        return
    written = among_text("l.id", lines)
    beyond = (
        "SELECT 1 FROM every_activity l JOIN every_activity_user x ON x.activity_id = l.id "
        f"WHERE {written.text} AND x.user_id NOT IN (SELECT id FROM users) LIMIT 1"
    )
    if rows(beyond, *written.params):
        raise Refused(BEYOND)
    shared = (
        "SELECT 1 FROM every_activity l JOIN every_assignment x ON x.push_id = l.push_id "
        f"WHERE {written.text} AND l.action IN ({OF_WHOLE_PUSH}) "
        "AND x.user_id NOT IN (SELECT id FROM users) LIMIT 1"
    )
    if rows(shared, *written.params):
        raise Refused(NOT_ALONE)


def require_whole_teams(keys: Collection[str]) -> None:
    """Raise `Refused` where somebody beyond whom this unit of work sees is in one of the teams of
    these keys, or below: who leads it, they are asked by."""
    if not keys or not is_limited():
        return
    wanted = among_text("t.path_key", keys)
    beyond = (
        f"WITH RECURSIVE below(id) AS (SELECT t.id FROM every_team t WHERE {wanted.text} "
        "UNION SELECT t.id FROM every_team t JOIN below b ON t.parent_id = b.id) "
        "SELECT 1 FROM (SELECT user_id, team_id FROM every_team_member "
        "UNION ALL SELECT user_id, team_id FROM every_team_leader) x "
        "WHERE x.team_id IN (SELECT id FROM below) AND x.user_id NOT IN (SELECT id FROM users) "
        "LIMIT 1"
    )
    if rows(beyond, *wanted.params):
        raise Refused(BEYOND)
