"""Templates: the model of a conversation (T1 to T4)."""

from dataclasses import dataclass, field
from enum import StrEnum

from studio_tui.domain.errors import Refused


class StepKind(StrEnum):
    """What a step of a conversation is about (T1)."""

    DISCUSSION = "discussion"
    FEEDBACK = "feedback"
    OBJECTIVES = "objectives"
    SUMMARY = "summary"


class QuestionKind(StrEnum):
    """How a question is answered (T2)."""

    TEXT = "text"
    RATING = "rating"
    CHOICE = "choice"
    YES_NO = "yes_no"


class QuestionPolicy(StrEnum):
    """Whether who plans may change the questions (T2)."""

    FIXED = "fixed"
    EXTENDABLE = "extendable"
    FREE = "free"


class AdminsRead(StrEnum):
    """What admins read of a conversation (T4)."""

    NOTHING = "nothing"
    SUMMARY = "summary"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Question:
    """One question. ``options`` are the choices, or the labels of a rating from low to high."""

    text: str
    kind: QuestionKind = QuestionKind.TEXT
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """Questions under one heading."""

    name: str
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the conversation; only a discussion has topics."""

    kind: StepKind
    topics: tuple[Topic, ...] = ()


@dataclass(frozen=True, slots=True)
class Permissions:
    """Who may start a conversation by this template: nobody, unless it says so (T3)."""

    through_push: bool = False
    by_managers: bool = False
    by_users: bool = False


@dataclass(frozen=True, slots=True)
class Viewing:
    """Who reads along besides the two participants: nobody, unless it says so (T4)."""

    admins: AdminsRead = AdminsRead.NOTHING
    leaders: bool = False


@dataclass(frozen=True, slots=True)
class Definition:
    """Everything a template says; a push keeps its own copy (T5)."""

    name: str
    description: str = ""
    planning: bool = True
    """False for a Quick conversation: it starts at the talk, without planning or preparation."""
    questions: QuestionPolicy = QuestionPolicy.EXTENDABLE
    permissions: Permissions = field(default_factory=Permissions)
    viewing: Viewing = field(default_factory=Viewing)
    steps: tuple[Step, ...] = ()

    def question_count(self) -> int:
        """How many questions the template asks."""
        return sum(len(topic.questions) for step in self.steps for topic in step.topics)


@dataclass(frozen=True, slots=True)
class Template:
    """A template as lists show it."""

    id: int
    definition: Definition
    archived: bool
    version: int
    pushes: int
    """How many pushes were made of it."""

    @property
    def name(self) -> str:
        """The name of the definition."""
        return self.definition.name

    @property
    def why_no_push(self) -> str | None:
        """Why Push is not offered, or None where it is (T3)."""
        if not self.definition.permissions.through_push:
            return (
                f"“{self.name}” does not allow conversations through push. "
                "Edit the template and set “through push” first."
            )
        if self.archived:
            return f"“{self.name}” is archived. Take it out of the archive first."
        return None


def require_pushable(template: Template) -> None:
    """Raise `Refused`, with the reason, where ``template`` may not be pushed (T3)."""
    if reason := template.why_no_push:
        raise Refused(reason)
