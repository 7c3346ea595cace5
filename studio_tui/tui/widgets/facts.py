"""A list of labels and values about one thing."""

from collections.abc import Iterable

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.widgets import Static

from studio_tui.tui.text import line

Fact = tuple[str, str | Content]
"""A label defined by the program, and a value: text entered by people, or inert content."""
_LEAST = 20
"""Minimum width in cells of the values for their lines to be indented next to the label."""


class Facts(Static):
    """Lines such as ``Deadline   31 March 2026``.

    All values start in the same column, and so do the continuation lines of a long value.
    """

    def __init__(self, facts: Iterable[Fact] = (), *, id: str | None = None) -> None:  # noqa: A002
        self._facts = tuple(facts)
        self._width = 0
        super().__init__(self.drawn(self._facts), id=id)

    def show(self, facts: Iterable[Fact]) -> None:
        """Replace the facts."""
        self._facts = tuple(facts)
        self.update(self.drawn(self._facts, self._width))

    def on_resize(self, event: events.Resize) -> None:
        """Wrap the values again if the width has changed."""
        if event.size.width != self._width:
            self._width = event.size.width
            self.update(self.drawn(self._facts, self._width))

    @staticmethod
    def drawn(facts: Iterable[Fact], width: int = 0) -> Content:
        """Return ``facts`` as content, wrapped to ``width`` cells; 0: not wrapped."""
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
