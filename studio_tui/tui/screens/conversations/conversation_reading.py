"""A conversation as one text to read: preparations, notes of the talk, and the summary."""

from collections.abc import Iterable, Iterator

from textual.content import Content

from studio_tui.domain.conversations.conversation import CONTENT, ConversationState, Entry, Reading
from studio_tui.tui.screens.conversations.conversation_drafts import Draft
from studio_tui.tui.screens.conversations.conversation_words import (
    others,
    question_text,
    step_name,
    who_reads,
)
from studio_tui.tui.text import block, line

_INDENT = 2


def whole_text(reading: Reading, kept: Iterable[Draft], width: int, gone: str = "") -> Content:
    """Return all that the reader may read, in ``width`` cells, after their unsaved drafts ``kept``.

    ``gone`` is the reason why the conversation cannot be read any more, or empty.
    """
    lines = [*_kept(kept, width)]
    if gone:
        lines += _wrapped(line(gone, "$error"), width, 0)
    else:
        lines += [*_who(reading, width), *_said(reading, width)]
    return Content("\n").join(lines)


def texts_of_others(reading: Reading, entry: Entry, draft: Draft | None, width: int) -> Content:
    """Return the texts under one question, except the part that the reader writes in ``draft``."""
    part = draft.part if draft else None
    lines: list[Content] = []
    for heading, text, words in others(reading, entry, part):
        if words:
            lines += [line(heading, "$muted"), *_wrapped(block(text), width, _INDENT)]
        else:
            sentence = f"{heading}: {text}" if heading else text
            lines += _wrapped(line(sentence, "$muted"), width, 0)
    return Content("\n").join(lines)


def _kept(kept: Iterable[Draft], width: int) -> Iterator[Content]:
    for draft in kept:
        yield line("Typed here, and not saved", "$warning")
        yield from _wrapped(line(draft.why, "$warning"), width, 0)
        yield from _wrapped(line(question_text(draft.entry), "bold"), width, 0)
        yield from _wrapped(block(draft.text), width, _INDENT)
        yield Content("")


def _who(reading: Reading, width: int) -> Iterator[Content]:
    conversation = reading.conversation
    if not reading.parts & CONTENT:
        yield from _wrapped(line(_why_nothing(reading), "$muted"), width, 0)
    elif conversation.state is ConversationState.CANCELLED:
        yield from _wrapped(line("It was cancelled; what was written is kept.", "$muted"), width, 0)
    else:
        yield from _wrapped(line(who_reads(conversation), "$muted"), width, 0)


def _why_nothing(reading: Reading) -> str:
    held = reading.conversation.state is ConversationState.DONE
    what = "It was held. What was said" if held else "What is written here"
    return f"{what} is between the two of them, and not shown to you."


def _said(reading: Reading, width: int) -> Iterator[Content]:
    above: tuple[int, str] | None = None
    step: int | None = None
    for entry in reading.entries:
        asked = entry.asked
        if asked.step_position != step and asked.question.text:
            yield Content("")
            yield line(step_name(asked.step), "bold")
        if (asked.step_position, asked.topic) != above and asked.topic:
            yield Content("")
            yield from _wrapped(line(asked.topic, "$key"), width, 0)
        step, above = asked.step_position, (asked.step_position, asked.topic)
        yield Content("")
        taken_out = "  (taken out later)" if asked.removed else ""
        yield from _wrapped(line(question_text(entry) + taken_out, "bold"), width, 0)
        told = texts_of_others(reading, entry, None, width - _INDENT)
        yield from (Content(" " * _INDENT) + each for each in told.split("\n"))


def _wrapped(text: Content, width: int, indent: int) -> Iterator[Content]:
    for part in text.wrap(max(width - indent, 10)):
        yield Content(" " * indent) + part
