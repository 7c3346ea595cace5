"""The state of the template editor: the cursor, the undo history and the current edit."""

from typing import Any

from studio_tui.domain.templates.outline import (
    ROOT,
    OutlineNode,
    Place,
    insert,
    items,
    move,
    node_at,
    place_below,
    put,
    remove,
)
from studio_tui.domain.templates.template import Definition, Question, Topic

_MOST = 200
"""Maximum length of the undo history."""


class Editing:
    """A template that is being edited, with a cursor on its outline and an undo history.

    ``within`` is the part of the outline that may be edited; the cursor never leaves it. All
    changes to one item between `begin` and `finish` form one undo step.
    """

    def __init__(self, definition: Definition, within: Place = ROOT) -> None:
        self.definition = definition
        self.saved = definition
        self.within = within
        self.cursor = within
        self.fresh = False
        """Whether the item that is being edited was just added."""
        self._past: list[tuple[Definition, Place]] = []
        self._before: tuple[Definition, Place] | None = None

    @property
    def thing(self) -> Any:
        """The item under the cursor."""
        return node_at(self.definition, self.cursor)

    @property
    def unsaved(self) -> bool:
        """Whether there are unsaved changes."""
        return self.definition != self.saved

    @property
    def can_undo(self) -> bool:
        """Whether the undo history has a step."""
        return bool(self._past)

    def go(self, place: Place) -> None:
        """Move the cursor to ``place``, or to the nearest item before it."""
        places = [item.place for item in items(self.definition, self.within)]
        before = [there for there in places if there <= place]
        self.cursor = before[-1] if before else self.within

    def replace_all(self, definition: Definition) -> None:
        """Replace the whole template, as one undo step."""
        self.begin()
        self.definition = definition
        self.go(self.cursor)
        self.finish()

    def begin(self) -> None:
        """Start an undo step for edits of the item under the cursor."""
        self._before = self.definition, self.cursor
        self.fresh = False

    def type(self, thing: OutlineNode) -> None:
        """Replace the item under the cursor by ``thing``."""
        self.definition = put(self.definition, self.cursor, thing)

    def finish(self) -> None:
        """Complete the undo step. An item that was just added and left empty is removed again."""
        if self._before is None:
            return
        if self.fresh and _is_blank(self.thing):
            self.definition, self.cursor = self._before
        elif self.definition != self._before[0]:
            self._past = [*self._past[1 - _MOST :], self._before]
        self._before, self.fresh = None, False

    def where_to_add(self, depth: int) -> Place | None:
        """Return where an item of ``depth`` would be added, or None if no parent can hold it."""
        place = place_below(self.definition, self.cursor, depth)
        inside = place is not None and place[: len(self.within)] == self.within
        return place if inside else None

    def add(self, place: Place, thing: OutlineNode) -> None:
        """Insert ``thing`` at ``place`` and start to edit it."""
        self.begin()
        self.definition = insert(self.definition, place, thing)
        self.cursor, self.fresh = place, True

    def insert(self, place: Place, thing: OutlineNode) -> None:
        """Insert ``thing`` at ``place`` as a complete undo step."""
        self.add(place, thing)
        self.fresh = False
        self.finish()

    def remove(self) -> OutlineNode | None:
        """Remove and return the item under the cursor; None if that is the root of the editor."""
        if self.cursor == self.within:
            return None
        self.begin()
        gone: OutlineNode = self.thing
        self.definition = remove(self.definition, self.cursor)
        self.go(self.cursor)
        self.finish()
        return gone

    def move(self, by: int) -> bool:
        """Move the item under the cursor up (-1) or down (1); return whether that was possible."""
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
        """Undo the last step; return whether there was one."""
        if not self._past:
            return False
        self.definition, self.cursor = self._past.pop()
        return True


def _is_blank(thing: OutlineNode) -> bool:
    match thing:
        case Topic():
            return not thing.name and not thing.questions
        case Question():
            return not thing.text and not thing.options
        case _:
            return False
