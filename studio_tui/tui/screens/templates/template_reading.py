"""A template as text to read: its purpose, permissions and questions (T1 to T4)."""

from collections.abc import Iterator

from textual.content import Content

from studio_tui.domain.shared.enum_tables import DefaultTable
from studio_tui.domain.templates.template import (
    AdminsRead,
    Definition,
    Permissions,
    Question,
    QuestionKind,
    QuestionPolicy,
    Step,
    Template,
    Viewing,
)
from studio_tui.tui.text import line
from studio_tui.tui.widgets.facts import Fact
from studio_tui.wording.counting import counted
from studio_tui.wording.templates import KIND_LABELS

_POLICY = {
    QuestionPolicy.FIXED: "as they are here",
    QuestionPolicy.EXTENDABLE: "as they are here, and who plans may add some",
    QuestionPolicy.FREE: "up to who plans",
}
_BETWEEN = DefaultTable({QuestionKind.RATING: " → "}, otherwise=" / ")


def facts(template: Template) -> list[Fact]:
    """Return the properties of a template other than its questions."""
    return [*setting_facts(template.definition), ("Used by", used_by(template))]


def setting_facts(definition: Definition) -> list[Fact]:
    """Return the properties of a definition: permissions, stages and readers."""
    return [
        ("Through push", through_push(definition.permissions)),
        ("Started by", _starters(definition.permissions)),
        ("Goes through", "plan, prepare, talk" if definition.planning else "talk"),
        ("Questions", _POLICY[definition.questions]),
        ("Read by", _readers(definition.viewing)),
    ]


def through_push(permissions: Permissions) -> str:
    """Return ``yes`` or ``no``: whether the template may be pushed (T3)."""
    return "yes" if permissions.through_push else "no"


def used_by(template: Template) -> str:
    """Return how many pushes and conversations use the template, and whether it is archived."""
    pushes = counted(template.pushes, "push", "pushes") if template.pushes else "no push"
    if template.conversations:
        alone = counted(template.conversations, "conversation")
        pushes = f"{pushes}, {alone} without one"
    return f"{pushes} · archived" if template.archived else pushes


def size_of(definition: Definition) -> str:
    """Return the size of a definition, such as ``3 steps, 12 questions``."""
    questions = counted(definition.question_count(), "question")
    return f"{counted(len(definition.steps), 'step', 'steps')}, {questions}"


def outline(definition: Definition, width: int) -> Content:
    """Return the steps with their topics and questions, in ``width`` cells."""
    lines = [
        drawn
        for number, step in enumerate(definition.steps, start=1)
        for drawn in _step(number, step, width)
    ]
    return Content("\n").join(lines)


def _step(number: int, step: Step, width: int) -> Iterator[Content]:
    if number > 1:
        yield Content("")
    yield Content.styled(f"{number}  {step.kind.capitalize()}", "bold")
    for topic in step.topics:
        yield Content("")
        yield from _hanging("   ", "   ", line(topic.name, "$key"), width)
        for question in topic.questions:
            yield from _hanging("   · ", "     ", _question(question), width)


def _question(question: Question) -> Content:
    kind = KIND_LABELS[question.kind]
    options = _BETWEEN[question.kind].join(question.options)
    hint = f"{kind}: {options}" if options else kind
    return Content.assemble(line(question.text), "  ", line(hint, "$muted"))


def _hanging(first: str, rest: str, text: Content, width: int) -> Iterator[Content]:
    indent = first
    for part in text.wrap(max(width - len(first), 1)):
        yield Content(indent) + part
        indent = rest


def _starters(permissions: Permissions) -> str:
    starters = [
        name
        for name, allowed in (
            ("leaders and coaches", permissions.by_managers),
            ("users themselves", permissions.by_users),
        )
        if allowed
    ]
    if starters:
        return ", ".join(starters)
    return "a push alone" if permissions.through_push else "nobody"


def _readers(viewing: Viewing) -> str:
    readers = ["the two participants"]
    if viewing.leaders:
        readers.append("all the user's leaders")
    if viewing.admins is AdminsRead.ALL:
        readers.append("admins")
    if viewing.admins is AdminsRead.SUMMARY:
        readers.append("admins (the summary)")
    return ", ".join(readers)
