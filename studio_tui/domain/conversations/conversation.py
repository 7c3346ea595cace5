"""Conversations: life cycle, and who may read and write which part when (C1 to C6, T4).

Value objects sanitise their texts when they are created (A5).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from studio_tui.domain.pushes.push import Status
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Conflict, Invalid, Refused
from studio_tui.domain.shared.text import MAX_NAME, clean_line, clean_text
from studio_tui.domain.templates.template import (
    AdminsRead,
    Definition,
    Question,
    QuestionKind,
    QuestionPolicy,
    StepKind,
    Viewing,
)

MAX_ANSWER = 100_000
"""Maximum length of an answer, in characters."""
MAX_ASKED = 200
"""Maximum number of questions in one conversation."""
SHORTEST, LONGEST = 5, 480
"""Minimum and maximum planned duration of a conversation, in minutes."""
NOT_MINE = "not mine"
"""Displayed reason for a conversation that a manager declined with “not mine” (P10)."""
REOPEN_WITHIN = timedelta(days=3)
"""Time within which the conductor can reopen a finished conversation (C3)."""


class ConversationState(StrEnum):
    """The state of a conversation in its life cycle (C2, C3)."""

    PLANNED = "planned"
    PREPARED = "prepared"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    CANCELLED = "cancelled"


class Part(StrEnum):
    """A part of a conversation with its own read and write permissions (C2, C6, T4)."""

    STATUS = "status"
    USER_PREPARATION = "user_preparation"
    CONDUCTOR_PREPARATION = "conductor_preparation"
    ANSWERS = "answers"
    SUMMARY = "summary"


class Relation(StrEnum):
    """The role of a person in a conversation. One person can have several roles."""

    USER = "user"
    CONDUCTOR = "conductor"
    LEADER = "leader"
    COACH = "coach"
    ADMIN = "admin"
    SUPPORT = "support"
    FORMER = "former"
    """A former conductor: sees the conversation, and can open the texts they wrote."""
    STAND_IN = "stand_in"
    """A stand-in of a leader or coach (U14).

    Sees the conversation and may take it over, but cannot read what was written before (C6).
    """


NOT_BEGUN = frozenset({ConversationState.PLANNED, ConversationState.PREPARED})
NOT_OVER = NOT_BEGUN | {ConversationState.IN_PROGRESS}
PARTICIPANTS = frozenset({Relation.USER, Relation.CONDUCTOR})
PREPARATIONS = frozenset({Part.USER_PREPARATION, Part.CONDUCTOR_PREPARATION})
_TALK = frozenset({Part.ANSWERS, Part.SUMMARY})
CONTENT = PREPARATIONS | _TALK
"""Parts that contain text written by people."""


@dataclass(frozen=True, slots=True)
class ConversationRequest:
    """The subject of a conversation to plan: a user, with a push or a template."""

    user_id: int
    push_id: int | None = None
    template_id: int | None = None
    """Template of a conversation that no push requests."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The time, duration in minutes and place of a planned conversation."""

    planned_for: datetime
    minutes: int = 60
    place: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "place", clean_line(self.place))


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as lists show it, without its content."""

    id: int
    user_id: int
    login: str
    name: str
    """Name of the user."""
    user_active: bool
    conductor_id: int
    conductor_login: str
    conductor: str
    push_id: int | None
    push: str
    """Name of the push that requested the conversation, or empty."""
    template: Definition
    """The template as it was when the conversation was set up (T5)."""
    deadline: date | None
    planned_for: datetime | None
    minutes: int
    place: str
    sequence: int
    """Sequence number of the latest calendar invitation (C5)."""
    user_prepared_at: datetime | None
    conductor_prepared_at: datetime | None
    """When the conductor submitted their preparation; `user_prepared_at` likewise for the user."""
    started_at: datetime | None
    finished_at: datetime | None
    """When the conversation was held."""
    sealed_at: datetime | None
    """When `finished_at` was recorded."""
    cancelled_at: datetime | None
    version: int

    @property
    def state(self) -> ConversationState:
        """State of the conversation; derived, never stored."""
        if self.cancelled_at:
            return ConversationState.CANCELLED
        if self.finished_at:
            return ConversationState.DONE
        if self.started_at:
            return ConversationState.IN_PROGRESS
        if self.user_prepared_at:
            return ConversationState.PREPARED
        return ConversationState.PLANNED


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question of a conversation."""

    id: int
    step: StepKind
    step_position: int
    """Position of the step, which distinguishes several steps of one kind."""
    topic: str
    """Name of the topic; empty in a step without topics."""
    question: Question
    added_by: int | None
    """Id of the user who added the question; None if it comes from the template."""
    removed: bool = False
    """Whether the question was removed after it was answered. Its answers are retained."""
    term: int = 1
    """Conductor's term in which the question was added (`Term`)."""

    @property
    def part(self) -> Part:
        """Part of the conversation that its answer belongs to."""
        return Part.SUMMARY if self.step is StepKind.SUMMARY else Part.ANSWERS


@dataclass(frozen=True, slots=True)
class WrittenText:
    """The text under a question. ``version`` is 0 if nothing was written yet."""

    text: str = ""
    version: int = 0
    written_at: datetime | None = None


_SITTING = timedelta(minutes=10)
"""Length of a pause in writing after which the next text counts as a new session."""


def keeps_version(before: WrittenText, text: str, now: datetime, *, whole: bool) -> bool:
    """Return whether to keep ``before`` as a version when ``text`` replaces it (A4, C4).

    A ``whole`` text is submitted at once. Other texts are saved continuously while the user types:
    within one session, a version is kept only if most of it is replaced, not at every save.
    """
    if not before.text or before.written_at is None or before.text in text:
        return False
    if whole:
        return True
    start = _same(before.text, text)
    end = _same(before.text[start:][::-1], text[start:][::-1])
    return now - before.written_at > _SITTING or start + end < len(before.text) / 2


def _same(one: str, other: str) -> int:
    """Return the length of the common prefix of both texts."""
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


@dataclass(frozen=True, slots=True)
class Piece:
    """What one person wrote in one part under one question."""

    question_id: int
    part: Part
    author_id: int
    author: str
    """Name of the author."""
    term: int
    """Conductor's term in which the text was last changed (`Term`)."""
    written: WrittenText


@dataclass(frozen=True, slots=True)
class Term:
    """The period in which one person is the conductor. A take-over begins the next term."""

    number: int
    """Number of the term, from 1."""
    conductor_id: int
    talked: bool
    """Whether the talk had begun by the end of the term; for the current term, by now."""


@dataclass(frozen=True, slots=True)
class Tenure:
    """The conductors of a conversation over time, and who opened their texts to whom (C6)."""

    terms: tuple[Term, ...]
    """Terms in order; at least one."""
    openings: Mapping[tuple[int, int], int]
    """Last term of which the reader may read the author's texts, by (author id, reader id)."""

    @property
    def current(self) -> Term:
        """The current term."""
        return self.terms[-1]

    def opened(self, author_id: int, reader_id: int) -> int:
        """Return the last term of which the reader may read the author's texts; 0 if none."""
        return self.openings.get((author_id, reader_id), 0)

    def opened_to_anybody(self, author_id: int) -> int:
        """Return the last term of which any reader may read the author's texts; 0 if none."""
        return max((term for (by, _), term in self.openings.items() if by == author_id), default=0)

    def had_part(self, reader_id: int, user_id: int, piece: Piece) -> bool:
        """Return whether the reader was a participant when a piece was written.

        The participants are the user and the conductor of that term.
        """
        if piece.author_id != user_id:
            return reader_id in (user_id, piece.author_id)
        return reader_id in (user_id, self.terms[piece.term - 1].conductor_id)

    def talked(self, conductor_id: int) -> bool:
        """Return whether a person was the conductor when or after the talk began."""
        return any(term.talked for term in self.terms if term.conductor_id == conductor_id)


@dataclass(frozen=True, slots=True)
class Entry:
    """A question with the texts that one reader sees; None is a text they may not read."""

    asked: AskedQuestion
    user: WrittenText | None
    """The user's preparation."""
    conductor: WrittenText | None
    """The conductor's preparation."""
    answer: WrittenText | None
    """Notes of the talk; in a summary step, the summary.

    If several conductors took notes: those of the reader, or else the newest.
    """
    others: tuple[Piece, ...] = ()
    """Other texts of conductors, oldest first."""
    answer_by: str = ""
    """Name of the author of the answer if that is not the current conductor; else empty."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A conversation as one reader sees it."""

    conversation: Conversation
    relations: frozenset[Relation]
    parts: frozenset[Part]
    """Parts that the reader may read."""
    writes: frozenset[Part]
    """Parts that the reader may write at the moment."""
    may_ask: bool
    """Whether the reader may add or remove questions at the moment (T2)."""
    entries: tuple[Entry, ...]
    from_others: frozenset[Piece] = frozenset()
    """Texts that the reader sees although they were no participant when these were written (A3)."""
    closed_to_reader: bool = False
    """Whether the reader, as a new conductor, has no access to earlier texts (C6)."""
    closed_to_conductor: bool = False
    """Whether the reader wrote texts that the conductor cannot read unless they open them (C6)."""
    opened_to_conductor: bool = False
    """Whether the reader opened their earlier texts to the conductor (C6)."""


@dataclass(frozen=True, slots=True)
class MyConversation:
    """A row of My conversations (C1): a person, and what is asked, planned or under way."""

    id: int
    """Identifier of the row within one overview; not stored."""
    user_id: int
    login: str
    name: str
    mine: bool
    """Whether the row is about the reader themself."""
    push_id: int | None = None
    push: str = ""
    template: str = ""
    template_id: int | None = None
    planning: bool = True
    """False for a Quick conversation, which starts at the talk (T1)."""
    available_from: date | None = None
    deadline: date | None = None
    overdue: bool = False
    status: Status | None = None
    """None if no conversation is requested or planned."""
    at: datetime | None = None
    """When the conversation is planned for or was started."""
    conversation_id: int | None = None
    conductor_id: int | None = None
    conductor: str = ""
    """Name of the conductor, if decided; else empty."""
    asked: bool = False
    """Whether the reader has to act."""
    why_not: str = ""
    """Why the reader does not have to act, if so (P10)."""
    last_held: datetime | None = None
    """When the user's last conversation was held."""
    for_whom: str = ""
    """Whom the reader stands in for: ``for Bea until 12 Mar`` (U14)."""


@dataclass(frozen=True, slots=True)
class MyConversationFilter:
    """The filter of My conversations: every word must match."""

    text: str = ""
    asked: bool = False
    """Only rows on which the reader has to act."""


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """The filter of the history of conversations: every word must match."""

    text: str = ""
    user_id: int | None = None
    state: ConversationState | None = None


class WriteConflict(Conflict):
    """A write conflict: the text was changed in the meantime, perhaps in another session (A4)."""

    def __init__(self, theirs: WrittenText) -> None:
        self.theirs = theirs
        super().__init__(
            "This was changed somewhere else in the meantime: both versions are kept, choose one."
        )


def readable(
    relations: Collection[Relation],
    conversation: Conversation,
    viewing: Viewing,
    *,
    opened: bool | None = None,
) -> frozenset[Part]:
    """Return the parts of a conversation of which a person may read anything (C2, C6, T4).

    Both participants always read what they wrote. The conductor reads the user's preparation once
    it is submitted to them; if there were several conductors, ``opened`` tells whether it was. The
    user reads the conductor's preparation once the talk has begun. Everybody else reads only the
    status and, once the conversation is done, the parts that T4 opens; a preparation that the user
    never submitted stays private. `may_read` decides which pieces of a part are readable.
    """
    if not relations:
        return frozenset()
    parts = {Part.STATUS}
    if Relation.USER in relations:
        parts |= {Part.USER_PREPARATION}
        if conversation.started_at:
            parts |= {Part.CONDUCTOR_PREPARATION} | _TALK
    if Relation.CONDUCTOR in relations:
        parts |= {Part.CONDUCTOR_PREPARATION} | _TALK
        if conversation.user_prepared_at if opened is None else opened:
            parts |= {Part.USER_PREPARATION}
    if conversation.state is ConversationState.DONE:
        kept = set() if conversation.user_prepared_at else {Part.USER_PREPARATION}
        parts |= _opened_by(relations, viewing) - kept
    return frozenset(parts)


def may_read(
    reader_id: int,
    relations: Collection[Relation],
    conversation: Conversation,
    tenure: Tenure,
    piece: Piece,
) -> bool:
    """Return whether a person may read one piece of a part that `readable` returned (C6).

    A conductor reads their own texts and those that the author opened to them. Texts from before
    they became conductor stay closed, however they became it and whoever was conductor in between.
    The user reads all notes of the talk, and the preparations of conductors who held the
    conversation when the talk began or later. Readers to whom T4 opens the conversation see the
    same, and those of the user's preparations that were opened to a conductor.
    """
    if piece.author_id == reader_id:
        return True
    if Relation.USER in relations:
        return _was_shown(tenure, piece)
    if Relation.CONDUCTOR in relations and piece.term <= tenure.opened(piece.author_id, reader_id):
        return True
    by_template = piece.part in _opened_by(relations, conversation.template.viewing)
    done = conversation.state is ConversationState.DONE
    return done and by_template and _was_shown(tenure, piece)


def may_see(
    reader_id: int, relations: Collection[Relation], tenure: Tenure, asked: AskedQuestion
) -> bool:
    """Return whether a reader of a conversation may see one of its questions (C6).

    An added question is text that a conductor wrote, so it is closed to the next conductor unless
    it was opened.
    """
    if asked.added_by in (None, reader_id) or Relation.CONDUCTOR not in relations:
        return True
    return asked.term <= tenure.opened(asked.added_by or 0, reader_id)


def _was_shown(tenure: Tenure, piece: Piece) -> bool:
    """Return whether the author of a piece showed it to the other side."""
    if piece.part is Part.USER_PREPARATION:
        return piece.term <= tenure.opened_to_anybody(piece.author_id)
    if piece.part is not Part.CONDUCTOR_PREPARATION:
        return True
    return tenure.talked(piece.author_id)


def _opened_by(relations: Collection[Relation], viewing: Viewing) -> frozenset[Part]:
    """Return the parts of a finished conversation that T4 opens to non-participants."""
    parts: frozenset[Part] = frozenset()
    if Relation.LEADER in relations and viewing.leaders:
        parts |= CONTENT
    if Relation.ADMIN in relations and viewing.admins is AdminsRead.ALL:
        parts |= CONTENT
    if Relation.ADMIN in relations and viewing.admins is AdminsRead.SUMMARY:
        parts |= {Part.SUMMARY}
    return parts


def writable(relations: Collection[Relation], conversation: Conversation) -> frozenset[Part]:
    """Return the parts of a conversation that a person may write at the moment (C2)."""
    parts: set[Part] = set()
    if conversation.state in NOT_BEGUN and conversation.template.planning:
        if Relation.USER in relations:
            parts.add(Part.USER_PREPARATION)
        if Relation.CONDUCTOR in relations:
            parts.add(Part.CONDUCTOR_PREPARATION)
    if conversation.state is ConversationState.IN_PROGRESS and Relation.CONDUCTOR in relations:
        parts |= _TALK
    return frozenset(parts)


def may_ask(relations: Collection[Relation], conversation: Conversation) -> bool:
    """Return whether a person may add questions to a conversation at the moment (T2)."""
    return (
        Relation.CONDUCTOR in relations
        and conversation.template.questions is not QuestionPolicy.FIXED
        and conversation.state in NOT_OVER
    )


def may_remove(
    relations: Collection[Relation], conversation: Conversation, asked: AskedQuestion
) -> bool:
    """Return whether a person may remove a question from a conversation at the moment (T2).

    If the template is only extendable, its own questions cannot be removed. A step without topics
    cannot be removed at all.
    """
    return (
        may_ask(relations, conversation)
        and asked.step is StepKind.DISCUSSION
        and (asked.added_by is not None or conversation.template.questions is QuestionPolicy.FREE)
    )


def check_plan(plan: Plan, now: datetime) -> None:
    """Raise `Invalid` unless a conversation can be planned as ``plan`` says (C2).

    The fields of the error are ``planned_for``, ``minutes`` and ``place``.
    """
    errors: dict[str, str] = {}
    if plan.planned_for <= now:
        errors["planned_for"] = "a conversation cannot be planned in the past"
    if not SHORTEST <= plan.minutes <= LONGEST:
        errors["minutes"] = f"a conversation lasts {SHORTEST} to {LONGEST} minutes"
    if len(plan.place) > MAX_NAME:
        errors["place"] = f"at most {MAX_NAME} characters"
    if errors:
        raise Invalid(errors)


def clean_answer(asked: AskedQuestion, text: str) -> str:
    """Return ``text`` sanitised as the answer to a question; empty removes the answer.

    The answer to a rating or a choice must be one of its options, that to a yes-or-no question
    ``yes`` or ``no``. Raises `Refused` for other answers and for answers that are too long.
    """
    question = asked.question
    if question.kind is QuestionKind.TEXT:
        cleaned = clean_text(text)
        if len(cleaned) > MAX_ANSWER:
            raise Refused(f"An answer has at most {MAX_ANSWER:,} characters, not {len(cleaned):,}.")
        return cleaned if cleaned.strip() else ""
    chosen, allowed = clean_line(text), choices(question)
    if chosen and chosen not in allowed:
        # Do not repeat the input or the options of an added question: error messages are retained.
        offered = ", ".join(allowed) if asked.added_by is None else "those under the question"
        raise Refused(f"This is no answer: choose one of {offered}.")
    return chosen


def choices(question: Question) -> tuple[str, ...]:
    """Return the allowed answers; empty for a free text."""
    if question.kind is QuestionKind.YES_NO:
        return ("yes", "no")
    return question.options


def asked_questions(definition: Definition) -> list[AskedQuestion]:
    """Return the questions of a template for a new conversation, with ids from 0.

    A step without topics becomes one free-text question.
    """
    found: list[AskedQuestion] = []
    for number, step in enumerate(definition.steps):
        if step.kind is not StepKind.DISCUSSION:
            found.append(AskedQuestion(len(found), step.kind, number, "", Question(""), None))
        for topic in step.topics:
            for question in topic.questions:
                asked = AskedQuestion(len(found), step.kind, number, topic.name, question, None)
                found.append(asked)
    return found


def why_not_reopened(
    relations: Collection[Relation], conversation: Conversation, now: datetime
) -> str | None:
    """Return why a person may not reopen a conversation, or None if they may (C3)."""
    sealed = conversation.sealed_at
    if conversation.state is not ConversationState.DONE or sealed is None:
        return "Only a finished conversation can be reopened."
    if Relation.ADMIN in relations:
        return None
    if Relation.CONDUCTOR not in relations:
        return f"Only {conversation.conductor}, who held it, or an admin can reopen it."
    if now > sealed + REOPEN_WITHIN:
        return f"It was finished over {REOPEN_WITHIN.days} days ago: ask an admin to reopen it."
    return None


def in_order(items: Sequence[MyConversation]) -> list[MyConversation]:
    """Return the rows sorted: overdue, then to act on by deadline, then the rest by name."""

    def key(item: MyConversation) -> tuple[bool, bool, bool, date, str]:
        nothing = item.status is None
        day = item.deadline or (item.at.date() if item.at else date.max)
        return (not (item.overdue and item.asked), not item.asked, nothing, day, item.name)

    return sorted(items, key=key)
