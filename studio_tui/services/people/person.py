"""One person, with all that one acts on there (S3), and the correction of their address (U8)."""

from dataclasses import dataclass

from studio_tui.domain.conversations.conversation import Conversation, HistoryFilter
from studio_tui.domain.outbox.notification import Notification, NotificationState
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.hr_file import key
from studio_tui.domain.people.users import User
from studio_tui.domain.pushes.push import Assignment
from studio_tui.domain.shared.addresses import clear_address, why_no_address
from studio_tui.domain.shared.errors import Conflict, Invalid, NotFound, NothingToDo
from studio_tui.domain.shared.list_source import Sort
from studio_tui.services.conversations.overview import history
from studio_tui.services.people import users
from studio_tui.services.pushes.pushes import cause_of
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import (
    ActivityFilter,
    ActivityLine,
    about_users,
    activity_lines,
    write_activity,
)
from studio_tui.storage.outbox import invitations
from studio_tui.storage.people import import_read
from studio_tui.storage.people import users as people
from studio_tui.storage.people.import_write import Write, write

CHANGED = "changed user"
"""What the activity calls a change by hand."""
_RECENT = 200


@dataclass(frozen=True, slots=True)
class Person:
    """Everything about one person, the newest first, at most two hundred of each."""

    user: User
    """With the managers, and why they are."""
    pushes: tuple[tuple[str, Assignment], ...]
    """The name of each push with what became of it."""
    mails: tuple[Notification, ...]
    changes: tuple[ActivityLine, ...]
    conversations: tuple[Conversation, ...]
    """Those that are over; nothing of what was said."""

    @property
    def failed(self) -> tuple[Notification, ...]:
        """The mail that failed."""
        return tuple(each for each in self.mails if each.state is NotificationState.FAILED)


@dataclass(frozen=True, slots=True)
class AddressChanged:
    """What correcting an address did."""

    user: User
    before: str
    """The address until now."""
    told: int
    """How many invitations go to the new address, or are taken back at the old one (C5)."""
    failed: int
    """How many mails to the person failed before: they can be sent again."""


def show(studio: Studio, actor: Actor, user_id: int) -> Person:
    """A person, by id; raises `NotFound`."""
    require(actor, Action.READ_USERS)
    with studio.store.reading():
        if not people.users_by_id([user_id]):
            raise NotFound("This user is no longer there.")
    found = users.show(studio, actor, user_id)
    held = history(studio, actor, HistoryFilter(user_id=user_id), Sort("at", descending=True))
    conversations = held.rows(0, _RECENT)
    with studio.store.reading():
        changes = activity_lines(ActivityFilter(user_id=user_id), _RECENT)
    return Person(
        found.user, found.pushes, found.notifications, tuple(changes), tuple(conversations)
    )


def set_address(
    studio: Studio, actor: Actor, user_id: int, address: str, *, was: str | None = None
) -> AddressChanged:
    """Correct the address of somebody, as an import that knows the new one does (U8).

    Whoever is invited to what lies ahead is invited at the new address, and no longer at the old.
    Raises `Invalid` with the field ``email`` for what is no address or somebody else's, `Conflict`
    where the address is not ``was`` any more (A4), `NothingToDo` where it is so already.
    """
    require(actor, Action.CORRECT_ADDRESSES)
    wanted = clear_address(address)
    if reason := why_no_address(wanted):
        raise Invalid({"email": reason})
    with studio.store.writing():
        import_read.lock_users()
        before = import_read.profiles([user_id]).get(user_id)
        if before is None:
            raise NotFound("This user is no longer there.")
        if was is not None and before.email != was:
            raise Conflict(
                f"Somebody else changed the address in the meantime: it is {before.email}."
            )
        if before.email == wanted:
            raise NothingToDo(f"The address of {before.name} is {wanted} already.")
        _require_free(user_id, wanted)
        after = before._replace(email=wanted)
        written = write((), [Write(user_id, before, after)], iter)
        line = write_activity(
            actor,
            studio.now(),
            CHANGED,
            before.login,
            before={"email": before.email},
            after={"email": wanted},
        )
        about_users(line, written)
        told = invitations.follow_addresses(cause_of(studio, line))
    found = users.show(studio, actor, user_id)
    failed = sum(each.state is NotificationState.FAILED for each in found.notifications)
    return AddressChanged(found.user, before.email, told, failed)


def _require_free(user_id: int, address: str) -> None:
    """Raise `Invalid` where the address, or a login that reads so, is somebody else's (U1)."""
    others = [
        other for other in people.ids_of_names([address]).get(key(address), ()) if other != user_id
    ]
    for other in people.users_by_id(others):
        raise Invalid({"email": f"{address} is {other.name} ({other.login})"})
