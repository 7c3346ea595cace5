"""Where one can go in the Studio: a destination is a value, and no screen.

A screen asks the app to go to one (`StudioApp.go_to`); `tui.router` alone knows which screen that
is. So a screen of one feature opens those of others without importing them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio_tui.domain.conversations.conversation import Ask
    from studio_tui.domain.outbox.notification import NotificationFilter
    from studio_tui.domain.pushes.groups import By, GroupKey
    from studio_tui.domain.pushes.push import AssignmentFilter
    from studio_tui.domain.pushes.push import Push as PushAsRead
    from studio_tui.domain.shared.selection import Selection
    from studio_tui.domain.templates.library import LibraryTopic
    from studio_tui.domain.templates.template import Definition
    from studio_tui.domain.templates.template import Template as TemplateAsRead


@dataclass(frozen=True, slots=True)
class Today:
    """What needs somebody (S1)."""


@dataclass(frozen=True, slots=True)
class Templates:
    """All templates."""


@dataclass(frozen=True, slots=True)
class Pushes:
    """All pushes; those that were just ``created`` stand out there (P2)."""

    created: "tuple[PushAsRead, ...]" = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Users:
    """Everybody the Studio knows, or only who is ``to_erase`` soon (U13)."""

    to_erase: bool = False


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
class Calendar:
    """What happens on which day of the coming year (P17)."""


@dataclass(frozen=True, slots=True)
class OpenGroups:
    """The people of all open pushes by manager, team, department or language (S2)."""

    by: "By"


@dataclass(frozen=True, slots=True)
class OpenPeople:
    """Those of one group, which is called ``name``, in all open pushes (S2)."""

    group: "GroupKey"
    name: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody's page (S3)."""

    id: int


@dataclass(frozen=True, slots=True)
class EditPerson:
    """Changing somebody by hand; without an id, adding somebody (U8)."""

    id: int | None = None


@dataclass(frozen=True, slots=True)
class Teams:
    """All teams, as a tree (U2)."""


@dataclass(frozen=True, slots=True)
class Team:
    """One team with who is in it."""

    id: int


@dataclass(frozen=True, slots=True)
class EditTeam:
    """Changing a team by hand; without an id, adding one ``under`` the team of this path (U8)."""

    id: int | None
    under: str = ""


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
    """The preview of reminding people of a push, or where there is none of all open pushes; ends
    with True once they are reminded (P15)."""

    push: "PushAsRead | None"
    chosen: "Selection[AssignmentFilter]"
    whom: str
    """Who they are, in words."""


@dataclass(frozen=True, slots=True)
class RemindManagers:
    """The same for managers alone, names by id (S2)."""

    push: "PushAsRead | None"
    managers: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Assign:
    """Choosing who is in a push (P3)."""

    push: "PushAsRead"


@dataclass(frozen=True, slots=True)
class SetUpPushes:
    """Setting up pushes of a template; ends with those created, or None (P1)."""

    template: "TemplateAsRead"


@dataclass(frozen=True, slots=True)
class ImportUsers:
    """Importing users from a file."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The desk of changes, of one push where it is given (U7)."""

    push_id: int | None = None


@dataclass(frozen=True, slots=True)
class WaitingImport:
    """The unattended import that waits, with its dry run (U10)."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation, with what the reader may read of it (C6)."""

    id: int


@dataclass(frozen=True, slots=True)
class PlanConversation:
    """Planning a conversation with a user: what ``ask`` names, or whatever can be planned; with
    ``conversation_id``, moving that one (C2, C5)."""

    user_id: int
    name: str
    ask: "Ask | None" = None
    conversation_id: int | None = None


@dataclass(frozen=True, slots=True)
class History:
    """The conversations that are over, of a user; without one, of everybody (C6)."""

    user_id: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """One template, to be read (T6)."""

    template: "TemplateAsRead"


@dataclass(frozen=True, slots=True)
class EditTemplate:
    """Writing a template, or a new one; ends with what was saved last."""

    template: "TemplateAsRead | None"


@dataclass(frozen=True, slots=True)
class TemplateAsText:
    """Writing a template as text (T7)."""

    template: "TemplateAsRead"


@dataclass(frozen=True, slots=True)
class PreviewTemplate:
    """How a conversation by a template would go (T6)."""

    definition: "Definition"


@dataclass(frozen=True, slots=True)
class TemplateVersions:
    """What a template was before (T5)."""

    template: "TemplateAsRead"


@dataclass(frozen=True, slots=True)
class QuestionLibrary:
    """The questions that templates are made of (T2)."""


@dataclass(frozen=True, slots=True)
class EditTopic:
    """Writing a topic of the library, or a new one; ends with what was saved last."""

    topic: "LibraryTopic | None"


@dataclass(frozen=True, slots=True)
class TakeFromLibrary:
    """Choosing out of the library what is not in ``definition`` yet; ends with a `Chosen`, or None.

    ``whole``: whether topics as a whole are offered too.
    """

    topics: "tuple[LibraryTopic, ...]"
    definition: "Definition"
    whole: bool


Destination = (
    Today
    | Templates
    | Pushes
    | Users
    | Outbox
    | Activity
    | MyConversations
    | Push
    | Calendar
    | OpenGroups
    | OpenPeople
    | Person
    | EditPerson
    | Teams
    | Team
    | EditTeam
    | Mail
    | SentAgain
    | Remind
    | RemindManagers
    | Assign
    | SetUpPushes
    | ImportUsers
    | Changes
    | WaitingImport
    | Conversation
    | PlanConversation
    | History
    | Template
    | EditTemplate
    | TemplateAsText
    | PreviewTemplate
    | TemplateVersions
    | QuestionLibrary
    | EditTopic
    | TakeFromLibrary
)

PAGES = (
    *(Push, Calendar, OpenGroups, OpenPeople, Person, Teams, Team, Mail, Conversation, History),
    *(Template, QuestionLibrary, Outbox, Changes),
)
"""What one comes back to by going back and forward, beside the places: where one reads, and not
where one writes or is asked something."""
