"""A template while somebody writes it: where they are, what they did, and how to take it back."""

from typing import Any

from studio_tui.domain.templates.outline import (
    ROOT,
    Place,
    Thing,
    insert,
    items,
    move,
    place_below,
    put,
    remove,
    thing_at,
)
from studio_tui.domain.templates.template import Definition, Question, Topic

_MOST = 200
"""How many acts can be taken back."""


class Editing:
    """A definition, a cursor on its outline, and every definition it was before.

    ``within`` is the part that may be changed; the cursor never leaves it. What is typed about one
    thing is one act, from `begin` to `finish`.
    """

    def __init__(self, definition: Definition, within: Place = ROOT) -> None:
        self.definition = definition
        self.saved = definition
        self.within = within
        self.cursor = within
        self.fresh = False
        """Whether what is being typed about has just been added."""
        self._past: list[tuple[Definition, Place]] = []
        self._before: tuple[Definition, Place] | None = None

    @property
    def thing(self) -> Any:
        """What is under the cursor."""
        return thing_at(self.definition, self.cursor)

    @property
    def unsaved(self) -> bool:
        """Whether it is not as it was saved."""
        return self.definition != self.saved

    @property
    def can_undo(self) -> bool:
        """Whether there is an act to take back."""
        return bool(self._past)

    def go(self, place: Place) -> None:
        """Put the cursor on ``place``, or as near as there is something."""
        places = [item.place for item in items(self.definition, self.within)]
        before = [there for there in places if there <= place]
        self.cursor = before[-1] if before else self.within

    def replace_all(self, definition: Definition) -> None:
        """Make it ``definition``: an act like any other."""
        self.begin()
        self.definition = definition
        self.go(self.cursor)
        self.finish()

    def begin(self) -> None:
        """Something is going to be typed about what is under the cursor."""
        self._before = self.definition, self.cursor
        self.fresh = False

    def type(self, thing: Thing) -> None:
        """What is under the cursor is ``thing`` now."""
        self.definition = put(self.definition, self.cursor, thing)

    def finish(self) -> None:
        """That was it. What was added and left empty is gone again."""
        if self._before is None:
            return
        if self.fresh and _is_blank(self.thing):
            self.definition, self.cursor = self._before
        elif self.definition != self._before[0]:
            self._past = [*self._past[1 - _MOST :], self._before]
        self._before, self.fresh = None, False

    def where_to_add(self, depth: int) -> Place | None:
        """Where something of ``depth`` would be added, None where nothing here can hold it."""
        place = place_below(self.definition, self.cursor, depth)
        inside = place is not None and place[: len(self.within)] == self.within
        return place if inside else None

    def add(self, place: Place, thing: Thing) -> None:
        """Add ``thing`` at ``place`` and begin to type about it."""
        self.begin()
        self.definition = insert(self.definition, place, thing)
        self.cursor, self.fresh = place, True

    def insert(self, place: Place, thing: Thing) -> None:
        """Add ``thing`` at ``place``: an act."""
        self.add(place, thing)
        self.fresh = False
        self.finish()

    def remove(self) -> Thing | None:
        """Remove what is under the cursor, and give it back; None of the whole itself."""
        if self.cursor == self.within:
            return None
        self.begin()
        gone: Thing = self.thing
        self.definition = remove(self.definition, self.cursor)
        self.go(self.cursor)
        self.finish()
        return gone

    def move(self, by: int) -> bool:
        """Move what is under the cursor up (-1) or down (1); whether it could be."""
        if self.cursor == self.within:
            return False
        moved, target = move(self.definition, self.cursor, by)
        if target == self.cursor or target[: len(self.within)] != self.within:
            return False
        self.begin()
        self.definition, self.cursor = moved, target
        self.finish()
        return True

    def undo(self) -> bool:
        """Take the last act back; whether there was one."""
        if not self._past:
            return False
        self.definition, self.cursor = self._past.pop()
        return True


def _is_blank(thing: Thing) -> bool:
    match thing:
        case Topic():
            return not thing.name and not thing.questions
        case Question():
            return not thing.text and not thing.options
        case _:
            return False
