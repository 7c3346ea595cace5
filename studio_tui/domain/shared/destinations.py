"""Where one can go in the Studio: a destination is a value, and no screen.

A screen asks the app to go to one (`StudioApp.go_to`); `tui.router` alone knows which screen that
is. So a screen of one feature opens those of others without importing them.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio_tui.domain.outbox.notification import NotificationFilter
    from studio_tui.domain.pushes.push import AssignmentFilter
    from studio_tui.domain.pushes.push import Push as PushAsRead
    from studio_tui.domain.shared.selection import Selection


@dataclass(frozen=True, slots=True)
class Today:
    """What needs somebody (S1)."""


@dataclass(frozen=True, slots=True)
class Templates:
    """All templates."""


@dataclass(frozen=True, slots=True)
class Pushes:
    """All pushes."""


@dataclass(frozen=True, slots=True)
class Users:
    """Everybody the Studio knows."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """The mail; where there is a filter, only what it matches."""

    filter: "NotificationFilter | None" = None


@dataclass(frozen=True, slots=True)
class Activity:
    """Who did what."""


@dataclass(frozen=True, slots=True)
class MyConversations:
    """What waits for the reader as a leader, a coach or a user (C1)."""


@dataclass(frozen=True, slots=True)
class Push:
    """A push, at one of its tabs; where there is a filter, only those of its people whom it
    matches."""

    id: int
    tab: str = "users"
    filter: "AssignmentFilter | None" = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody's page (S3)."""

    id: int


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, by the id of its notification."""

    id: int


@dataclass(frozen=True, slots=True)
class SentAgain:
    """What sending failed mail once more would send (P14)."""

    chosen: "Selection[NotificationFilter]"


@dataclass(frozen=True, slots=True)
class Remind:
    """The preview of reminding people of a push; ends with True once they are reminded (P15)."""

    push: "PushAsRead"
    chosen: "Selection[AssignmentFilter]"
    whom: str
    """Who they are, in words."""


@dataclass(frozen=True, slots=True)
class ImportUsers:
    """Importing users from a file."""


Destination = (
    Today
    | Templates
    | Pushes
    | Users
    | Outbox
    | Activity
    | MyConversations
    | Push
    | Person
    | Mail
    | SentAgain
    | Remind
    | ImportUsers
)
