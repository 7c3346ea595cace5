"""The Course tab of a push: its progress over time (S2)."""

from textwrap import wrap
from typing import cast

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from studio_tui.domain.pushes.course import Course
from studio_tui.domain.pushes.push import Push
from studio_tui.services.pushes import course
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.pushes.course_drawing import LEGEND, course_in_words, draw_chart
from studio_tui.tui.screens.pushes.push_words import NOBODY_YET


class PushCourse(Vertical, can_focus=True):
    """A chart of ``push`` that fills the available space."""

    def __init__(self, push: Push, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.push = push
        self._course: Course | None = None

    def compose(self) -> ComposeResult:
        """Yield the widget that displays the summary and the chart."""
        yield Static()

    def on_mount(self) -> None:
        """Read the course."""
        self.reload()

    def on_resize(self) -> None:
        """Draw the chart in the new size."""
        self._draw()

    def focus_first(self) -> None:
        """Focus the tab itself. It has no keys of its own; they are those of the screen."""
        self.screen.set_focus(self)

    def reload(self) -> None:
        """Read the course again."""
        home, push = cast(StudioScreen, self.screen), self.push
        home.read("course", lambda: course.show(home.studio, home.actor, push), self._show)

    def _show(self, found: Course) -> None:
        self._course = found
        self._draw()

    def _draw(self) -> None:
        found, room = self._course, self.size
        if found is None or not room.width:
            return
        if not found.assigned:
            self.query_one(Static).update(Content.styled(NOBODY_YET, "$muted"))
            return
        words = [Content(part) for part in wrap(course_in_words(found), room.width)]
        words += [Content.styled(LEGEND, "$muted"), Content("")]
        chart = draw_chart(found, room.width, room.height - len(words))
        self.query_one(Static).update(Content("\n").join([*words, *chart]))
