"""Who of a selection of users is to be assigned to a push, and who is not (P12, P14).

Each is a condition on users as `storage.people.users` takes it.
"""

from typing import Any

from studio_tui.domain.outbox.kinds import Kind
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.shared.selection import Selection
from studio_tui.storage.engine.expressions import U
from studio_tui.storage.outbox.enqueue import told_before
from studio_tui.storage.people.users import chosen, user_condition


def to_add(push_id: int, selection: Selection[UserFilter]) -> Any:
    """Who is there, and not in the push yet."""
    return chosen(selection) & U.active & ~_in_push(push_id)


def already_in(push_id: int, selection: Selection[UserFilter]) -> Any:
    """Who is in the push already."""
    return chosen(selection) & _in_push(push_id)


def left(push_id: int, selection: Selection[UserFilter]) -> Any:
    """Who has left, and is not in the push."""
    return chosen(selection) & ~U.active & ~_in_push(push_id)


def never_told(push_id: int, users: Any) -> Any:
    """Those of ``users`` who were not told of the push before (N2)."""
    return users & ~told_before(push_id, Kind.ASSIGNED, U.id)


def _in_push(push_id: int) -> Any:
    return user_condition(UserFilter(push_id=push_id, include_left=True))
