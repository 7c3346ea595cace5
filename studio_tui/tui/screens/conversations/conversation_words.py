"""The texts of the conversation screen: its progress, and who reads what and when (C2, T4)."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from studio_tui.domain.conversations.conversation import (
    Conversation,
    ConversationState,
    Entry,
    Part,
    Reading,
    Relation,
    WrittenText,
)
from studio_tui.domain.conversations.transcript import notes_heading, piece_heading
from studio_tui.domain.templates.template import AdminsRead, StepKind
from studio_tui.tui.moments import day, moment, moment_and_zone

_STEP = {
    StepKind.DISCUSSION: "Discussion",
    StepKind.FEEDBACK: "Feedback",
    StepKind.OBJECTIVES: "Objectives",
    StepKind.SUMMARY: "Summary",
}


def step_name(kind: StepKind) -> str:
    """Return the name of a step."""
    return _STEP[kind]


def question_text(entry: Entry) -> str:
    """Return the question, or the name of the step if that is a single free text."""
    return entry.asked.question.text or step_name(entry.asked.step)


def title(reading: Reading) -> str:
    """Return a title such as ``Ann Peeters with Bob Janssens · Regular · Q1 review``."""
    conversation = reading.conversation
    parts = [
        f"{conversation.name} with {conversation.conductor}",
        conversation.template.name,
        conversation.push,
    ]
    return " · ".join(part for part in parts if part)


def earlier_in_words(text: WrittenText, zone: ZoneInfo) -> tuple[str, str]:
    """Return how a replaced text is listed: its first line, and when it was written."""
    begins, _, more = text.text.partition("\n")
    return f"{begins} …" if more else begins, moment(text.written_at, zone)


def progress_in_words(reading: Reading, zone: ZoneInfo) -> str:
    """Return the progress of the conversation.

    Example: ``planned for 2026-03-12 10:00 (Europe/Brussels), room 4 · deadline 2026-03-31``.
    """
    conversation = reading.conversation
    parts = [_state(conversation, zone)]
    if conversation.state in (ConversationState.PLANNED, ConversationState.PREPARED):
        parts += _prepared(reading)
        if conversation.deadline:
            parts.append(f"deadline {day(conversation.deadline)}")
    return " · ".join(part for part in parts if part)


def closed_notice(reading: Reading) -> str:
    """Return a notice about texts from before a change of conductor, or an empty string (C6).

    By default the new conductor cannot read them. The notice names who can open or close them.
    """
    conductor = reading.conversation.conductor
    if reading.closed_to_conductor:
        return f"{conductor} does not read what you wrote before: U opens it"
    if reading.opened_to_conductor:
        return f"{conductor} reads what you wrote before: U closes it"
    if reading.closed_to_reader:
        return "What was written before you held it is closed: who wrote it can open it"
    return ""


def who_reads(conversation: Conversation) -> str:
    """Return a sentence about who reads a finished conversation (T4)."""
    viewing = conversation.template.viewing
    also = []
    if viewing.leaders:
        also.append(f"all leaders of {conversation.name} read everything")
    if viewing.admins is AdminsRead.ALL:
        also.append("admins read everything")
    if viewing.admins is AdminsRead.SUMMARY:
        also.append("admins read the summary")
    both = f"{conversation.name} and {conversation.conductor}"
    if not also:
        return f"Private to {both}: nobody else reads what was said. Admins see that it was held."
    rest = "" if viewing.admins is not AdminsRead.NOTHING else " Admins see only that it was held."
    return f"{both} read it, and {' and '.join(also)}.{rest}"


def own_label(reading: Reading, part: Part) -> str:
    """Return the label of the reader's entry field: the part, and who reads it when (C2)."""
    conversation = reading.conversation
    if part is Part.USER_PREPARATION:
        if conversation.user_prepared_at and not reading.closed_to_conductor:
            return f"Your preparation · {conversation.conductor} reads it"
        if reading.closed_to_conductor:
            return f"Your preparation · {conversation.conductor} reads it once you open it"
        return f"Your preparation · {conversation.conductor} reads it once you submit it"
    if part is Part.CONDUCTOR_PREPARATION:
        return f"Your preparation · {conversation.name} reads it when the talk begins"
    what = "The summary" if part is Part.SUMMARY else "Noted in the talk"
    return f"{what} · {conversation.name} reads it"


def others(reading: Reading, entry: Entry, written: Part | None) -> Sequence[tuple[str, str, bool]]:
    """Return the texts under a question as (heading, text, whether a person wrote the text).

    The heading may be empty. ``written`` is the part that the reader writes, which is left out.
    """
    conversation = reading.conversation
    found: list[tuple[str, str, bool]] = []
    if conversation.template.planning and entry.asked.part is not Part.SUMMARY:
        found += _preparation(reading, entry, Part.USER_PREPARATION, written)
        found += _preparation(reading, entry, Part.CONDUCTOR_PREPARATION, written)
    if written is not entry.asked.part and conversation.started_at and entry.answer is not None:
        heading = "Summary" if entry.asked.part is Part.SUMMARY else notes_heading(entry)
        if entry.asked.part is Part.SUMMARY and entry.answer_by:
            heading = f"Summary by {entry.answer_by}"
        found.append(_words(heading, entry.answer.text, "nothing noted"))
    found += [(piece_heading(piece), piece.written.text, True) for piece in entry.others]
    return found


def submitted(reading: Reading) -> bool:
    """Return whether the reader has submitted their own preparation."""
    conversation = reading.conversation
    if Relation.USER in reading.relations:
        return conversation.user_prepared_at is not None
    return conversation.conductor_prepared_at is not None


def _state(conversation: Conversation, zone: ZoneInfo) -> str:
    match conversation.state:
        case ConversationState.DONE:
            return f"held {moment_and_zone(conversation.finished_at, zone)}"
        case ConversationState.CANCELLED:
            return f"cancelled {moment_and_zone(conversation.cancelled_at, zone)}"
        case ConversationState.IN_PROGRESS:
            return f"in progress since {moment_and_zone(conversation.started_at, zone)}"
    if conversation.planned_for is None:
        return "not planned yet"
    place = f", {conversation.place}" if conversation.place else ""
    return f"planned for {moment_and_zone(conversation.planned_for, zone)}{place}"


def _prepared(reading: Reading) -> list[str]:
    conversation = reading.conversation
    if not conversation.template.planning:
        return []
    sides = [
        (Relation.USER, conversation.name, conversation.user_prepared_at),
        (Relation.CONDUCTOR, conversation.conductor, conversation.conductor_prepared_at),
    ]
    words = []
    for relation, name, at in sides:
        own = relation in reading.relations
        has = ("you have" if own else f"{name} has") + ("" if at else " not")
        words.append(f"{has} submitted")
    return words


def _preparation(
    reading: Reading, entry: Entry, part: Part, written: Part | None
) -> list[tuple[str, str, bool]]:
    if written is part:
        return []
    conversation = reading.conversation
    users = part is Part.USER_PREPARATION
    whose = conversation.name if users else conversation.conductor
    relation = Relation.USER if users else Relation.CONDUCTOR
    heading = "Your preparation" if relation in reading.relations else f"Prepared by {whose}"
    there = entry.user if users else entry.conductor
    if there is not None:
        return [_words(heading, there.text, "nothing written")]
    return [("", why_hidden(reading, part), False)]


def why_hidden(reading: Reading, part: Part) -> str:
    """Return a sentence about why a preparation is not shown to the reader."""
    conversation = reading.conversation
    over = conversation.state in (ConversationState.DONE, ConversationState.CANCELLED)
    if part is Part.USER_PREPARATION:
        if Relation.CONDUCTOR in reading.relations and not conversation.user_prepared_at:
            return f"{conversation.name} has not submitted" + ("." if over else " yet.")
    elif Relation.USER in reading.relations and not over:
        return f"What {conversation.conductor} prepares is shown when the talk begins."
    whose = conversation.name if part is Part.USER_PREPARATION else conversation.conductor
    return f"What {whose} prepared is not shown to you."


def _words(heading: str, text: str, nothing: str) -> tuple[str, str, bool]:
    return (heading, text, True) if text.strip() else (heading, nothing, False)
