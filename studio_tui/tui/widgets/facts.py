"""Facts about one thing: labels and values under each other."""

from collections.abc import Iterable

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from studio_tui.tui.text import line

Fact = tuple[str, str | Content]
"""A label of ours, and a value: text of people, or content that is already inert."""


class Facts(Static):
    """``Deadline   31 March 2026`` and so on; values start at the same cell."""

    def __init__(self, facts: Iterable[Fact] = (), *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(self.drawn(facts), id=id)

    def show(self, facts: Iterable[Fact]) -> None:
        """Show these instead."""
        self.update(self.drawn(facts))

    @staticmethod
    def drawn(facts: Iterable[Fact]) -> Content:
        """What is shown of ``facts``."""
        listed = list(facts)
        width = max((cell_len(label) for label, _ in listed), default=0)
        return Content("\n").join(_fact(label, value, width) for label, value in listed)


def _fact(label: str, value: str | Content, width: int) -> Content:
    padding = " " * (width - cell_len(label) + 2)
    shown = value if isinstance(value, Content) else line(value)
    return Content.assemble((label + padding, "$muted"), shown)
