"""The time until which mail waits for the sending limits, compared with a simulation (N14)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio_tui.domain.outbox.limits import DAY, MINUTE, Forecast, SendingLimits, forecast
from studio_tui.wording.mail import what_waits_for_limits

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BRUSSELS = ZoneInfo("Europe/Brussels")


def one_by_one(
    now: datetime, waiting: int, sent: list[tuple[datetime, int]], limits: SendingLimits
) -> datetime:
    """Return when the last mail is sent, by a simulation that counts each mail."""
    left = [at for at, number in sent for _ in range(number)]
    at = now
    for _ in range(waiting):
        for most, within in ((limits.per_minute, MINUTE), (limits.per_day, DAY)):
            if most and len(left) >= most:
                at = max(at, left[-most] + within)
        left.append(at)
    return at


@settings(max_examples=100, deadline=None)
@given(
    waiting=st.integers(1, 80),
    minutes_ago=st.lists(st.tuples(st.integers(1, 1439), st.integers(1, 4)), max_size=5),
    per_minute=st.integers(0, 5),
    per_day=st.integers(0, 20),
)
def test_the_forecast_matches_a_simulation(
    waiting: int, minutes_ago: list[tuple[int, int]], per_minute: int, per_day: int
) -> None:
    limits = SendingLimits(per_minute, per_day)
    sent = sorted((NOW - timedelta(minutes=ago), number) for ago, number in minutes_ago)
    assert forecast(NOW, waiting, sent, limits).done_at == one_by_one(NOW, waiting, sent, limits)


@pytest.mark.parametrize(
    ("waiting", "limits", "sent", "done_at"),
    [
        (30, SendingLimits(30), [], NOW),
        (31, SendingLimits(30), [], NOW + MINUTE),
        (90, SendingLimits(30), [(NOW - timedelta(seconds=10), 30)], NOW + timedelta(seconds=170)),
        (100, SendingLimits(), [], NOW),
        (10_000, SendingLimits(0, 10_000), [], NOW),
        (10_001, SendingLimits(0, 10_000), [], NOW + DAY),
        (22_400, SendingLimits(30, 10_000), [], NOW + 2 * DAY + 79 * MINUTE),
        (5, SendingLimits(0, 10), [(NOW - timedelta(hours=20), 8)], NOW + timedelta(hours=4)),
        (5, SendingLimits(0, 10), [(NOW - timedelta(hours=25), 10)], NOW),
        (10**7, SendingLimits(30, 10_000), [], NOW + 999 * DAY + 333 * MINUTE),
    ],
)
def test_the_forecast_of_large_numbers(
    waiting: int, limits: SendingLimits, sent: list[tuple[datetime, int]], done_at: datetime
) -> None:
    assert forecast(NOW, waiting, sent, limits).done_at == done_at


def test_the_forecast_in_words() -> None:
    def said(found: Forecast) -> str:
        return what_waits_for_limits(found, NOW, BRUSSELS)

    tomorrow = NOW + DAY + timedelta(minutes=40)
    assert said(Forecast(22_400, 12_400, tomorrow)) == (
        "12,400 wait for tomorrow's quota: done by Tuesday 10:40"
    )
    soon = Forecast(1, 0, NOW + timedelta(seconds=30))
    assert said(soon) == "1 waits for the next minute (smtp.per_minute): done by 10:01"
    assert said(Forecast(9, 9, NOW + 8 * DAY)).endswith("done by 2026-03-10 10:00")
    assert said(Forecast(0, 0, NOW)) == said(Forecast(5, 0, NOW)) == ""
