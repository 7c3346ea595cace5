"""What the demo is made of, as written in ``data/demo/``: one class a file, one field a key."""

from dataclasses import dataclass
from datetime import date

from studio_tui.demo.story.constants import ZONE
from studio_tui.domain.conversations.conversation import ConversationState
from studio_tui.domain.people.roles import Role


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """A group that this share of the people is in, of those hired after a day if there is one."""

    name: str
    percent: int
    hired_after: date | None = None


@dataclass(frozen=True, slots=True)
class OrganisationPlan:
    """``organisation.toml``"""

    seed: int
    mail_domain: str
    leavers: tuple[int, ...] = ()
    """Days, counted from the day of the demo, on which somebody left."""
    coached_within: int = 0
    """How many have a coach in their own team."""
    coached_outside: int = 0
    groups: tuple[GroupPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class LanguageNames:
    """Names that go with a language."""

    code: str
    given: tuple[str, ...]
    family: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FullName:
    """The name of one person."""

    given: str
    family: str


@dataclass(frozen=True, slots=True)
class DemoNames:
    """``names.toml``"""

    languages: tuple[LanguageNames, ...]
    international: tuple[FullName, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """Somebody whom the demo needs by name."""

    login: str
    given_name: str
    family_name: str
    language: str
    time_zone: str = ZONE
    role: Role = Role.USER
    department: str = ""
    """Empty: that of the last team."""
    teams: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    coaches: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    hired_on: date | None = None
    """None: a day that fits with what the person leads."""
    left_on: date | None = None


@dataclass(frozen=True, slots=True)
class People:
    """``people.toml``"""

    people: tuple[NamedPerson, ...]


@dataclass(frozen=True, slots=True)
class TeamPlan:
    """A team of ``size`` people, leaders and those of ``people.toml`` included."""

    path: str
    size: int
    languages: tuple[str, ...]
    time_zone: str = ZONE
    leaders: int = 1
    department: str = ""
    """Empty: the first part of the path."""


@dataclass(frozen=True, slots=True)
class Teams:
    """``teams.toml``"""

    teams: tuple[TeamPlan, ...]


@dataclass(frozen=True, slots=True)
class PushPlan:
    """A push. Days are counted from the day of the demo; shares are percents of who is assigned."""

    name: str
    template: str
    created: int
    available_from: int
    deadline: int
    closed: int | None = None
    teams: tuple[str, ...] = ()
    """Everyone in these teams and in those under them is assigned, …"""
    groups: tuple[str, ...] = ()
    """… everyone in these groups, …"""
    logins: tuple[str, ...] = ()
    """… and these."""
    size: int = 0
    """How many of them at most; 0: all."""
    begun: tuple[str, ...] = ()
    """Logins of people whose conversation is in progress, besides the share."""
    done: int = 0
    in_progress: int = 0
    prepared: int = 0
    planned: int = 0
    cancelled: int = 0
    """Planned, and cancelled again."""
    moved: int = 0
    """Of those planned, this share was planned for another day at first."""
    written: int = 0
    """Of those held, this share has something written in it; all that are under way have."""


@dataclass(frozen=True, slots=True)
class Pushes:
    """``pushes.toml``"""

    pushes: tuple[PushPlan, ...]


@dataclass(frozen=True, slots=True)
class TalkPlan:
    """Conversations that no push asks for, on days counted from the day of the demo."""

    template: str
    people: int
    """How many, each with somebody else."""
    first: int
    last: int
    ends: ConversationState
    """How far they came: done, planned or cancelled."""
    planning: bool = True
    logins: tuple[str, ...] = ()
    """These first; the rest is drawn."""


@dataclass(frozen=True, slots=True)
class Talks:
    """``talks.toml``"""

    talks: tuple[TalkPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class WordsPlan:
    """What people write under a question, or in a step without questions."""

    about: str
    user: tuple[str, ...] = ()
    """Prepared by the user."""
    conductor: tuple[str, ...] = ()
    """Prepared by who holds it."""
    noted: tuple[str, ...] = ()
    """Noted in the talk."""


@dataclass(frozen=True, slots=True)
class AllWords:
    """``words.toml``"""

    words: tuple[WordsPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """All files together."""

    organisation: OrganisationPlan
    names: DemoNames
    people: People
    teams: Teams
    pushes: Pushes
    talks: Talks = Talks()
    words: AllWords = AllWords()
