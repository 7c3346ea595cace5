"""Dates and times in common notations (D1)."""

from datetime import date, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_tui.domain.shared.calendar_names import MONTHS, WEEKDAYS
from studio_tui.domain.shared.written_dates import (
    Nearest,
    parse_day,
    parse_moment,
    parse_time,
    weekday_and_day,
)
from tests.hostile import HOSTILE

MONDAY = date(2026, 3, 2)
DAYS = st.dates(date(1950, 1, 1), date(2150, 12, 31))
NEAREST = st.sampled_from(Nearest)


@pytest.mark.parametrize(
    ("text", "day"),
    {
        "2026-03-31": date(2026, 3, 31),
        "2026-3-9": date(2026, 3, 9),
        "20260331": date(2026, 3, 31),
        "16/2/2026": date(2026, 2, 16),
        "16.02.2026": date(2026, 2, 16),
        "16-2-26": date(2026, 2, 16),
        "16/2": date(2027, 2, 16),
        "31/3": date(2026, 3, 31),
        "18.12.": date(2026, 12, 18),
        "18 dec": date(2026, 12, 18),
        "18dec": date(2026, 12, 18),
        "18 Dec. 2027": date(2027, 12, 18),
        "2 march": MONDAY,
        "1 mar": date(2027, 3, 1),
        "dec 18": date(2026, 12, 18),
        "December 18th, 2026": date(2026, 12, 18),
        "the 18th of december": None,
        "18th of december": date(2026, 12, 18),
        "1er août": date(2026, 8, 1),
        "31 mrt": date(2026, 3, 31),
        "5 févr. 2027": date(2027, 2, 5),
        "29 feb": date(2028, 2, 29),
        "fri 18 dec": date(2026, 12, 18),
        "Friday, 18 December 2026": date(2026, 12, 18),
        "thu 18 dec 2026": None,
        "today": MONDAY,
        "Tomorrow": date(2026, 3, 3),
        "yesterday": date(2026, 3, 1),
        "overmorgen": date(2026, 3, 4),
        "aujourd’hui": MONDAY,
        "après-demain": date(2026, 3, 4),
        "tue": date(2026, 3, 3),
        "FRIDAY": date(2026, 3, 6),
        "mon": date(2026, 3, 9),
        "vrijdag": date(2026, 3, 6),
        "ven.": date(2026, 3, 6),
        "next monday": date(2026, 3, 9),
        "next fri": date(2026, 3, 6),
        "last fri": date(2026, 2, 27),
        "volgende woensdag": date(2026, 3, 4),
        "vendredi prochain": date(2026, 3, 6),
        "+2w": date(2026, 3, 16),
        "+ 10 days": date(2026, 3, 12),
        "-3d": date(2026, 2, 27),
        "+1m": date(2026, 4, 2),
        "+1y": date(2027, 3, 2),
        "in 2 weeks": date(2026, 3, 16),
        "over 3 dagen": date(2026, 3, 5),
        "dans 2 mois": date(2026, 5, 2),
        "2 weeks ago": date(2026, 2, 16),
        "il y a 3 jours": date(2026, 2, 27),
    }.items(),
)
def test_a_day_in_common_notations(text: str, day: date | None) -> None:
    if day is None:
        with pytest.raises(ValueError, match="is not a date"):
            parse_day(text, MONDAY)
    else:
        assert parse_day(text, MONDAY) == day
        assert parse_day(f"  {text.upper()} ", MONDAY) == day


@pytest.mark.parametrize(
    ("text", "day"),
    {
        "fri": date(2026, 2, 27),
        "monday": date(2026, 2, 23),
        "next friday": date(2026, 3, 6),
        "18 dec": date(2025, 12, 18),
        "2 mar": MONDAY,
        "3/3": date(2025, 3, 3),
        "29 feb": date(2024, 2, 29),
        "16/2/98": date(1998, 2, 16),
        "16/2/26": date(2026, 2, 16),
        "18 dec 2026": date(2026, 12, 18),
        "+2w": date(2026, 3, 16),
    }.items(),
)
def test_a_day_in_the_past_is_the_nearest_before_today(text: str, day: date) -> None:
    assert parse_day(text, MONDAY, Nearest.LAST) == day


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "2026-02-30", "30 feb", "31/4", "16/13/2026", "12/31/2026", "t", "fridays"),
        *("fr", "ma", "dec", "18", "18 dec 26", "+2", "+2x", "2w", "+12345w", "next", "+9999y"),
        *("0/0/0000", "32 dec", "1st", "next week", "2026", "day", "last", "٣/٣/٢٠٢٦x"),
        *HOSTILE,
    ],
)
@pytest.mark.parametrize("nearest", Nearest)
def test_the_error_about_an_invalid_day_shows_a_valid_one(text: str, nearest: Nearest) -> None:
    with pytest.raises(
        ValueError, match=r"is not a date: write it as 2026-03-31|too far"
    ) as caught:
        parse_day(text, MONDAY, nearest)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("text", ["0001-01-01", "1899-12-31", "3000-01-01", "9999-12-31", "-200y"])
def test_a_date_that_is_far_away_is_refused(text: str) -> None:
    """The midnight of such a day may be outside the calendar, and every list with it would fail."""
    with pytest.raises(ValueError, match="too far away: from 1900 to 2999"):
        parse_day(text, MONDAY)


@given(day=DAYS, today=DAYS, nearest=NEAREST)
def test_a_full_date_is_the_same_in_every_notation(
    day: date, today: date, nearest: Nearest
) -> None:
    names = {number: name for name, number in MONTHS.items()}
    month = names[day.month]
    for text in (
        day.isoformat(),
        f"{day.day}/{day.month}/{day.year}",
        f"{day.day} {month} {day.year}",
        f"{month} {day.day}, {day.year}",
        weekday_and_day(day),
    ):
        assert parse_day(text, today, nearest) == day


@given(today=DAYS, name=st.sampled_from(sorted(MONTHS)), number=st.integers(1, 28), nearest=NEAREST)
def test_a_day_without_a_year_is_the_nearest_and_may_be_today(
    today: date, name: str, number: int, nearest: Nearest
) -> None:
    found = parse_day(f"{number} {name}", today, nearest)
    assert (found.day, found.month) == (number, MONTHS[name])
    assert 0 <= (found - today).days * nearest.value <= 366
    assert parse_day(f"{name} {number}", today, nearest) == found


@given(today=DAYS, name=st.sampled_from(WEEKDAYS), letters=st.integers(3, 9), nearest=NEAREST)
def test_a_weekday_is_within_a_week_and_never_today(
    today: date, name: str, letters: int, nearest: Nearest
) -> None:
    found = parse_day(name[:letters], today, nearest)
    assert WEEKDAYS[found.weekday()] == name
    assert 1 <= (found - today).days * nearest.value <= 7


@given(today=DAYS, number=st.integers(0, 400), sign=st.sampled_from("+-"))
def test_a_span_of_days_and_weeks_is_exact(today: date, number: int, sign: str) -> None:
    days = number if sign == "+" else -number
    assert parse_day(f"{sign}{number}d", today) == today + timedelta(days=days)
    assert parse_day(f"{sign}{number // 7}w", today) == parse_day(
        f"{sign}{number // 7 * 7}d", today
    )


@given(today=DAYS, months=st.integers(0, 60))
def test_a_month_later_is_the_same_day_or_the_last_of_the_month(today: date, months: int) -> None:
    found = parse_day(f"+{months}m", today)
    assert (found.year - today.year) * 12 + found.month - today.month == months
    assert found.day == today.day or (found + timedelta(days=1)).day == 1


@given(text=st.text(), today=DAYS, nearest=NEAREST)
def test_any_text_is_a_day_or_has_an_error(text: str, today: date, nearest: Nearest) -> None:
    for parse in (parse_day, parse_moment):
        said = "“"
        try:
            parse(text, today, nearest)
        except ValueError as error:
            said = str(error)
        assert said.startswith("“")


@pytest.mark.parametrize(
    ("text", "at"),
    {
        "14:30": time(14, 30),
        "14h30": time(14, 30),
        "14u30": time(14, 30),
        "14.30": time(14, 30),
        "1430": time(14, 30),
        "14h": time(14),
        "9": time(9),
        " 09:05 ": time(9, 5),
        "0:00": time(0),
        "2pm": time(14),
        "2:30 PM": time(14, 30),
        "12am": time(0),
        "12 p.m.": time(12),
    }.items(),
)
def test_a_time_in_common_notations(text: str, at: time) -> None:
    assert parse_time(text) == at


@pytest.mark.parametrize(
    "text", ["", "24:00", "9:60", "9:5", "-1", "two", "14pm", "0am", "noon", *HOSTILE]
)
def test_the_error_about_an_invalid_time_shows_a_valid_one(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time: write it as 14:30"):
        parse_time(text)


PLUS_TWO = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("text", "moment"),
    {
        "2026-03-31T14:00": (date(2026, 3, 31), time(14)),
        "2026-03-31 14:00": (date(2026, 3, 31), time(14)),
        "2026-03-31T14:00+02:00": (date(2026, 3, 31), time(14, tzinfo=PLUS_TWO)),
        "2026-03-31 14h30": (date(2026, 3, 31), time(14, 30)),
        "2026-03-31": (date(2026, 3, 31), None),
        "fri 14h30": (date(2026, 3, 6), time(14, 30)),
        "tomorrow at 9": (date(2026, 3, 3), time(9)),
        "demain à 14h": (date(2026, 3, 3), time(14)),
        "vrijdag om 14u30": (date(2026, 3, 6), time(14, 30)),
        "next monday 2 pm": (date(2026, 3, 9), time(14)),
        "18 dec": (date(2026, 12, 18), None),
        "18 dec 2027": (date(2027, 12, 18), None),
        "18 dec, 14:30": (date(2026, 12, 18), time(14, 30)),
        "18 dec 14": (date(2026, 12, 18), time(14)),
        "18 dec 2027 14:30": (date(2027, 12, 18), time(14, 30)),
        "16/2/2026 9.15": (date(2026, 2, 16), time(9, 15)),
        "+2w 14:30": (date(2026, 3, 16), time(14, 30)),
        "in 2 weeks 14h": (date(2026, 3, 16), time(14)),
        "14h30": (MONDAY, time(14, 30)),
    }.items(),
)
def test_a_moment_has_a_day_and_an_optional_time(
    text: str, moment: tuple[date, time | None]
) -> None:
    assert parse_moment(text, MONDAY) == moment


@given(day=DAYS, at=st.times(), today=DAYS)
def test_an_iso_moment_is_parsed_unchanged(day: date, at: time, today: date) -> None:
    for separator in "T ":
        assert parse_moment(f"{day}{separator}{at.isoformat()}", today) == (day, at)
