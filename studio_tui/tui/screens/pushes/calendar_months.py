"""The months of the calendar drawn as grids, with a sign on each day that has an event (P17)."""

from calendar import Calendar
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from rich.cells import cell_len
from textual.content import Content

from studio_tui.domain.pushes.calendar import DAY_KINDS, CalendarEntry, DayKind
from studio_tui.domain.shared.calendar_names import WEEKDAYS
from studio_tui.domain.shared.enum_tables import DefaultTable
from studio_tui.domain.shared.written_dates import months_later
from studio_tui.tui.text import line
from studio_tui.wording.calendar import happens_in_words
from studio_tui.wording.days import month_in_words, weekday_in_words

_DAY = 3
"""Width of a day in cells: two digits and a sign."""
_MONTH, _GAP = 7 * _DAY, 2
_LINES = 8
"""Height of a month in lines: its name, the weekday names and up to six weeks."""
_MAX_MONTHS = 12
_STYLES = DefaultTable(
    {
        DayKind.BEGINS: "$success bold",
        DayKind.ENDS: "$warning bold",
        DayKind.REPEATS: "$key bold",
    },
    "",
)
"""Styles of the kinds that are highlighted. Each kind also has its own sign, so no meaning depends
on colour alone."""


def draw_year(
    entries: Sequence[CalendarEntry], on: date, today: date, width: int, height: int
) -> Iterator[Content]:
    """Yield all entries of the day ``on``, then the months from its own onwards.

    Draws as many months as fit into ``width`` cells and ``height`` lines, at most 12.
    """
    day_lines = list(_entries_of_day(entries, on, today))
    legend = list(_legend(width))
    yield from day_lines
    happens = _first_of_each_day(entries)
    months_abreast = max((width + _GAP) // (_MONTH + _GAP), 1)
    used = sum(len(part.wrap(width)) for part in day_lines) + len(legend)
    lines = min(max((height - used) // _LINES, 0), -(-_MAX_MONTHS // months_abreast))
    first = on.replace(day=1)
    for start in range(0, lines * months_abreast, months_abreast):
        months = [months_later(first, number) for number in range(start, start + months_abreast)]
        drawn = [_draw_month(month, on, today, happens) for month in months]
        for parts in zip(*drawn, strict=True):
            yield Content(" " * _GAP).join(parts)
    yield from legend


def _entries_of_day(entries: Sequence[CalendarEntry], on: date, today: date) -> Iterator[Content]:
    yield line(weekday_in_words(on, today), "bold")
    for entry in entries:
        if entry.day == on:
            style = "$muted" if entry.skipped else ""
            yield line(f"{DAY_KINDS[entry.kind].sign} {happens_in_words(entry)}", style)
    yield Content("")


def _first_of_each_day(entries: Sequence[CalendarEntry]) -> Mapping[date, CalendarEntry]:
    happens: dict[date, CalendarEntry] = {}
    for entry in entries:
        if not entry.skipped:
            happens.setdefault(entry.day, entry)
    return happens


def _draw_month(
    month: date, on: date, today: date, happens: Mapping[date, CalendarEntry]
) -> list[Content]:
    heading = Content.styled(month_in_words(month).ljust(_MONTH), "bold")
    days = "".join(f"{name[:2]} " for name in WEEKDAYS)
    lines = [heading, Content.styled(days, "$muted")]
    weeks = Calendar().monthdatescalendar(month.year, month.month)
    empty = Content(" " * _DAY)
    for week in weeks:
        cells = (
            _cell(each, on, today, happens.get(each)) if each.month == month.month else empty
            for each in week
        )
        lines.append(Content("").join(cells))
    lines += [Content(" " * _MONTH)] * (_LINES - len(lines))
    return lines


def _cell(day: date, on: date, today: date, entry: CalendarEntry | None) -> Content:
    sign = DAY_KINDS[entry.kind].sign if entry else " "
    style = _STYLES[entry.kind] if entry else "$muted"
    if day == on:
        style = f"{style} reverse".strip()
    elif day == today:
        style = f"{style} underline".strip()
    return Content.styled(f"{day.day:>2}{sign}", style)


def _legend(width: int) -> Iterator[Content]:
    words = [f"{facts.sign} {facts.label}" for facts in DAY_KINDS.values()]
    shown = "   ".join(words)
    if cell_len(shown) <= width:
        yield Content.styled(shown, "$muted")
        return
    half = (len(words) + 1) // 2
    for start in (0, half):
        yield Content.styled("   ".join(words[start : start + half]), "$muted")
