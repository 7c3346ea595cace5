"""The users of a selection who are to be assigned to a push, and those who are not (P12, P14).

Each function returns a condition on users as `storage.people.users` accepts it.
"""

from typing import Any

from studio_tui.domain.outbox.kinds import Kind
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.shared.selection import Selection
from studio_tui.storage.engine.expressions import U
from studio_tui.storage.outbox.enqueue import was_notified
from studio_tui.storage.people.users import chosen, user_condition


def to_add(push_id: int, selection: Selection[UserFilter]) -> Any:
    """Return the condition of active users who are not in the push yet."""
    return chosen(selection) & U.active & ~_in_push(push_id)


def already_in(push_id: int, selection: Selection[UserFilter]) -> Any:
    """Return the condition of users who are in the push already."""
    return chosen(selection) & _in_push(push_id)


def left(push_id: int, selection: Selection[UserFilter]) -> Any:
    """Return the condition of users who have left and are not in the push."""
    return chosen(selection) & ~U.active & ~_in_push(push_id)


def never_notified(push_id: int, users: Any) -> Any:
    """Return the condition of those of ``users`` who were never notified of the push (N2)."""
    return users & ~was_notified(push_id, Kind.ASSIGNED, U.id)


def _in_push(push_id: int) -> Any:
    return user_condition(UserFilter(push_id=push_id, include_left=True))
