"""A preview of a conversation by a template, as its leader and its user see it (T6; C2, T4)."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from rich.cells import cell_len
from textual.content import Content

from studio_tui.domain.shared.enum_tables import DefaultTable
from studio_tui.domain.templates.template import (
    AdminsRead,
    Definition,
    Question,
    QuestionKind,
    QuestionPolicy,
    Step,
    StepKind,
    Viewing,
)
from studio_tui.tui.text import line

_RULE = "▏"
_SCALE = 72
"""Maximum width in cells of a scale that is drawn on one line."""
_FREE = DefaultTable(
    {
        StepKind.FEEDBACK: "What you want to tell each other",
        StepKind.OBJECTIVES: "What you agree on for the time to come",
        StepKind.SUMMARY: "What stays of this conversation",
    },
    otherwise="",
)
_POLICY = {
    QuestionPolicy.FIXED: "The questions are those below; nothing is added.",
    QuestionPolicy.EXTENDABLE: "The questions are those below; you can add some of the library or "
    "of your own.",
    QuestionPolicy.FREE: "You choose the questions: those below are where you begin.",
}


class Side(StrEnum):
    """The participant from whose view the preview is drawn."""

    LEADER = "leader"
    USER = "user"


def preview(definition: Definition, side: Side, width: int) -> Content:
    """Return the whole conversation from beginning to end, in ``width`` cells."""
    drawn = [part for stage in _stages(definition, side) for part in _wrapped(stage, width)]
    return Content("\n").join(drawn)


def _wrapped(stage: Sequence[Content], width: int) -> Iterator[Content]:
    for part in stage:
        plain = part.plain
        indent = len(plain) - len(plain.lstrip(" "))
        first = part[:indent]
        rest = part[indent:]
        for piece in rest.wrap(max(width - indent, 1)) or [Content("")]:
            yield first + piece


def _stages(definition: Definition, side: Side) -> Iterator[list[Content]]:
    number = 1
    yield list(_beginning(definition, side))
    if definition.planning:
        yield [*_heading(number, "Plan"), *_plan(definition, side)]
        yield [*_heading(number + 1, "Prepare"), *_prepare(definition, side)]
        number += 2
    yield [*_heading(number, "Talk"), *_talk(definition, side)]
    yield [*_heading(number + 1, "Finish"), *_finish(definition.viewing, side)]


def _heading(number: int, title: str) -> Iterator[Content]:
    yield Content("")
    yield Content.styled(f"{number} {title}", "bold underline")


def _beginning(definition: Definition, side: Side) -> Iterator[Content]:
    if definition.description:
        yield line(definition.description)
    permissions = definition.permissions
    ways = []
    if permissions.through_push:
        ways.append("when an admin pushes it, by mail and with a deadline")
    if permissions.by_managers:
        ways.append(
            "whenever you like" if side is Side.LEADER else "when your leader or coach asks"
        )
    if permissions.by_users:
        ways.append("when your team member asks" if side is Side.LEADER else "whenever you like")
    yield _said(f"It comes to you {', or '.join(ways)}." if ways else "Nobody can start it yet.")


def _plan(definition: Definition, side: Side) -> Iterator[Content]:
    if side is Side.USER:
        yield _said(
            "Your leader or coach chooses the day. You get an invitation for your calendar."
        )
        return
    yield _said("You choose day, time and place; you both get an invitation for your calendar.")
    yield _said(_POLICY[definition.questions])


def _prepare(definition: Definition, side: Side) -> Iterator[Content]:
    if side is Side.LEADER:
        yield _said("Your team member reads what you write here when the talk begins.")
        yield _said("You read what they wrote once they submit it.")
    else:
        yield _said(
            "Your leader or coach reads what you write here once you submit it, not before."
        )
        yield _said("You read what they wrote when the talk begins.")
    # A summary is written after the talk, so it is not prepared.
    yield from _steps([step for step in definition.steps if step.kind is not StepKind.SUMMARY])


def _talk(definition: Definition, side: Side) -> Iterator[Content]:
    if definition.planning:
        yield _said("Beside each question stands what you both prepared.")
    else:
        yield _said("It begins at once: nothing is planned or prepared.")
    if side is Side.LEADER:
        yield _said("You note the answers; your team member reads them as you do.")
        if definition.questions is not QuestionPolicy.FIXED:
            yield _said("You can still add questions.")
    else:
        yield _said("Your leader or coach notes the answers; you read them as they do.")
    yield from _steps(definition.steps)


def _finish(viewing: Viewing, side: Side) -> Iterator[Content]:
    if side is Side.LEADER:
        yield _said("You finish it: it is sealed, and done. You can reopen it for three days.")
    else:
        yield _said("Your leader or coach finishes it: it is sealed, and nothing in it changes.")
    yield _said(f"From then on it is read by {_readers(viewing)}.")
    yield _said("Others see at most that it was held, never what was said.")


def _readers(viewing: Viewing) -> str:
    readers = ["the two of you"]
    if viewing.leaders:
        readers.append("all leaders of the team member")
    if viewing.admins is AdminsRead.ALL:
        readers.append("admins")
    if viewing.admins is AdminsRead.SUMMARY:
        readers.append("admins, who see the summary only")
    *first, last = readers
    return f"{', '.join(first)} and {last}" if first else f"{last} alone"


def _steps(steps: Sequence[Step]) -> Iterator[Content]:
    for step in steps:
        yield Content("")
        yield Content("  ") + Content.styled(step.kind.capitalize(), "bold")
        if step.kind is not StepKind.DISCUSSION:
            yield Content("  ") + line(_FREE[step.kind], "$muted")
            yield Content.styled(f"  {_RULE}", "$muted")
        elif not step.topics:
            yield Content("  ") + line("No questions yet.", "$muted")
        for topic in step.topics:
            yield Content("  ") + line(topic.name, "$key")
            for question in topic.questions:
                yield from _question(question)


def _question(question: Question) -> Iterator[Content]:
    yield Content("  ") + line(question.text)
    match question.kind:
        case QuestionKind.TEXT:
            yield Content.styled(f"    {_RULE}", "$muted")
        case QuestionKind.YES_NO:
            yield Content("    ( ) yes  ( ) no")
        case QuestionKind.RATING if _fits_a_line(question.options):
            options = (Content("( ) ") + line(label) for label in question.options)
            yield Content("    ") + Content("  ").join(options)
        case QuestionKind.CHOICE | QuestionKind.RATING:
            for option in question.options:
                yield Content("    ( ) ") + line(option)


def _fits_a_line(options: Sequence[str]) -> bool:
    return sum(cell_len(option) + len("( )   ") for option in options) <= _SCALE


def _said(sentence: str) -> Content:
    return line(sentence, "$muted")
