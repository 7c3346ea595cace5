"""The course of a push as a chart: conversations held by day, against the expected pace (S2).

The expected pace is the one that holds all conversations by the deadline.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import accumulate, groupby

from rich.cells import cell_len
from textual.content import Content

from studio_tui.domain.pushes.course import Course
from studio_tui.tui.widgets.list.columns import StyledText, Tone
from studio_tui.wording.counting import counted
from studio_tui.wording.days import day_in_words

HELD, PLANNED, PACE, PACE_HELD, DEADLINE = "█", "░", "·", "▓", "│"
LEGEND = f"{HELD} held   {PLANNED} planned   {PACE} expected pace   {DEADLINE} deadline"
_EIGHTHS = " ▁▂▃▄▅▆▇█"
_STYLES = {PLANNED: "$key", PACE: "$muted", DEADLINE: "$error", " ": ""}
_HELD_STYLE = "$success"
_LEAST = 2
"""Minimum height of a chart in lines."""


def course_in_words(course: Course) -> str:
    """Return the progress of a push and whether it is on pace, in one sentence."""
    held = f"{course.held:,} of {course.assigned:,} held"
    if not course.still:
        return f"{held}."
    if course.weekly_needed is None:
        late = counted((course.today - course.deadline).days, "day")
        return f"{held}, {late} after the deadline; {course.weekly_held:,} in the last week."
    needed = f"{counted(course.days_left, 'day')} left: {course.weekly_needed:,} a week needed"
    if course.today < course.first:
        return f"{held}; {needed}."
    expected = f"{course.expected(course.today):,} at an even pace"
    return f"{held}, {expected}; {needed}, {course.weekly_held:,} in the last week."


def draw_chart(course: Course, width: int, height: int) -> list[Content]:
    """Return the lines of a chart that is exactly ``width`` cells wide and ``height`` lines high.

    The height includes the dates below the chart.
    """
    top = f"{course.assigned:,}"
    gutter = cell_len(top) + 1
    columns, lines = max(width - gutter, 1), max(height - 2, _LEAST)
    grid = _grid(course, columns, lines)
    labels = [top, *[""] * (lines - 2), "0"]
    chart = [
        Content.assemble((f"{label:>{gutter - 1}} ", "$muted"), _styled(row))
        for label, row in zip(labels, grid, strict=True)
    ]
    below = [Content.styled(" " * gutter + line, "$muted") for line in _axis(course, columns)]
    return [*chart, *below]


def sparkline(
    first: date, deadline: date, today: date, held: Mapping[date, int], width: int
) -> str:
    """Return the conversations held over time in at most ``width`` cells: ``▂▄█▁····│``.

    The period runs from the first day to the deadline, or to today if that is later. Each block is
    scaled to the block with the most conversations; ``▁`` stands for none. Future blocks are
    dotted, and the deadline is marked.
    """
    days = (max(deadline, today) - first).days + 1
    parts = min(width - 1, days)
    numbers = [0] * parts
    for day, number in held.items():
        numbers[min(max((day - first).days, 0), days - 1) * parts // days] += number
    now, mark = ((day - first).days * parts // days for day in (today, deadline))
    drawn_ = [
        _EIGHTHS[1 + -(-number * 7 // (max(numbers) or 1))] if place <= now else PACE
        for place, number in enumerate(numbers)
    ]
    return "".join([*drawn_[: mark + 1], DEADLINE, *drawn_[mark + 1 :]])


def course_cells(line: str, *, late: bool) -> tuple[StyledText, ...]:
    """Return a sparkline as a list cell, with ``late`` highlighting the deadline."""
    mark = Tone.BAD if late else Tone.STRONG
    tones = {PACE: Tone.MUTED, DEADLINE: mark}
    return tuple(
        StyledText("".join(signs), tone)
        for tone, signs in groupby(line, lambda sign: tones.get(sign, Tone.GOOD))
    )


def _grid(course: Course, columns: int, lines: int) -> list[str]:
    """Return the cells of the chart, one string per line from the top."""
    held = list(accumulate(each.held for each in course.days))
    ahead = (each.planned if each.day >= course.today else 0 for each in course.days)
    planned = list(accumulate(ahead))
    rows = [[" "] * columns for _ in range(lines)]
    mark = _column_of(course, course.deadline, columns)
    for column in range(columns):
        place = _day_of(column, columns, len(course.days))
        day = course.days[place].day
        past = day <= course.today
        level = _level(held[place] if past else 0, course.assigned, lines)
        planned_level = 0 if past else _level(course.held + planned[place], course.assigned, lines)
        _fill(rows, column, dict.fromkeys(range(planned_level // 8), PLANNED))
        pace = _level(course.expected(day), course.assigned, lines)
        if pace:
            _fill(rows, column, {(pace - 1) // 8: PACE})
        filled = {line: _EIGHTHS[min(level - line * 8, 8)] for line in range(-(-level // 8))}
        if pace and filled.get((pace - 1) // 8) == HELD:
            filled[(pace - 1) // 8] = PACE_HELD
        _fill(rows, column, filled)
        if column == mark:
            _fill(rows, column, dict.fromkeys(range(lines), DEADLINE))
    return ["".join(row) for row in rows]


def _fill(rows: list[list[str]], column: int, cells: dict[int, str]) -> None:
    """Write ``cells`` (a sign by line number, counted from the bottom) into a column."""
    for line, sign in cells.items():
        rows[len(rows) - 1 - line][column] = sign


def _level(number: int, whole: int, lines: int) -> int:
    """Return the height of ``number`` in eighths of a line.

    It is 0 only if ``number`` or ``whole`` is 0.
    """
    if not number or not whole:
        return 0
    return max(min(number * lines * 8 // whole, lines * 8), 1)


def _day_of(column: int, columns: int, days: int) -> int:
    """Return the index of the last day that a column represents."""
    return ((column + 1) * days - 1) // columns


def _column_of(course: Course, day: date, columns: int) -> int:
    """Return the first column that represents ``day`` or a later day."""
    days = course.days
    places = (n for n in range(columns) if days[_day_of(n, columns, len(days))].day >= day)
    return next(places, columns - 1)


def _axis(course: Course, columns: int) -> Iterator[str]:
    """Yield the axis lines: the mark of today, then the first day and the deadline."""
    first, last = course.days[0].day, course.days[-1].day
    if course.today < first:
        yield " " * columns
    else:
        today = min(course.today, last)
        yield _at("▲ today", _column_of(course, today, columns), columns)
    begins = day_in_words(course.first, course.today)
    place = _column_of(course, course.first, columns)
    line = _at(begins, place, columns)
    ends = _deadline(course, columns)
    start = len(ends) - len(ends.lstrip())
    yield ends if start < place + len(begins) + 1 else line[:start] + ends[start:]


def _deadline(course: Course, columns: int) -> str:
    """Return the line with the deadline under its mark, or left of the mark if it does not fit."""
    words = day_in_words(course.deadline, course.today)
    column = _column_of(course, course.deadline, columns)
    if column + len(words) + 2 <= columns:
        return _at(f"{DEADLINE} {words}", column, columns)
    return _at(f"{words} {DEADLINE}", column - len(words) - 1, columns)


def _at(text: str, column: int, columns: int) -> str:
    """Return a line of ``columns`` cells with ``text`` at ``column``, or further left to fit."""
    start = max(min(column, columns - len(text)), 0)
    return f"{' ' * start}{text}"[:columns].ljust(columns)


def _styled(row: str) -> Content:
    parts: list[tuple[str, str]] = []
    for sign in row:
        style = _STYLES.get(sign, _HELD_STYLE)
        if parts and parts[-1][1] == style:
            parts[-1] = (parts[-1][0] + sign, style)
        else:
            parts.append((sign, style))
    return Content.assemble(*parts)
