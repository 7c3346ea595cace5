"""The lines of an outline, and the details of the line under the cursor."""

from collections.abc import Collection, Iterator, Mapping

from textual.content import Content

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.templates.outline import OutlineItem, OutlineNode, Place, items
from studio_tui.domain.templates.template import Definition, Question, Step, StepKind, Topic
from studio_tui.tui.screens.templates.template_reading import setting_facts
from studio_tui.tui.text import block, line
from studio_tui.tui.widgets.facts import Facts
from studio_tui.tui.widgets.list.columns import Column, StyledText, Tone
from studio_tui.wording.counting import counted
from studio_tui.wording.templates import KIND_LABELS

_ABOUT = {
    StepKind.DISCUSSION: "Topics and their questions.",
    StepKind.FEEDBACK: "What each tells the other: one free text.",
    StepKind.OBJECTIVES: "What is agreed for the time to come: one free text.",
    StepKind.SUMMARY: "What stays of the conversation: one free text.",
}


@dataclass(frozen=True, slots=True)
class OutlineRow:
    """A line of an outline. ``id`` is its index; ``edition`` numbers the outline it belongs to."""

    id: int
    item: OutlineItem
    edition: int
    wrong: bool
    level: int
    """Depth below the edited root, which has level 0."""


def rows_of(
    definition: Definition, within: Place, wrong: Collection[Place], edition: int
) -> list[OutlineRow]:
    """Return the lines of the outline below ``within``, with the places in ``wrong`` marked."""
    return [
        OutlineRow(number, item, edition, item.place in wrong, len(item.place) - len(within))
        for number, item in enumerate(items(definition, within))
    ]


def columns() -> tuple[Column[OutlineRow], ...]:
    """Return the columns of the outline."""
    return (
        Column("wrong", "", lambda row: StyledText("!" * row.wrong, Tone.BAD), width=1),
        Column("outline", "", _text, width=20, flex=1),
        Column("kind", "", lambda row: StyledText(_hint(row.item.thing), Tone.MUTED), width=11),
    )


def detail(thing: OutlineNode, problems: Mapping[str, str]) -> Content:
    """Return the errors and details of ``thing``, without its children."""
    shown = [line(reason, "$error") for reason in problems.values()]
    return Content("\n").join([*shown, *_detail(thing)])


def _detail(thing: OutlineNode) -> Iterator[Content]:
    match thing:
        case Definition():
            if thing.description:
                yield block(thing.description)
                yield Content("")
            yield Facts.drawn(setting_facts(thing))
        case Step():
            yield line(thing.kind.capitalize(), "bold")
            yield line(_ABOUT[thing.kind], "$muted")
        case Topic():
            yield line(thing.name, "bold")
            yield line(counted(len(thing.questions), "question"), "$muted")
        case Question():
            yield line(thing.text, "bold")
            yield line(f"Answered by: {KIND_LABELS[thing.kind]}", "$muted")
            yield from (Content("( ) ") + line(option) for option in thing.options)


def _text(row: OutlineRow) -> str | StyledText:
    thing = row.item.thing
    # Lists strip leading spaces, so nested lines begin with a sign.
    match thing:
        case Definition():
            return StyledText(thing.name or "(no name yet)", Tone.STRONG)
        case Step():
            return StyledText(f"{row.item.place[0] + 1} {thing.kind.capitalize()}", Tone.STRONG)
        case Topic():
            name = thing.name or "(no name yet)"
            return StyledText(f"│ {name}" if row.level else name, Tone.MARK)
        case Question():
            return f"{'│ ' if row.level > 1 else ''}· {thing.text or '(nothing asked yet)'}"


def _hint(thing: OutlineNode) -> str:
    match thing:
        case Definition():
            return "settings"
        case Question():
            options = f" · {len(thing.options)}" if thing.options else ""
            return KIND_LABELS[thing.kind] + options
        case Topic() if not thing.questions:
            return "empty"
    return ""
