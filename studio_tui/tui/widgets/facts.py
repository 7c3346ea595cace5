"""Facts about one thing: labels and values under each other."""

from collections.abc import Iterable

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.widgets import Static

from studio_tui.tui.text import line

Fact = tuple[str, str | Content]
"""A label of ours, and a value: text of people, or content that is already inert."""
_LEAST = 20
"""Cells that a value has to have for its lines to hang beside its label."""


class Facts(Static):
    """``Deadline   31 March 2026`` and so on; values start at the same cell, and so do the lines of
    one that takes several."""

    def __init__(self, facts: Iterable[Fact] = (), *, id: str | None = None) -> None:  # noqa: A002
        self._facts = tuple(facts)
        self._width = 0
        super().__init__(self.drawn(self._facts), id=id)

    def show(self, facts: Iterable[Fact]) -> None:
        """Show these instead."""
        self._facts = tuple(facts)
        self.update(self.drawn(self._facts, self._width))

    def on_resize(self, event: events.Resize) -> None:
        """Break the lines anew, where another number of cells is left for them."""
        if event.size.width != self._width:
            self._width = event.size.width
            self.update(self.drawn(self._facts, self._width))

    @staticmethod
    def drawn(facts: Iterable[Fact], width: int = 0) -> Content:
        """What is shown of ``facts`` in so many cells; 0: however many it takes."""
        listed = list(facts)
        labels = max((cell_len(label) for label, _ in listed), default=0)
        return Content("\n").join(_fact(label, value, labels, width) for label, value in listed)


def _fact(label: str, value: str | Content, labels: int, width: int) -> Content:
    padding = " " * (labels - cell_len(label) + 2)
    shown = value if isinstance(value, Content) else line(value)
    room = width - labels - 2
    if room >= _LEAST:
        shown = Content("\n" + " " * (labels + 2)).join(shown.wrap(room))
    return Content.assemble((label + padding, "$muted"), shown)
