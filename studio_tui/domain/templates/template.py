"""Templates: the model of a conversation (T1 to T4).

Value objects sanitise their texts when they are created (A5). `check_definition` validates a
template, both for the editor and for text files.
"""

from collections.abc import Iterator, Sequence
from dataclasses import field
from datetime import datetime
from enum import StrEnum

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Invalid, Refused
from studio_tui.domain.shared.text import MAX_NAME, clean_line, clean_text, fold

MAX_DESCRIPTION = 4000
"""Maximum length of the description of a template, in characters."""
MAX_QUESTION = 1000
"""Maximum length of a question, in characters."""
MAX_STEPS = 20
MAX_TOPICS = 30
"""Maximum number of topics in one discussion."""
MAX_QUESTIONS = 50
"""Maximum number of questions in one topic."""
MIN_OPTIONS = 2
MAX_CHOICES = 20
MAX_LABELS = 10
"""Maximum number of labels on the scale of a rating."""

Problem = tuple[str, str]
"""Key path such as ``steps[2].topics[0].name``, and the error there."""


class StepKind(StrEnum):
    """The subject of a step of a conversation (T1)."""

    DISCUSSION = "discussion"
    FEEDBACK = "feedback"
    OBJECTIVES = "objectives"
    SUMMARY = "summary"


class QuestionKind(StrEnum):
    """The type of answer of a question (T2)."""

    TEXT = "text"
    RATING = "rating"
    CHOICE = "choice"
    YES_NO = "yes_no"


class QuestionPolicy(StrEnum):
    """Whether the planner of a conversation may change its questions (T2)."""

    FIXED = "fixed"
    EXTENDABLE = "extendable"
    FREE = "free"


class AdminsRead(StrEnum):
    """The parts of a conversation that admins may read (T4)."""

    NOTHING = "nothing"
    SUMMARY = "summary"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Question:
    """A question. ``options`` are the choices, or the labels of a rating from low to high."""

    text: str
    kind: QuestionKind = QuestionKind.TEXT
    options: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", clean_line(self.text))
        object.__setattr__(self, "options", tuple(map(clean_line, self.options)))


@dataclass(frozen=True, slots=True)
class Topic:
    """Questions with a common heading."""

    name: str
    questions: tuple[Question, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", clean_line(self.name))


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a conversation; only a discussion has topics."""

    kind: StepKind
    topics: tuple[Topic, ...] = ()


@dataclass(frozen=True, slots=True)
class Permissions:
    """Who may start a conversation with this template; nobody by default (T3)."""

    through_push: bool = False
    by_managers: bool = False
    by_users: bool = False


@dataclass(frozen=True, slots=True)
class Viewing:
    """Who may read a conversation besides its two participants; nobody by default (T4)."""

    admins: AdminsRead = AdminsRead.NOTHING
    leaders: bool = False


@dataclass(frozen=True, slots=True)
class Definition:
    """The content of a template; a push stores its own copy (T5)."""

    name: str
    description: str = ""
    planning: bool = True
    """False for a Quick conversation, which starts at the talk without planning or preparation."""
    questions: QuestionPolicy = QuestionPolicy.EXTENDABLE
    permissions: Permissions = field(default_factory=Permissions)
    viewing: Viewing = field(default_factory=Viewing)
    steps: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", clean_line(self.name))
        object.__setattr__(self, "description", clean_text(self.description).strip())

    def question_count(self) -> int:
        """Return the number of questions of the template."""
        return sum(len(topic.questions) for step in self.steps for topic in step.topics)


@dataclass(frozen=True, slots=True)
class TemplateFilter:
    """The filter of a list of templates: every word must occur in name or description."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A template as lists show it."""

    id: int
    definition: Definition
    archived: bool
    version: int
    pushes: int
    """Number of pushes created from it."""
    conversations: int = 0
    """Number of conversations held or planned from it without a push."""

    @property
    def used(self) -> bool:
        """Whether anything was created from it, so that it cannot be deleted (T6)."""
        return bool(self.pushes or self.conversations)

    @property
    def name(self) -> str:
        """Name of the definition."""
        return self.definition.name

    @property
    def why_no_push(self) -> str | None:
        """Why no push can be created, or None if it can (T3)."""
        if not self.definition.permissions.through_push:
            return f"“{self.name}” does not allow through push: set it in the template first."
        if self.archived:
            return f"“{self.name}” is archived. Take it out of the archive first."
        return None


@dataclass(frozen=True, slots=True)
class TemplateVersion:
    """A saved version of a template (T5)."""

    id: int
    """Version number, from 1, the oldest."""
    definition: Definition
    saved_at: datetime | None
    saved_by: str | None
    """Login of the author; None, like ``saved_at``, if it was not recorded."""
    open_pushes: int
    """Number of pushes that are not closed and use exactly this version."""


def require_pushable(template: Template) -> None:
    """Raise `Refused`, with the reason, if ``template`` may not be pushed (T3)."""
    if reason := template.why_no_push:
        raise Refused(reason)


def check_definition(definition: Definition) -> None:
    """Raise `Invalid` unless ``definition`` is a valid template (T1, T2).

    The fields of the error are key paths, the same for a form as for a text file:
    ``steps[2].topics[0].questions[1].options``.
    """
    if problems := problems_of(definition):
        raise Invalid(problems)


def check_topic(topic: Topic) -> None:
    """Raise `Invalid` unless ``topic`` is valid in a template or in the question library."""
    if problems := dict(_topic_problems(topic, "")):
        raise Invalid(problems)


def problems_of(definition: Definition) -> dict[str, str]:
    """Return the validation errors of a template by key path; empty if it is valid."""
    return dict(_definition_problems(definition))


def _definition_problems(definition: Definition) -> Iterator[Problem]:
    yield from _wrong_text(definition.name, "name", MAX_NAME, "give the template a name")
    if len(definition.description) > MAX_DESCRIPTION:
        yield "description", f"at most {MAX_DESCRIPTION} characters"
    if not definition.steps:
        yield "steps", "a template has at least one step"
    yield from _too_many(definition.steps, "steps", MAX_STEPS)
    for number, step in enumerate(definition.steps):
        yield from _step_problems(step, f"steps[{number}].")


def _step_problems(step: Step, at: str) -> Iterator[Problem]:
    if step.topics and step.kind is not StepKind.DISCUSSION:
        yield at + "topics", f"only a discussion has topics, and this step is “{step.kind}”"
    yield from _too_many(step.topics, at + "topics", MAX_TOPICS)
    yield from _repeated([topic.name for topic in step.topics], at + "topics[{}].name", "this step")
    for number, topic in enumerate(step.topics):
        yield from _topic_problems(topic, f"{at}topics[{number}].")


def _topic_problems(topic: Topic, at: str) -> Iterator[Problem]:
    yield from _wrong_text(topic.name, at + "name", MAX_NAME, "give the topic a name")
    yield from _too_many(topic.questions, at + "questions", MAX_QUESTIONS)
    texts = [question.text for question in topic.questions]
    yield from _repeated(texts, at + "questions[{}].text", "this topic")
    for number, question in enumerate(topic.questions):
        yield from _question_problems(question, f"{at}questions[{number}].")


def _question_problems(question: Question, at: str) -> Iterator[Problem]:
    yield from _wrong_text(question.text, at + "text", MAX_QUESTION, "write the question")
    if reason := _wrong_number_of_options(question):
        yield at + "options", reason
    yield from _repeated(question.options, at + "options[{}]", "this question")
    for number, option in enumerate(question.options):
        yield from _wrong_text(option, f"{at}options[{number}]", MAX_NAME, "write the option")


def _wrong_number_of_options(question: Question) -> str | None:
    count = len(question.options)
    match question.kind:
        case QuestionKind.CHOICE if not MIN_OPTIONS <= count <= MAX_CHOICES:
            return f"a choice has {MIN_OPTIONS} to {MAX_CHOICES} options, not {count}"
        case QuestionKind.RATING if not MIN_OPTIONS <= count <= MAX_LABELS:
            return f"a rating has {MIN_OPTIONS} to {MAX_LABELS} labels, not {count}"
        case QuestionKind.TEXT | QuestionKind.YES_NO if count:
            return f"only a choice or a rating has options, and this question is “{question.kind}”"
    return None


def _wrong_text(text: str, at: str, longest: int, missing: str) -> Iterator[Problem]:
    if not text:
        yield at, missing
    elif len(text) > longest:
        yield at, f"at most {longest} characters, not {len(text)}"


def _too_many(things: Sequence[object], at: str, most: int) -> Iterator[Problem]:
    if len(things) > most:
        yield at, f"at most {most}, not {len(things)}"


def _repeated(texts: Sequence[str], at: str, within: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, text in enumerate(texts):
        if text and fold(text) in seen:
            yield at.format(number), f"“{text}” is in {within} twice"
        seen.add(fold(text))
