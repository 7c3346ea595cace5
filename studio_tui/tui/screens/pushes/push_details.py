"""The detail pane of the list of pushes: the progress and the course of a push (S6)."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content

from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.course import Course
from studio_tui.domain.pushes.push import Push
from studio_tui.services.pushes import audiences, course, pushes, repeats
from studio_tui.tui.moments import day
from studio_tui.tui.screens.pushes.course_drawing import LEGEND, course_in_words, draw_chart
from studio_tui.tui.screens.pushes.push_words import NOBODY_YET
from studio_tui.tui.screens.pushes.status_drawing import bar_of, legend_of
from studio_tui.tui.text import line
from studio_tui.tui.widgets.drawing import Drawing
from studio_tui.wording.pushes import attention_in_words, state_in_words

if TYPE_CHECKING:
    from studio_tui.services.system.context import Studio

_TALLEST, _LEAST = 14, 5
"""Maximum and minimum height of the chart in lines."""


def read_push_details(studio: "Studio", actor: Actor, listed: Push) -> Drawing:
    """Read the details of a push. Counts its progress if the list has not counted it yet."""
    push = listed if listed.counted else pushes.show(studio, actor, listed.id)
    again, audience = repeats.of_push(studio, actor, push), audiences.of_push(studio, actor, push)
    notes = [f"comes again {again.repeat.in_words}"] if again else []
    notes += [f"for {audience}"] if audience else []
    return partial(_draw, push, course.show(studio, actor, push), notes)


def _draw(
    push: Push, found: Course, notes: Sequence[str], width: int, height: int
) -> Iterator[Content]:
    head = list(_head(push, found, notes, width))
    yield from head
    if not found.assigned:
        return
    legend = [Content(""), *Content.styled(LEGEND, "$muted").wrap(width)]
    used = sum(len(part.wrap(width)) for part in head)
    room = min(height - used - len(legend) - 1, _TALLEST)
    if room >= _LEAST:
        yield Content("")
        yield from draw_chart(found, width, room)
        yield from legend


def _head(push: Push, found: Course, notes: Sequence[str], width: int) -> Iterator[Content]:
    yield line(push.name, "bold")
    yield line(push.template.name, "$muted")
    yield Content(f"{day(push.available_from)} to {day(push.deadline)}")
    yield Content.styled(state_in_words(push), "$error" if push.overdue else "")
    for each in notes:
        yield line(each, "$muted")
    yield Content("")
    if not found.assigned:
        yield Content.styled(NOBODY_YET, "$muted")
        return
    yield bar_of(push.progress, width)
    yield from legend_of(push.progress)
    yield Content("")
    yield Content(course_in_words(found))
    if attention := attention_in_words(push.progress):
        yield Content.styled(attention, "$warning")
