"""Queries of users: the list, and the details of one (U1, U4, P16)."""

from collections.abc import Sequence

from studio_tui.domain.outbox.notification import Notification, NotificationFilter
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.users import User, UserFilter
from studio_tui.domain.pushes.push import Assignment
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import NotFound
from studio_tui.domain.shared.list_source import Sort
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.services.system.listing import StoredSource
from studio_tui.storage.lists import text_search
from studio_tui.storage.outbox import notifications
from studio_tui.storage.people import users
from studio_tui.storage.pushes import assignments

_RECENT = 200


@dataclass(frozen=True, slots=True)
class Involvement:
    """The pushes that a user is in and the notifications they received (P16)."""

    user: User
    pushes: tuple[tuple[str, Assignment], ...]
    """The name of each push with the assignment, the newest first."""
    notifications: tuple[Notification, ...]
    """The newest first."""


def source(
    studio: Studio, actor: Actor, filter_: UserFilter, sort: Sort
) -> StoredSource[User, UserFilter]:
    """Return the users that match a filter."""
    require(actor, Action.READ_USERS)
    return listed(studio, filter_, sort)


def listed(studio: Studio, filter_: UserFilter, sort: Sort) -> StoredSource[User, UserFilter]:
    """Return the users that match a filter, without checking the right.

    For services that have checked it already.
    """
    return StoredSource(
        store=studio.store,
        listed=lambda: users.user_listing(filter_, sort),
        read=users.users_by_id,
        match=users.matching_users,
        count_of=users.count_selected,
    )


def show(studio: Studio, actor: Actor, user_id: int, most: int = _RECENT) -> Involvement:
    """Return a user with their pushes and their last ``most`` notifications (P16).

    Raises `NotFound`.
    """
    require(actor, Action.READ_USERS)
    with studio.store.reading():
        return _involvement(studio, user_id, most)


def find(studio: Studio, actor: Actor, login_or_email: str) -> Involvement:
    """Return the user with this login or address; raises `NotFound` with a similar one."""
    require(actor, Action.READ_USERS)
    with studio.store.reading():
        return _involvement(studio, naming.user_id_named(login_or_email))


def ids_named(studio: Studio, actor: Actor, names: Sequence[str]) -> list[int]:
    """Return the ids of these logins or addresses, each once.

    Raises `NotFound` with all unknown names.
    """
    require(actor, Action.READ_USERS)
    with studio.store.reading():
        return list(dict.fromkeys(naming.user_ids_named(names)))


def is_indexed(studio: Studio) -> bool:
    """Return whether a text index serves the filter; otherwise a filter scans all users."""
    with studio.store.reading():
        return text_search.is_indexed()


def every(studio: Studio, actor: Actor, filter_: UserFilter) -> list[User]:
    """Return all users that match a filter, sorted by name, for an export."""
    listed = source(studio, actor, filter_, Sort("name"))
    return list(listed.rows(0, listed.count()))


def _involvement(studio: Studio, user_id: int, most: int = _RECENT) -> Involvement:
    found = users.users_by_id([user_id])
    if not found:
        raise NotFound("This user is no longer there.")
    received = notifications.notification_listing(
        NotificationFilter(recipient_id=user_id), Sort("sent_at", descending=True), studio.now()
    )
    return Involvement(
        user=found[0],
        pushes=tuple(assignments.pushes_of(user_id, studio.today())),
        notifications=tuple(notifications.notifications_by_id(received.ids(0, most), studio.now())),
    )
