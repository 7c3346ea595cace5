"""The content of ``data/demo/``: one class per file, one field per key."""

from datetime import date

from studio_tui.demo.story.constants import ZONE
from studio_tui.domain.conversations.conversation import ConversationState
from studio_tui.domain.people.roles import Role
from studio_tui.domain.shared.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """A group with this percentage of the people, if given only those hired after a day."""

    name: str
    percent: int
    hired_after: date | None = None


@dataclass(frozen=True, slots=True)
class OrganisationPlan:
    """The content of ``organisation.toml``."""

    seed: int
    mail_domain: str
    leavers: tuple[int, ...] = ()
    """Offsets of the days on which somebody left, from the present day of the demo."""
    coached_within: int = 0
    """Number of people with a coach from their own team."""
    coached_outside: int = 0
    groups: tuple[GroupPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class LanguageNames:
    """First and last names that are common in a language."""

    code: str
    given: tuple[str, ...]
    family: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FullName:
    """The full name of one person."""

    given: str
    family: str


@dataclass(frozen=True, slots=True)
class DemoNames:
    """The content of ``names.toml``."""

    languages: tuple[LanguageNames, ...]
    international: tuple[FullName, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """A person whom the demo defines by name."""

    login: str
    given_name: str
    family_name: str
    language: str
    time_zone: str = ZONE
    role: Role = Role.USER
    department: str = ""
    """Defaults to the department of the last team if empty."""
    teams: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    coaches: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    hired_on: date | None = None
    """None: a day that suits the teams the person leads."""
    left_on: date | None = None


@dataclass(frozen=True, slots=True)
class People:
    """The content of ``people.toml``."""

    people: tuple[NamedPerson, ...]


@dataclass(frozen=True, slots=True)
class TeamPlan:
    """A team of ``size`` people, including leaders and the people of ``people.toml``."""

    path: str
    size: int
    languages: tuple[str, ...]
    time_zone: str = ZONE
    leaders: int = 1
    department: str = ""
    """Defaults to the first part of the path if empty."""


@dataclass(frozen=True, slots=True)
class Teams:
    """The content of ``teams.toml``."""

    teams: tuple[TeamPlan, ...]


@dataclass(frozen=True, slots=True)
class PushPlan:
    """A push.

    Days are offsets from the present day; shares are percentages of the assigned users.
    """

    name: str
    template: str
    created: int
    available_from: int
    deadline: int
    closed: int | None = None
    teams: tuple[str, ...] = ()
    """Teams whose members, including those of teams below, are assigned."""
    groups: tuple[str, ...] = ()
    """Groups whose members are assigned as well."""
    logins: tuple[str, ...] = ()
    """Logins of further assigned users."""
    size: int = 0
    """Maximum number of assigned users; 0 for all."""
    begun: tuple[str, ...] = ()
    """Logins of users whose conversation is in progress, in addition to the share."""
    done: int = 0
    in_progress: int = 0
    prepared: int = 0
    planned: int = 0
    cancelled: int = 0
    """Share of conversations that were planned and then cancelled."""
    moved: int = 0
    """Share of the planned conversations that were moved once."""
    written: int = 0
    """Share of the held conversations that have texts.

    All those in preparation or progress have.
    """


@dataclass(frozen=True, slots=True)
class Pushes:
    """The content of ``pushes.toml``."""

    pushes: tuple[PushPlan, ...]


@dataclass(frozen=True, slots=True)
class TalkPlan:
    """Conversations outside pushes. Days are offsets from the present day of the demo."""

    template: str
    people: int
    """Number of conversations, each with another user."""
    first: int
    last: int
    ends: ConversationState
    """Final state: done, planned or cancelled."""
    planning: bool = True
    logins: tuple[str, ...] = ()
    """Logins of the users to choose first; the others are drawn at random."""


@dataclass(frozen=True, slots=True)
class Talks:
    """The content of ``talks.toml``."""

    talks: tuple[TalkPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class WordsPlan:
    """Texts that people write under a question, or in a step without questions."""

    about: str
    user: tuple[str, ...] = ()
    """Preparations of users."""
    conductor: tuple[str, ...] = ()
    """Preparations of conductors."""
    noted: tuple[str, ...] = ()
    """Notes of the talk."""


@dataclass(frozen=True, slots=True)
class AllWords:
    """The content of ``words.toml``."""

    words: tuple[WordsPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """The content of all files."""

    organisation: OrganisationPlan
    names: DemoNames
    people: People
    teams: Teams
    pushes: Pushes
    talks: Talks = Talks()
    words: AllWords = AllWords()
