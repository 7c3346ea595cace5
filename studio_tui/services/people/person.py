"""One person, with all that one acts on there (S3)."""

from dataclasses import dataclass

from studio_tui.domain.conversations.conversation import Conversation, HistoryFilter
from studio_tui.domain.outbox.notification import Notification, NotificationState
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.users import User
from studio_tui.domain.pushes.push import Assignment
from studio_tui.domain.shared.errors import NotFound
from studio_tui.domain.shared.list_source import Sort
from studio_tui.services.conversations.overview import history
from studio_tui.services.people import users
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import (
    ActivityFilter,
    ActivityLine,
    activity_lines,
)
from studio_tui.storage.people import users as people

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
