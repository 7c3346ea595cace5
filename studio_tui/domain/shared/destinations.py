"""Destinations of navigation: values that name a screen and its arguments.

A screen calls `StudioApp.go_to` with a destination, and only `tui.router` maps destinations to
screens. A screen can therefore open screens of other features without importing them.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from studio_tui.domain.shared.dataclass import dataclass

if TYPE_CHECKING:
    from studio_tui.domain.conversations.conversation import ConversationRequest
    from studio_tui.domain.outbox.notification import NotificationFilter
    from studio_tui.domain.pushes.groups import GroupBy, GroupKey
    from studio_tui.domain.pushes.push import AssignmentFilter
    from studio_tui.domain.pushes.push import Push as PushAsRead
    from studio_tui.domain.shared.selection import Selection
    from studio_tui.domain.templates.library import LibraryTopic
    from studio_tui.domain.templates.template import Definition
    from studio_tui.domain.templates.template import Template as TemplateAsRead


@dataclass(frozen=True, slots=True)
class Today:
    """The overview of problems that need attention (S1)."""


@dataclass(frozen=True, slots=True)
class Templates:
    """The list of all templates."""


@dataclass(frozen=True, slots=True)
class Pushes:
    """The list of all pushes; those in ``created`` are highlighted because they are new (P2)."""

    created: "tuple[PushAsRead, ...]" = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Users:
    """The list of all users, or only of those to be erased soon (``to_erase``) (U13)."""

    to_erase: bool = False


@dataclass(frozen=True, slots=True)
class Outbox:
    """The list of mail, filtered by ``filter`` if given."""

    filter: "NotificationFilter | None" = None


@dataclass(frozen=True, slots=True)
class Activity:
    """The record of who did what."""


@dataclass(frozen=True, slots=True)
class MyConversations:
    """The conversations that need the reader as a leader, a coach or a user (C1)."""


@dataclass(frozen=True, slots=True)
class Push:
    """The page of a push, opened at ``tab``, with its people filtered by ``filter`` if given."""

    id: int
    tab: str = "users"
    filter: "AssignmentFilter | None" = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """The calendar of the coming year (P17)."""


@dataclass(frozen=True, slots=True)
class OpenGroups:
    """The people of all open pushes, grouped by manager, team, department or language (S2)."""

    by: "GroupBy"


@dataclass(frozen=True, slots=True)
class OpenPeople:
    """The people of one group, called ``name``, in all open pushes (S2)."""

    group: "GroupKey"
    name: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class Person:
    """The page of a user (S3)."""

    id: int


@dataclass(frozen=True, slots=True)
class EditPerson:
    """The form that edits a user; without an id, the form that adds one (U8)."""

    id: int | None = None


@dataclass(frozen=True, slots=True)
class Teams:
    """The tree of all teams (U2)."""


@dataclass(frozen=True, slots=True)
class Team:
    """The page of a team, with its members and leaders."""

    id: int


@dataclass(frozen=True, slots=True)
class EditTeam:
    """The form that edits a team.

    Without an id, the form that adds a team below the team with the path ``under`` (U8).
    """

    id: int | None
    under: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """The page of one mail, by the id of its notification."""

    id: int


@dataclass(frozen=True, slots=True)
class SentAgain:
    """The preview of sending the selected failed mail again (P14)."""

    chosen: "Selection[NotificationFilter]"


@dataclass(frozen=True, slots=True)
class Remind:
    """The preview of reminding people of ``push``, or of all open pushes if it is None (P15).

    The screen returns True once the reminders are queued.
    """

    push: "PushAsRead | None"
    chosen: "Selection[AssignmentFilter]"
    whom: str
    """Description of the selected people."""


@dataclass(frozen=True, slots=True)
class RemindManagers:
    """The preview of reminding managers of ``push``, or of all open pushes if it is None (S2).

    ``managers`` maps their ids to their names.
    """

    push: "PushAsRead | None"
    managers: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Assign:
    """The screen that chooses the people of a push (P3)."""

    push: "PushAsRead"


@dataclass(frozen=True, slots=True)
class SetUpPushes:
    """The form that creates pushes of a template.

    The screen returns the created pushes, or None (P1).
    """

    template: "TemplateAsRead"


@dataclass(frozen=True, slots=True)
class ImportUsers:
    """The import of users from a file."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The desk of changes, limited to the push ``push_id`` if given (U7)."""

    push_id: int | None = None


@dataclass(frozen=True, slots=True)
class WaitingImport:
    """The unattended import that waits for approval, with its dry run (U10)."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """The page of one conversation, limited to what the reader may read (C6)."""

    id: int


@dataclass(frozen=True, slots=True)
class PlanConversation:
    """The form that plans a conversation with a user (C2, C5).

    Plans the conversation that ``ask`` names, or offers all that can be planned if it is None. With
    ``conversation_id``, moves that conversation.
    """

    user_id: int
    name: str
    ask: "ConversationRequest | None" = None
    conversation_id: int | None = None


@dataclass(frozen=True, slots=True)
class History:
    """The conversations of a user that are over, or of all users if ``user_id`` is None (C6)."""

    user_id: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """The read-only page of a template (T6)."""

    template: "TemplateAsRead"


@dataclass(frozen=True, slots=True)
class EditTemplate:
    """The template editor; None creates a template. The screen returns the version saved last."""

    template: "TemplateAsRead | None"


@dataclass(frozen=True, slots=True)
class TemplateAsText:
    """The editor of a template as text (T7)."""

    template: "TemplateAsRead"


@dataclass(frozen=True, slots=True)
class PreviewTemplate:
    """The preview of a conversation that follows a template (T6)."""

    definition: "Definition"


@dataclass(frozen=True, slots=True)
class TemplateVersions:
    """The earlier versions of a template (T5)."""

    template: "TemplateAsRead"


@dataclass(frozen=True, slots=True)
class QuestionLibrary:
    """The questions that templates are composed of (T2)."""


@dataclass(frozen=True, slots=True)
class EditTopic:
    """The editor of a topic of the library; None creates one.

    The screen returns the version saved last.
    """

    topic: "LibraryTopic | None"


@dataclass(frozen=True, slots=True)
class TakeFromLibrary:
    """The dialog that chooses questions of the library that are not in ``definition`` yet.

    With ``whole``, entire topics can be chosen too. The screen returns a `LibraryChoice`, or None.
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
"""Destinations that the navigation history stores, in addition to the main places.

These are the pages for reading; forms and dialogs are left out.
"""
