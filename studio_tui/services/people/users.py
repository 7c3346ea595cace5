"""Users: the list, and one of them (U1, U4, P16)."""

from collections.abc import Sequence
from dataclasses import dataclass

from studio_tui.domain.outbox.notification import Notification, NotificationFilter
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.users import User, UserFilter
from studio_tui.domain.pushes.push import Assignment
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
    """Which pushes somebody is in, and what they have received (P16)."""

    user: User
    pushes: tuple[tuple[str, Assignment], ...]
    """The name of each push with what became of it, the newest first."""
    notifications: tuple[Notification, ...]
    """The newest first."""


def source(
    studio: Studio, actor: Actor, filter_: UserFilter, sort: Sort
) -> StoredSource[User, UserFilter]:
    """The users that a filter matches."""
    require(actor, Action.READ_USERS)
    return listed(studio, filter_, sort)


def listed(studio: Studio, filter_: UserFilter, sort: Sort) -> StoredSource[User, UserFilter]:
    """The users that a filter matches, for services that have asked for the right already."""
    return StoredSource(
        store=studio.store,
        listed=lambda: users.user_listing(filter_, sort),
        read=users.users_by_id,
        match=users.matching_users,
        count_of=users.count_selected,
    )


def show(studio: Studio, actor: Actor, user_id: int, most: int = _RECENT) -> Involvement:
    """A user, the pushes they are in and the mail they were sent, the last ``most`` of them (P16);
    raises `NotFound`."""
    require(actor, Action.READ_USERS)
    with studio.store.reading():
        return _involvement(studio, user_id, most)


def find(studio: Studio, actor: Actor, login_or_email: str) -> Involvement:
    """The user of this login or address; raises `NotFound` with a near miss."""
    require(actor, Action.READ_USERS)
    with studio.store.reading():
        return _involvement(studio, naming.user_id_named(login_or_email))


def ids_named(studio: Studio, actor: Actor, names: Sequence[str]) -> list[int]:
    """The users of these logins or addresses, each once; raises `NotFound` naming all unknown."""
    require(actor, Action.READ_USERS)
    with studio.store.reading():
        return list(dict.fromkeys(naming.user_ids_named(names)))


def is_indexed(studio: Studio) -> bool:
    """Whether an index serves what is typed into a filter; else everybody is looked through."""
    with studio.store.reading():
        return text_search.is_indexed()


def every(studio: Studio, actor: Actor, filter_: UserFilter) -> list[User]:
    """All users that a filter matches, by name: for export."""
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
