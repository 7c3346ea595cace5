"""The chart of the course of a push (S2)."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from studio_tui.domain.pushes.course import Course, course
from studio_tui.tui.screens.pushes.course_drawing import course_in_words, draw_chart, sparkline

FIRST, DEADLINE = date(2026, 3, 2), date(2026, 3, 31)
_DAYS = st.dictionaries(
    st.integers(-20, 60).map(lambda days: FIRST + timedelta(days)), st.integers(1, 2_000)
)


def _course(today: date, held: dict[date, int], planned: dict[date, int], more: int = 0) -> Course:
    return course(
        first=FIRST,
        deadline=DEADLINE,
        today=today,
        assigned=sum(held.values()) + sum(planned.values()) + more,
        held=held,
        planned=planned,
    )


def _lines(of: Course, width: int, height: int) -> list[str]:
    return [line.plain for line in draw_chart(of, width, height)]


@given(
    st.integers(-10, 50).map(lambda days: FIRST + timedelta(days)),
    _DAYS,
    _DAYS,
    st.integers(1, 1_000_000),
    st.integers(20, 200),
    st.integers(4, 40),
)
def test_the_chart_fills_its_area_exactly(
    today: date,
    held: dict[date, int],
    planned: dict[date, int],
    more: int,
    width: int,
    height: int,
) -> None:
    of = _course(today, held, planned, more)
    lines = draw_chart(of, width, height)
    assert len(lines) == height
    assert {line.cell_length for line in lines} == {width}
    assert course_in_words(of)


def test_the_chart_contains_held_conversations_today_and_the_deadline() -> None:
    half = {FIRST + timedelta(n): 1 for n in range(15)}
    of = _course(FIRST + timedelta(14), half, {date(2026, 3, 25): 5}, more=10)
    *chart, today, days = _lines(of, 34, 10)
    assert [line[:3] for line in chart] == ["30 ", *["   "] * 6, " 0 "]
    assert "▲ today" in today
    assert days.startswith("   2 Mar")
    assert days.rstrip().endswith("31 Mar │")
    assert {line[32] for line in chart[1:]} == {"│"}
    assert "░" in chart[3]
    assert course_in_words(of) == (
        "15 of 30 held, 15 at an even pace; 16 days left: 7 a week needed, 7 in the last week."
    )


def test_the_text_after_the_deadline_and_before_the_first_day() -> None:
    late = _course(DEADLINE + timedelta(3), {FIRST: 1}, {}, more=1)
    assert course_in_words(late) == "1 of 2 held, 3 days after the deadline; 0 in the last week."
    early = _course(FIRST - timedelta(3), {}, {}, more=2)
    assert course_in_words(early) == "0 of 2 held; 30 days left: 1 a week needed."
    assert course_in_words(_course(DEADLINE, {FIRST: 3}, {})) == "3 of 3 held."


@given(
    st.integers(0, 400),
    st.integers(-10, 500),
    _DAYS,
    st.integers(2, 40),
)
def test_a_sparkline_fits_and_marks_the_deadline_once(
    lasts: int, into: int, held: dict[date, int], width: int
) -> None:
    deadline, today = FIRST + timedelta(lasts), FIRST + timedelta(into)
    line = sparkline(FIRST, deadline, today, held, width)
    assert len(line) == cell_len(line) <= width
    assert len(line) == min(width, (max(deadline, today) - FIRST).days + 2)
    assert line.count("│") == 1
    assert line.endswith("│") or today > deadline
    assert today < deadline or "·" not in line
    assert today >= FIRST or set(line) == {"·", "│"}


def test_a_sparkline_displays_past_activity_and_the_remaining_days() -> None:
    held = {FIRST: 1, FIRST + timedelta(7): 2, FIRST + timedelta(8): 2, FIRST + timedelta(15): 8}
    assert sparkline(FIRST, DEADLINE, FIRST + timedelta(16), held, 9) == "▂▃▃▁█···│"
    assert sparkline(FIRST, DEADLINE, FIRST - timedelta(3), {}, 9) == "········│"
    assert sparkline(FIRST, FIRST, FIRST, {FIRST: 3}, 9) == "█│"
    late = DEADLINE + timedelta(30)
    assert sparkline(FIRST, DEADLINE, late, {FIRST: 1, late: 1}, 9) == "█▁▁▁│▁▁▁█"
