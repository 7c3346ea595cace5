"""The retention time of people who have left (U13)."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from studio_tui.domain.people.retention import left_until
from studio_tui.domain.shared.written_dates import months_later

DAYS = st.dates(date(1950, 1, 1), date(2150, 1, 1))


def test_months_are_added_to_a_date() -> None:
    assert months_later(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_later(date(2026, 3, 2), 24) == date(2028, 3, 2)
    assert months_later(date(2026, 3, 2), -3) == date(2025, 12, 2)


@given(DAYS, st.integers(1, 400))
def test_people_are_erased_once_the_months_have_passed(today: date, months: int) -> None:
    last = left_until(today, months)
    assert months_later(last, months) <= today
    assert months_later(last + timedelta(days=1), months) > today
