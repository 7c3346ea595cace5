"""How long who has left is kept (U13)."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from studio_tui.domain.people.retention import left_until, months_after

DAYS = st.dates(date(1950, 1, 1), date(2150, 1, 1))


def test_the_same_day_of_a_later_month() -> None:
    assert months_after(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_after(date(2026, 3, 2), 24) == date(2028, 3, 2)
    assert months_after(date(2026, 3, 2), -3) == date(2025, 12, 2)


@given(DAYS, st.integers(1, 400))
def test_who_is_kept_no_longer_is_who_left_so_many_months_ago(today: date, months: int) -> None:
    last = left_until(today, months)
    assert months_after(last, months) <= today
    assert months_after(last + timedelta(days=1), months) > today
