"""Numbers of mails that were sent, failed or were dropped, maintained by triggers.

The triggers are in the migration ``0033_outbox_count``.
"""

from typing import Any

from peewee import Table, fn

from studio_tui.domain.outbox.notification import UNSENT, WAITING, NotificationState
from studio_tui.storage.engine.expressions import COUNTED, N
from studio_tui.storage.engine.unit import current_database, is_sqlite
from studio_tui.storage.people.scope import is_limited

_SETTLED = tuple(state for state in NotificationState if state not in (*UNSENT, *WAITING))
_KEPT: Any = Table("outbox_count", ("state", "number"))
_MANY = 200
"""Number of rows above which they are summed up."""


def settled() -> dict[NotificationState, int]:
    """Return the number of notifications in each final state; a state without any is missing."""
    if is_limited():
        # The stored numbers are those of the whole organisation.
        seen = N.select(N.state, COUNTED).where(N.state.in_(_SETTLED)).group_by(N.state)
        return {NotificationState(state): number for state, number in seen.tuples()}
    kept = _KEPT.select(_KEPT.state, fn.SUM(_KEPT.number)).group_by(_KEPT.state).tuples()
    found = kept.execute(current_database())
    return {NotificationState(state): int(number) for state, number in found if number}


def sum_up() -> None:
    """Sum up the rows if there are many. On PostgreSQL each settling statement adds one.

    Rows that other transactions add concurrently stay.
    """
    if is_sqlite():
        return
    database = current_database()
    if _KEPT.select(COUNTED).scalar(database) <= _MANY:
        return
    gone = _KEPT.delete().returning(_KEPT.state, _KEPT.number).tuples().execute(database)
    numbers = dict.fromkeys(_SETTLED, 0)
    for state, number in gone:
        numbers[state] += number
    _KEPT.insert(list(numbers.items()), columns=[_KEPT.state, _KEPT.number]).execute(database)
