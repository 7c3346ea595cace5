"""The course of a push drawn: what was held day after day, beside the pace that would end it by its
deadline (S2)."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import accumulate, groupby

from rich.cells import cell_len
from textual.content import Content

from studio_tui.domain.pushes.course import Course
from studio_tui.tui.widgets.list.columns import Tone, Toned
from studio_tui.wording.counting import counted
from studio_tui.wording.days import day_in_words

HELD, PLANNED, PACE, PACE_HELD, DEADLINE = "█", "░", "·", "▓", "│"
LEGEND = f"{HELD} held   {PLANNED} planned   {PACE} expected pace   {DEADLINE} deadline"
_EIGHTHS = " ▁▂▃▄▅▆▇█"
_STYLES = {PLANNED: "$key", PACE: "$muted", DEADLINE: "$error", " ": ""}
_HELD_STYLE = "$success"
_LEAST = 2
"""Lines that a chart has at least."""


def course_in_words(course: Course) -> str:
    """How far it is, and whether that is enough: one sentence."""
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


def drawn(course: Course, width: int, height: int) -> list[Content]:
    """The chart in exactly ``width`` cells and ``height`` lines, the dates below it included."""
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
    """``▂▄█▁····│``: how many were held in each part of the time, in at most ``width`` cells.

    The time is that from the first day to the deadline, or to today where that is later; each part
    is as high as it has many of what the busiest has, and ``▁`` where nothing was held. What lies
    ahead is dotted, the deadline is marked.
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


def course_cells(line: str, *, late: bool) -> tuple[Toned, ...]:
    """A sparkline as the cell of a list."""
    mark = Tone.BAD if late else Tone.STRONG
    tones = {PACE: Tone.MUTED, DEADLINE: mark}
    return tuple(
        Toned("".join(signs), tone)
        for tone, signs in groupby(line, lambda sign: tones.get(sign, Tone.GOOD))
    )


def _grid(course: Course, columns: int, lines: int) -> list[str]:
    """The cells of the chart, a text for each line from the top."""
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
        hoped = 0 if past else _level(course.held + planned[place], course.assigned, lines)
        _fill(rows, column, dict.fromkeys(range(hoped // 8), PLANNED))
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
    """Put signs into a column, by line from the bottom."""
    for line, sign in cells.items():
        rows[len(rows) - 1 - line][column] = sign


def _level(number: int, whole: int, lines: int) -> int:
    """How high a number is, in eighths of a line: nothing only for 0."""
    if not number or not whole:
        return 0
    return max(min(number * lines * 8 // whole, lines * 8), 1)


def _day_of(column: int, columns: int, days: int) -> int:
    """The place of the last day that a column stands for."""
    return ((column + 1) * days - 1) // columns


def _column_of(course: Course, day: date, columns: int) -> int:
    """The first column that stands for a day, or for one after it."""
    days = course.days
    places = (n for n in range(columns) if days[_day_of(n, columns, len(days))].day >= day)
    return next(places, columns - 1)


def _axis(course: Course, columns: int) -> Iterator[str]:
    """Where today is, and the first day and the deadline."""
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
    """The deadline under its mark, written to the left of it where there is no room."""
    words = day_in_words(course.deadline, course.today)
    column = _column_of(course, course.deadline, columns)
    if column + len(words) + 2 <= columns:
        return _at(f"{DEADLINE} {words}", column, columns)
    return _at(f"{words} {DEADLINE}", column - len(words) - 1, columns)


def _at(text: str, column: int, columns: int) -> str:
    """``text`` from a column on, or as far right as it fits, in a line of ``columns`` cells."""
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
