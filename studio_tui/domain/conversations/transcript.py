"""Transcripts of conversations for one reader, to be rendered as Markdown or PDF (C3, C6)."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from studio_tui.domain.conversations.conversation import (
    CONTENT,
    Conversation,
    Entry,
    Part,
    Piece,
    Reading,
    WrittenText,
)
from studio_tui.domain.shared.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class TranscriptText:
    """A text under a question as it was typed, with its label."""

    whose: str
    text: str


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """A question with the texts under it; the question is empty in a step without topics."""

    question: str
    told: tuple[TranscriptText, ...]


@dataclass(frozen=True, slots=True)
class TranscriptSection:
    """The questions of one topic, or of one step without topics."""

    heading: str
    answered: tuple[AnsweredQuestion, ...]


@dataclass(frozen=True, slots=True)
class Transcript:
    """A complete transcript. Contains only what the reader may read."""

    title: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[TranscriptSection, ...]


def transcript(reading: Reading, zone: ZoneInfo) -> Transcript:
    """Return the transcript of ``reading``, with times in ``zone``."""
    conversation = reading.conversation
    return Transcript(
        title=f"Conversation with {conversation.name}",
        facts=tuple((name, value) for name, value in _facts(reading, zone) if value),
        sections=tuple(_sections(reading)),
    )


def part_names(conversation: Conversation) -> dict[Part, str]:
    """Return the display names of the parts that people wrote."""
    return {
        Part.USER_PREPARATION: f"the preparation of {conversation.name}",
        Part.CONDUCTOR_PREPARATION: f"the preparation of {conversation.conductor}",
        Part.ANSWERS: "the answers",
        Part.SUMMARY: "the summary",
    }


def notes_heading(entry: Entry) -> str:
    """Return the label of the notes of the talk."""
    return f"Noted by {entry.answer_by}" if entry.answer_by else "Noted in the talk"


def piece_heading(piece: Piece) -> str:
    """Return the label of a text by a former conductor."""
    how = "Prepared" if piece.part is Part.CONDUCTOR_PREPARATION else "Noted"
    return f"{how} by {piece.author}"


def _facts(reading: Reading, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    conversation = reading.conversation
    yield "With", conversation.name
    yield "Held by", conversation.conductor
    yield "Held on", _time(conversation.finished_at, zone)
    yield "Template", conversation.template.name
    yield "Asked for by", conversation.push
    yield "Place", conversation.place
    hidden = CONTENT - reading.parts
    names = part_names(conversation)
    yield "Not in here", ", ".join(name for part, name in names.items() if part in hidden)


def _time(instant: datetime | None, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M} ({zone.key})" if instant else ""


def _sections(reading: Reading) -> Iterator[TranscriptSection]:
    def place(entry: Entry) -> tuple[int, str]:
        return (entry.asked.step_position, entry.asked.topic)

    for (_, topic), entries in groupby(reading.entries, place):
        listed = list(entries)
        heading = topic or listed[0].asked.step.capitalize()
        answered = (_answered(reading.conversation, entry) for entry in listed)
        yield TranscriptSection(heading, tuple(one for one in answered if one is not None))


def _answered(conversation: Conversation, entry: Entry) -> AnsweredQuestion | None:
    """Return the question with its texts; None if it was removed and has none."""
    sides = (
        (f"Prepared by {conversation.name}", entry.user),
        (f"Prepared by {conversation.conductor}", entry.conductor),
        (notes_heading(entry), entry.answer),
    )
    told = tuple(TranscriptText(whose, side.text) for whose, side in sides if _holds(side) and side)
    told += tuple(
        TranscriptText(piece_heading(piece), piece.written.text) for piece in entry.others
    )
    if entry.asked.removed and not told:
        return None
    return AnsweredQuestion(entry.asked.question.text, told)


def _holds(written: WrittenText | None) -> bool:
    return written is not None and bool(written.text)
