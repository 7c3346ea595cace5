"""Conversations: plan, prepare, talk, finish, and who may read and write what when (C1 to C6, T4).

Texts clean themselves as they enter (A5).
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
"""Longest answer, in characters."""
MAX_ASKED = 200
"""Most questions in one conversation."""
SHORTEST, LONGEST = 5, 480
"""Minutes that a conversation can be planned to last."""
NOT_MINE = "not mine"
"""Why something does not wait for a manager who said so (P10)."""
REOPEN_WITHIN = timedelta(days=3)
"""How long its conductor can reopen a finished conversation (C3)."""


class ConversationState(StrEnum):
    """Where a conversation is in its life (C2, C3)."""

    PLANNED = "planned"
    PREPARED = "prepared"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    CANCELLED = "cancelled"


class Part(StrEnum):
    """What can be read or written of a conversation, each by itself (C2, C6, T4)."""

    STATUS = "status"
    USER_PREPARATION = "user_preparation"
    CONDUCTOR_PREPARATION = "conductor_preparation"
    ANSWERS = "answers"
    SUMMARY = "summary"


class Relation(StrEnum):
    """What somebody is to a conversation. One person can be several of these at once."""

    USER = "user"
    CONDUCTOR = "conductor"
    LEADER = "leader"
    COACH = "coach"
    ADMIN = "admin"
    SUPPORT = "support"
    FORMER = "former"
    """Who held it before somebody else took it over: they know of it, and open what they wrote."""
    STAND_IN = "stand_in"
    """Who stands in for a leader or coach (U14): they know of it, and may take it over; what was
    written stays closed (C6)."""


NOT_BEGUN = frozenset({ConversationState.PLANNED, ConversationState.PREPARED})
NOT_OVER = NOT_BEGUN | {ConversationState.IN_PROGRESS}
PARTICIPANTS = frozenset({Relation.USER, Relation.CONDUCTOR})
PREPARATIONS = frozenset({Part.USER_PREPARATION, Part.CONDUCTOR_PREPARATION})
_TALK = frozenset({Part.ANSWERS, Part.SUMMARY})
CONTENT = PREPARATIONS | _TALK
"""Everything that somebody wrote."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a conversation is to be about: a user, by a push or by a template."""

    user_id: int
    push_id: int | None = None
    template_id: int | None = None
    """Of a conversation that no push asks for."""


@dataclass(frozen=True, slots=True)
class Plan:
    """When a conversation is to be held, how long in minutes, and where."""

    planned_for: datetime
    minutes: int = 60
    place: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "place", clean_line(self.place))


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation as lists show it: nothing of what was said."""

    id: int
    user_id: int
    login: str
    name: str
    """Of the user."""
    user_active: bool
    conductor_id: int
    conductor_login: str
    conductor: str
    push_id: int | None
    push: str
    """Name of the push that asked for it, or empty."""
    template: Definition
    """The template as it was (T5)."""
    deadline: date | None
    planned_for: datetime | None
    minutes: int
    place: str
    sequence: int
    """The number of the calendar invitation sent last (C5)."""
    user_prepared_at: datetime | None
    conductor_prepared_at: datetime | None
    """When each side submitted its preparation."""
    started_at: datetime | None
    finished_at: datetime | None
    """When it was held."""
    sealed_at: datetime | None
    """When that was recorded."""
    cancelled_at: datetime | None
    version: int

    @property
    def state(self) -> ConversationState:
        """Derived, never stored."""
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
    """One question of one conversation."""

    id: int
    step: StepKind
    step_position: int
    """Tells two steps of one kind apart."""
    topic: str
    """The heading it stands under; empty in a step without topics."""
    question: Question
    added_by: int | None
    """Id of who brought it in beyond the template, None where the template asks it."""
    removed: bool = False
    """Taken out after it was answered: what was written stays."""
    term: int = 1
    """The conductor's term in which it was brought in (`Term`)."""

    @property
    def part(self) -> Part:
        """What part of the conversation its answer belongs to."""
        return Part.SUMMARY if self.step is StepKind.SUMMARY else Part.ANSWERS


@dataclass(frozen=True, slots=True)
class Written:
    """What stands under a question. ``version`` is 0 where nothing was written yet."""

    text: str = ""
    version: int = 0
    written_at: datetime | None = None


_SITTING = timedelta(minutes=10)
"""Without a word for longer than this, what is written next belongs to another sitting."""


def worth_keeping(before: Written, text: str, now: datetime, *, whole: bool) -> bool:
    """Whether ``before`` is kept when ``text`` takes its place (A4, C4).

    A ``whole`` text is written at once. Others are saved every moment as they are typed: of one
    sitting, only what is given up for something else is kept, not every step on the way.
    """
    if not before.text or before.written_at is None or before.text in text:
        return False
    if whole:
        return True
    start = _same(before.text, text)
    end = _same(before.text[start:][::-1], text[start:][::-1])
    return now - before.written_at > _SITTING or start + end < len(before.text) / 2


def _same(one: str, other: str) -> int:
    """How many characters both begin with."""
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


@dataclass(frozen=True, slots=True)
class Piece:
    """What one person wrote in one part, under one question."""

    question_id: int
    part: Part
    author_id: int
    author: str
    """Their name."""
    term: int
    """The conductor's term in which it was written last (`Term`)."""
    written: Written


@dataclass(frozen=True, slots=True)
class Term:
    """The time for which one person holds a conversation; a take-over begins the next one."""

    number: int
    """From 1."""
    conductor_id: int
    talked: bool
    """Whether the talk had begun when it ended; of the one that lasts, whether it has."""


@dataclass(frozen=True, slots=True)
class Tenure:
    """Who held a conversation when, and who opened what they wrote to whom (C6)."""

    terms: tuple[Term, ...]
    """In order, at least one."""
    openings: Mapping[tuple[int, int], int]
    """The last term of which a reader reads what an author wrote, by the ids of the two."""

    @property
    def current(self) -> Term:
        """The term that lasts."""
        return self.terms[-1]

    def opened(self, author_id: int, reader_id: int) -> int:
        """The last term of which somebody reads what an author wrote; 0 for nothing."""
        return self.openings.get((author_id, reader_id), 0)

    def opened_to_anybody(self, author_id: int) -> int:
        """Like `opened`, to whomever."""
        return max((term for (by, _), term in self.openings.items() if by == author_id), default=0)

    def had_part(self, reader_id: int, user_id: int, piece: Piece) -> bool:
        """Whether somebody was one of the two when a piece was written: the user, or who held the
        conversation then."""
        if piece.author_id != user_id:
            return reader_id in (user_id, piece.author_id)
        return reader_id in (user_id, self.terms[piece.term - 1].conductor_id)

    def talked(self, conductor_id: int) -> bool:
        """Whether a conductor held the conversation when the talk had begun."""
        return any(term.talked for term in self.terms if term.conductor_id == conductor_id)


@dataclass(frozen=True, slots=True)
class Entry:
    """One question with what one reader sees under it; None is what they may not read."""

    asked: AskedQuestion
    user: Written | None
    """The user's preparation."""
    conductor: Written | None
    """The conductor's preparation."""
    answer: Written | None
    """What was noted in the talk; in a summary step, the summary. Where several conductors noted
    something: the reader's own, or else the newest."""
    others: tuple[Piece, ...] = ()
    """What else conductors wrote, the oldest first."""
    answer_by: str = ""
    """Name of who noted the answer, where that is not who holds the conversation."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A conversation as one reader sees it."""

    conversation: Conversation
    relations: frozenset[Relation]
    parts: frozenset[Part]
    """What they may read."""
    writes: frozenset[Part]
    """What they may write now."""
    may_ask: bool
    """Whether they may add or remove questions now (T2)."""
    entries: tuple[Entry, ...]
    from_others: frozenset[Piece] = frozenset()
    """What they read of a conversation in which they had no part when it was written (A3)."""
    closed_to_reader: bool = False
    """Whether something was written before they came to hold it, and not opened to them (C6)."""
    closed_to_conductor: bool = False
    """Whether they wrote something that the conductor does not read unless they open it (C6)."""
    opened_to_conductor: bool = False
    """Whether they opened to the conductor what they wrote before (C6)."""


@dataclass(frozen=True, slots=True)
class MyConversation:
    """One line of My conversations (C1): a person, and what is asked, planned or under way."""

    id: int
    """Tells the lines of one overview apart; not kept."""
    user_id: int
    login: str
    name: str
    mine: bool
    """Whether it is about the reader themself."""
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
    """None where nothing is asked and nothing planned."""
    at: datetime | None = None
    """When it is planned for or has begun."""
    conversation_id: int | None = None
    conductor_id: int | None = None
    conductor: str = ""
    """Name of who holds it or is to hold it, as far as that is settled."""
    asked: bool = False
    """Whether it waits for the reader."""
    why_not: str = ""
    """Why it does not wait for the reader, where it does not (P10)."""
    last_held: datetime | None = None
    """When the user's last conversation was held."""
    for_whom: str = ""
    """For whom the reader stands in there: ``for Bea until 12 Mar`` (U14)."""


@dataclass(frozen=True, slots=True)
class MyConversationFilter:
    """Which lines of My conversations a list shows: all words must be found."""

    text: str = ""
    asked: bool = False
    """Only what waits for the reader."""


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """Which conversations the history shows: all words must be found."""

    text: str = ""
    user_id: int | None = None
    state: ConversationState | None = None


class Overtaken(Conflict):
    """Somebody, perhaps oneself elsewhere, wrote in the same place in the meantime (A4)."""

    def __init__(self, theirs: Written) -> None:
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
    """The parts of a conversation of which somebody may read something (C2, C6, T4).

    The two participants read what they wrote at any time; the conductor the user's preparation
    once it is submitted to them, which ``opened`` tells where there were several conductors; the
    user the conductor's once the talk began. Everybody else reads nothing but the status, and what
    T4 opens only once the conversation is done; what the user never submitted stays theirs. Which
    pieces of a part they read says `may_read`.
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
    """Whether somebody may read one piece of a part that `readable` names (C6).

    A conductor reads what they wrote themself, and what its author opened to them: what was
    written before they came to hold the conversation stays closed however they came to hold it,
    and whoever held it in between. The user reads all that was noted in the talk, and what a
    conductor prepared who held it when the talk began or later; so do those to whom T4 opens it,
    and of what the user prepared what was opened to a conductor.
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
    """Whether somebody who reads a conversation sees a question that it asks (C6).

    A further question was written by a conductor: it is opened to the next one as all they wrote.
    """
    if asked.added_by in (None, reader_id) or Relation.CONDUCTOR not in relations:
        return True
    return asked.term <= tenure.opened(asked.added_by or 0, reader_id)


def _was_shown(tenure: Tenure, piece: Piece) -> bool:
    """Whether its author showed a piece to the other side."""
    if piece.part is Part.USER_PREPARATION:
        return piece.term <= tenure.opened_to_anybody(piece.author_id)
    if piece.part is not Part.CONDUCTOR_PREPARATION:
        return True
    return tenure.talked(piece.author_id)


def _opened_by(relations: Collection[Relation], viewing: Viewing) -> frozenset[Part]:
    """What T4 opens of a finished conversation to those who were not in it."""
    parts: frozenset[Part] = frozenset()
    if Relation.LEADER in relations and viewing.leaders:
        parts |= CONTENT
    if Relation.ADMIN in relations and viewing.admins is AdminsRead.ALL:
        parts |= CONTENT
    if Relation.ADMIN in relations and viewing.admins is AdminsRead.SUMMARY:
        parts |= {Part.SUMMARY}
    return parts


def writable(relations: Collection[Relation], conversation: Conversation) -> frozenset[Part]:
    """What somebody may write in a conversation now (C2)."""
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
    """Whether somebody may add questions to a conversation now (T2)."""
    return (
        Relation.CONDUCTOR in relations
        and conversation.template.questions is not QuestionPolicy.FIXED
        and conversation.state in NOT_OVER
    )


def may_remove(
    relations: Collection[Relation], conversation: Conversation, asked: AskedQuestion
) -> bool:
    """Whether somebody may take a question out of a conversation now (T2).

    Where a template is only extendable, its own questions stay; a step without topics always does.
    """
    return (
        may_ask(relations, conversation)
        and asked.step is StepKind.DISCUSSION
        and (asked.added_by is not None or conversation.template.questions is QuestionPolicy.FREE)
    )


def check_plan(plan: Plan, now: datetime) -> None:
    """Raise `Invalid` unless a conversation can be planned so (C2).

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


def answered(asked: AskedQuestion, text: str) -> str:
    """``text`` as the answer to a question, cleaned; empty takes an answer back.

    A rating and a choice are answered by one of their options, yes or no by ``yes`` or ``no``.
    Raises `Refused` for any other, and for what is too long.
    """
    question = asked.question
    if question.kind is QuestionKind.TEXT:
        cleaned = clean_text(text)
        if len(cleaned) > MAX_ANSWER:
            raise Refused(f"An answer has at most {MAX_ANSWER:,} characters, not {len(cleaned):,}.")
        return cleaned if cleaned.strip() else ""
    chosen, allowed = clean_line(text), choices(question)
    if chosen and chosen not in allowed:
        # What was typed is not repeated, nor what an added question offers: errors are kept.
        offered = ", ".join(allowed) if asked.added_by is None else "those under the question"
        raise Refused(f"This is no answer: choose one of {offered}.")
    return chosen


def choices(question: Question) -> tuple[str, ...]:
    """The answers to choose from; none where one writes freely."""
    if question.kind is QuestionKind.YES_NO:
        return ("yes", "no")
    return question.options


def asked_of(definition: Definition) -> list[AskedQuestion]:
    """The questions of a template as a conversation asks them, with ids from 0.

    A step without topics is one free text.
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


def reopened_by(
    relations: Collection[Relation], conversation: Conversation, now: datetime
) -> str | None:
    """Why somebody may not reopen a conversation, or None where they may (C3)."""
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
    """What is overdue first, then what waits for the reader by deadline, then the rest by name."""

    def key(item: MyConversation) -> tuple[bool, bool, bool, date, str]:
        nothing = item.status is None
        day = item.deadline or (item.at.date() if item.at else date.max)
        return (not (item.overdue and item.asked), not item.asked, nothing, day, item.name)

    return sorted(items, key=key)
