"""Differences between two versions of a template, for display (T5)."""

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import zip_longest
from typing import TypeVar

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.text import clean_line, fold
from studio_tui.domain.templates.template import (
    AdminsRead,
    Definition,
    Question,
    QuestionKind,
    QuestionPolicy,
    Step,
    Topic,
)

T = TypeVar("T")

_ALIKE = 0.5
"""Minimum similarity ratio at which a text counts as reworded, not as replaced."""
_POLICIES = {
    QuestionPolicy.FIXED: "fixed",
    QuestionPolicy.EXTENDABLE: "who plans may add some",
    QuestionPolicy.FREE: "up to who plans",
}
_ADMINS = {AdminsRead.NOTHING: "nothing", AdminsRead.SUMMARY: "the summary", AdminsRead.ALL: "all"}


class ChangeKind(StrEnum):
    """The kind of a change."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``before`` is empty for an addition, ``after`` for a removal.

    For a move, ``before`` is the old position and ``after`` is the text that moved.
    """

    kind: ChangeKind
    where: str
    """Name of a setting, or the step and the topic: ``Discussion › Work``."""
    before: str
    after: str


def changes(before: Definition, after: Definition) -> tuple[Change, ...]:
    """Return the differences between two versions: settings first, then the outline in order."""
    outline = _outline_changes(before.steps, after.steps)
    return (*_setting_changes(before, after), *_with_moves(list(outline)))


def described(question: Question) -> str:
    """Return a question on one line, with its type of answer."""
    match question.kind:
        case QuestionKind.TEXT:
            return question.text
        case QuestionKind.YES_NO:
            return f"{question.text} (yes or no)"
        case QuestionKind.RATING:
            return f"{question.text} (rating: {' → '.join(question.options)})"
        case QuestionKind.CHOICE:
            return f"{question.text} (choice: {' / '.join(question.options)})"


def settings_of(definition: Definition) -> dict[str, str]:
    """Return all settings of a template except the outline, for display."""
    permissions, viewing = definition.permissions, definition.viewing
    return {
        "Name": definition.name,
        "Description": clean_line(definition.description),
        "Planning and preparation": _yes(definition.planning),
        "Questions": _POLICIES[definition.questions],
        "Through push": _yes(permissions.through_push),
        "Started by leaders and coaches": _yes(permissions.by_managers),
        "Started by users": _yes(permissions.by_users),
        "Admins read": _ADMINS[viewing.admins],
        "All the user's leaders read": _yes(viewing.leaders),
    }


def _setting_changes(before: Definition, after: Definition) -> Iterator[Change]:
    now = settings_of(after)
    for setting, was in settings_of(before).items():
        if was != now[setting]:
            yield Change(ChangeKind.CHANGED, setting, was, now[setting])
    if before.description != after.description and _same_line(before, after):
        yield Change(ChangeKind.CHANGED, "Description", "", "broken into other lines")


def _same_line(before: Definition, after: Definition) -> bool:
    return clean_line(before.description) == clean_line(after.description)


def _outline_changes(before: Sequence[Step], after: Sequence[Step]) -> Iterator[Change]:
    for old, new in _aligned(before, after, lambda step: step.kind):
        yield from _of("", _step_name(old), _step_name(new))
        name = _step_name(new) or _step_name(old)
        yield from _topic_changes(name, old.topics if old else (), new.topics if new else ())


def _topic_changes(step: str, before: Sequence[Topic], after: Sequence[Topic]) -> Iterator[Change]:
    for old, new in _aligned(before, after, lambda topic: topic.name):
        yield from _of(step, old.name if old else "", new.name if new else "")
        questions = old.questions if old else (), new.questions if new else ()
        kept = new or old
        yield from _question_changes(f"{step} › {kept.name if kept else ''}", *questions)


def _question_changes(
    topic: str, before: Sequence[Question], after: Sequence[Question]
) -> Iterator[Change]:
    for old, new in _aligned(before, after, lambda question: question.text):
        yield from _of(topic, described(old) if old else "", described(new) if new else "")


def _of(at: str, before: str, after: str) -> Iterator[Change]:
    if before == after:
        return
    kind = (
        ChangeKind.CHANGED
        if before and after
        else ChangeKind.ADDED
        if after
        else ChangeKind.REMOVED
    )
    yield Change(kind, at, before, after)


def _aligned(
    before: Sequence[T], after: Sequence[T], text: Callable[[T], str]
) -> Iterator[tuple[T | None, T | None]]:
    """Yield pairs of corresponding items.

    Equal texts correspond in order, and between those, similar texts. An item without a counterpart
    is paired with None.
    """
    old_keys, new_keys = ([fold(text(thing)) for thing in things] for things in (before, after))
    matcher = SequenceMatcher(None, old_keys, new_keys, autojunk=False)
    for _, i, i_end, j, j_end in matcher.get_opcodes():
        for old, new in zip_longest(before[i:i_end], after[j:j_end]):
            if old is None or new is None or _alike(text(old), text(new)):
                yield old, new
            else:
                yield old, None
                yield None, new


def _alike(before: str, after: str) -> bool:
    return SequenceMatcher(None, fold(before), fold(after), autojunk=False).ratio() >= _ALIKE


def _with_moves(found: list[Change]) -> Iterator[Change]:
    """Yield ``found`` with each pair of a removal and an addition of one text merged to a move."""
    gone = {(c.before, bool(c.where)): c for c in found if c.kind is ChangeKind.REMOVED}
    added = {(c.after, bool(c.where)): c for c in found if c.kind is ChangeKind.ADDED}
    for change in found:
        moved_from = gone.get((change.after, bool(change.where)))
        moved_to = added.get((change.before, bool(change.where)))
        if change.kind is ChangeKind.ADDED and moved_from is not None:
            yield Change(ChangeKind.MOVED, change.where, moved_from.where, change.after)
        elif not (change.kind is ChangeKind.REMOVED and moved_to is not None):
            yield change


def _step_name(step: Step | None) -> str:
    return step.kind.capitalize() if step else ""


def _yes(value: bool) -> str:
    return "yes" if value else "no"
