"""A template as an outline of steps, topics and questions, with operations on it.

A `Place` is a path of indexes: ``()`` is the template itself, ``(2,)`` its third step, ``(2, 0)``
the first topic of that step and ``(2, 0, 4)`` the fifth question of that topic. Every function
returns a new definition, which is not necessarily valid to save.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.templates.template import Definition, Question, Step, StepKind, Topic

Place = tuple[int, ...]
OutlineNode = Definition | Step | Topic | Question
T = TypeVar("T")

ROOT: Place = ()
STEP, TOPIC, QUESTION = 1, 2, 3
"""Length of the place of a step, a topic and a question."""
_CHILDREN = ("steps", "topics", "questions")
_KEY = re.compile(
    r"(?:steps\[(\d+)\])?(?:\.topics\[(\d+)\])?(?:\.questions\[(\d+)\])?\.?(.*)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class OutlineItem:
    """One row of the outline."""

    place: Place
    thing: OutlineNode


def items(definition: Definition, within: Place = ROOT) -> tuple[OutlineItem, ...]:
    """Return the item at ``within`` and its descendants, in order."""
    return tuple(_items(node_at(definition, within), within))


def node_at(definition: Definition, place: Place) -> Any:
    """Return the item at ``place``. Raises IndexError if there is none."""
    thing: Any = definition
    for number in place:
        thing = _children(thing)[number]
    return thing


def put(definition: Definition, place: Place, thing: OutlineNode) -> Definition:
    """Return ``definition`` with the item at ``place`` replaced by ``thing``."""
    if place == ROOT:
        return thing  # type: ignore[return-value] # the item at the root is a definition
    return _with_children(
        definition,
        place[:-1],
        lambda there: (*there[: place[-1]], thing, *there[place[-1] + 1 :]),
    )


def insert(definition: Definition, place: Place, thing: OutlineNode) -> Definition:
    """Return ``definition`` with ``thing`` inserted at ``place``."""
    at = place[-1]
    return _with_children(definition, place[:-1], lambda there: (*there[:at], thing, *there[at:]))


def remove(definition: Definition, place: Place) -> Definition:
    """Return ``definition`` without the item at ``place``."""
    at = place[-1]
    return _with_children(definition, place[:-1], lambda there: (*there[:at], *there[at + 1 :]))


def move(definition: Definition, place: Place, by: int) -> tuple[Definition, Place]:
    """Move the item at ``place`` up (``by`` -1) or down (1); return the result and its new place.

    At the edge of its parent, the item moves into the previous or next parent. If there is none,
    nothing changes.
    """
    target = _target(definition, place, by)
    if target is None:
        return definition, place
    thing = node_at(definition, place)
    return insert(remove(definition, place), target, thing), target


def place_below(definition: Definition, place: Place, depth: int) -> Place | None:
    """Return where to add an item of ``depth`` with the cursor at ``place``, or None.

    The new item comes after the one at the cursor, or last in its parent. None if no parent can
    hold it.
    """
    if len(place) >= depth:
        return (*place[: depth - 1], place[depth - 1] + 1)
    holders = [holder for holder in _holders(definition, depth) if holder[: len(place)] == place]
    if not holders:
        return None
    return (*holders[-1], len(_children(node_at(definition, holders[-1]))))


def locate(key: str) -> tuple[Place, str]:
    """Return the place that a key path of `check_definition` refers to, and the rest of the path.

    ``steps[2].topics[0].questions[1].options[3]`` is ``options[3]`` at ``(2, 0, 1)``.
    """
    found = _KEY.fullmatch(key)
    if found is None:
        return ROOT, key
    place = tuple(int(number) for number in found.groups()[:3] if number is not None)
    return place, found[4]


def by_place(problems: Mapping[str, str]) -> dict[Place, dict[str, str]]:
    """Group problems by place, and at each place by the rest of their key path."""
    sorted_out: dict[Place, dict[str, str]] = {}
    for key, reason in problems.items():
        place, field = locate(key)
        sorted_out.setdefault(place, {})[field] = reason
    return sorted_out


def _items(thing: OutlineNode, place: Place) -> Iterator[OutlineItem]:
    yield OutlineItem(place, thing)
    for number, child in enumerate(_children(thing)):
        yield from _items(child, (*place, number))


def _children(thing: OutlineNode) -> Sequence[Any]:
    match thing:
        case Definition():
            return thing.steps
        case Step():
            return thing.topics
        case Topic():
            return thing.questions
        case Question():
            return ()


def _with_children(definition: Definition, parent: Place, change: Any) -> Definition:
    thing = node_at(definition, parent)
    changed = change(_children(thing))
    return put(definition, parent, replace(thing, **{_CHILDREN[len(parent)]: changed}))


def _target(definition: Definition, place: Place, by: int) -> Place | None:
    parent, at = place[:-1], place[-1] + by
    if 0 <= at < len(_children(node_at(definition, parent))):
        return (*parent, at)
    holders = _holders(definition, len(place))
    other = holders.index(parent) + by if parent in holders else -1
    if not 0 <= other < len(holders):
        return None
    holder = holders[other]
    return (*holder, 0 if by > 0 else len(_children(node_at(definition, holder))))


def _holders(definition: Definition, depth: int) -> list[Place]:
    """Return the places of all items that can hold children at ``depth``."""
    return [
        item.place
        for item in items(definition)
        if len(item.place) == depth - 1
        and not (isinstance(item.thing, Step) and item.thing.kind is not StepKind.DISCUSSION)
    ]
