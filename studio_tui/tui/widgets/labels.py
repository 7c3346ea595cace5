"""A line of clickable labels: the base of the top bar, the footer and the tabs."""

from collections.abc import Sequence

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from studio_tui.domain.shared.dataclass import dataclass

GAP = 2


@dataclass(frozen=True, slots=True)
class Label:
    """A label on the line; ``key`` identifies it in `LabelLine.Pressed`."""

    key: str
    content: Content

    @property
    def width(self) -> int:
        """The width in cells."""
        return self.content.cell_length


class LabelLine(Widget):
    """Labels from the left as far as they fit, and labels at the right."""

    ALLOW_SELECT = False

    @dataclass
    class Pressed(Message):
        """Posted when a label was clicked."""

        line: "LabelLine"
        key: str

        @property
        def control(self) -> "LabelLine":
            """The line."""
            return self.line

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.gap = GAP
        """Cells between two labels on the left."""
        self._left: tuple[Label, ...] = ()
        self._right: tuple[Label, ...] = ()

    def show(self, left: Sequence[Label], right: Sequence[Label] = ()) -> None:
        """Draw these labels; nothing is written if they are the same as before."""
        if not (_same(left, self._left) and _same(right, self._right)):
            self._left, self._right = tuple(left), tuple(right)
            self.refresh()

    def render(self) -> Content:
        """Return the line."""
        line = Content("")
        for x, label in self._placed():
            line = line + Content(" " * (x - line.cell_length)) + label.content
        return line

    def on_click(self, event: events.Click) -> None:
        """Post `Pressed` for the label under the mouse."""
        offset = event.get_content_offset(self)
        for x, label in self._placed():
            if offset is not None and x <= offset.x < x + label.width and label.key:
                self.post_message(self.Pressed(self, label.key))

    def _placed(self) -> list[tuple[int, Label]]:
        width = self.size.width
        right_width = sum(label.width + GAP for label in self._right)
        placed, x = [], 0
        for label in self._left:
            if x + label.width + right_width > width:
                break
            placed.append((x, label))
            x += label.width + self.gap
        x = max(x, width - right_width + GAP)
        for label in self._right:
            if x + label.width <= width:
                placed.append((x, label))
            x += label.width + GAP
        return placed


def _same(labels: Sequence[Label], others: Sequence[Label]) -> bool:
    # `Content.__eq__` ignores the style; `is_same` compares everything.
    return len(labels) == len(others) and all(
        one.key == other.key and one.content.is_same(other.content)
        for one, other in zip(labels, others, strict=True)
    )
