"""A template as an outline of steps, topics and questions, and what can be done with it there.

A `Place` says where: ``()`` is the template itself, ``(2,)`` its third step, ``(2, 0)`` the first
topic of that and ``(2, 0, 4)`` the fifth question under it. Nothing is changed in place: every
function gives another definition, which need not be one that may be saved.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.templates.template import Definition, Question, Step, StepKind, Topic

Place = tuple[int, ...]
Thing = Definition | Step | Topic | Question
T = TypeVar("T")

ROOT: Place = ()
STEP, TOPIC, QUESTION = 1, 2, 3
"""How long the place of each is."""
_CHILDREN = ("steps", "topics", "questions")
_KEY = re.compile(
    r"(?:steps\[(\d+)\])?(?:\.topics\[(\d+)\])?(?:\.questions\[(\d+)\])?\.?(.*)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class OutlineItem:
    """One line of the outline."""

    place: Place
    thing: Thing


def items(definition: Definition, within: Place = ROOT) -> tuple[OutlineItem, ...]:
    """What lies at ``within`` and below it, in the order of the talk."""
    return tuple(_items(thing_at(definition, within), within))


def thing_at(definition: Definition, place: Place) -> Any:
    """What lies at ``place``; raises IndexError where nothing does."""
    thing: Any = definition
    for number in place:
        thing = _children(thing)[number]
    return thing


def put(definition: Definition, place: Place, thing: Thing) -> Definition:
    """``definition`` with ``thing`` in the place of what was there."""
    if place == ROOT:
        return thing  # type: ignore[return-value] # only a definition lies there
    return _with_children(
        definition,
        place[:-1],
        lambda there: (*there[: place[-1]], thing, *there[place[-1] + 1 :]),
    )


def insert(definition: Definition, place: Place, thing: Thing) -> Definition:
    """``definition`` with ``thing`` at ``place``, before what was there."""
    at = place[-1]
    return _with_children(definition, place[:-1], lambda there: (*there[:at], thing, *there[at:]))


def remove(definition: Definition, place: Place) -> Definition:
    """``definition`` without what lies at ``place``."""
    at = place[-1]
    return _with_children(definition, place[:-1], lambda there: (*there[:at], *there[at + 1 :]))


def move(definition: Definition, place: Place, by: int) -> tuple[Definition, Place]:
    """``definition`` with what lies at ``place`` one up (``by`` -1) or down (1), and where it is.

    At the edge it goes on into the topic or the discussion before or after; where there is none,
    everything stays.
    """
    target = _target(definition, place, by)
    if target is None:
        return definition, place
    thing = thing_at(definition, place)
    return insert(remove(definition, place), target, thing), target


def place_below(definition: Definition, place: Place, depth: int) -> Place | None:
    """Where something of ``depth`` is added when the cursor is at ``place``: after what is there,
    or as the last of what holds it; None where nothing holds it."""
    if len(place) >= depth:
        return (*place[: depth - 1], place[depth - 1] + 1)
    holders = [holder for holder in _holders(definition, depth) if holder[: len(place)] == place]
    if not holders:
        return None
    return (*holders[-1], len(_children(thing_at(definition, holders[-1]))))


def where(key: str) -> tuple[Place, str]:
    """The place that a key path of `check_definition` leads to, and the rest of the path.

    ``steps[2].topics[0].questions[1].options[3]`` is ``options[3]`` at ``(2, 0, 1)``.
    """
    found = _KEY.fullmatch(key)
    if found is None:
        return ROOT, key
    place = tuple(int(number) for number in found.groups()[:3] if number is not None)
    return place, found[4]


def by_place(problems: Mapping[str, str]) -> dict[Place, dict[str, str]]:
    """Problems by where they are, and there by the rest of their key path."""
    sorted_out: dict[Place, dict[str, str]] = {}
    for key, reason in problems.items():
        place, field = where(key)
        sorted_out.setdefault(place, {})[field] = reason
    return sorted_out


def _items(thing: Thing, place: Place) -> Iterator[OutlineItem]:
    yield OutlineItem(place, thing)
    for number, child in enumerate(_children(thing)):
        yield from _items(child, (*place, number))


def _children(thing: Thing) -> Sequence[Any]:
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
    thing = thing_at(definition, parent)
    changed = change(_children(thing))
    return put(definition, parent, replace(thing, **{_CHILDREN[len(parent)]: changed}))


def _target(definition: Definition, place: Place, by: int) -> Place | None:
    parent, at = place[:-1], place[-1] + by
    if 0 <= at < len(_children(thing_at(definition, parent))):
        return (*parent, at)
    holders = _holders(definition, len(place))
    other = holders.index(parent) + by if parent in holders else -1
    if not 0 <= other < len(holders):
        return None
    holder = holders[other]
    return (*holder, 0 if by > 0 else len(_children(thing_at(definition, holder))))


def _holders(definition: Definition, depth: int) -> list[Place]:
    """The places that can hold something of ``depth``."""
    return [
        item.place
        for item in items(definition)
        if len(item.place) == depth - 1
        and not (isinstance(item.thing, Step) and item.thing.kind is not StepKind.DISCUSSION)
    ]
