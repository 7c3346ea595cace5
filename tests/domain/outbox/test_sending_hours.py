"""The times at which mail may be sent: hours, weekends, holidays, in the recipient's zone (N20)."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from studio_tui.domain.outbox.sending_hours import SendingHours, SendingTime

BRUSSELS, TOKYO, NEW_YORK = map(ZoneInfo, ("Europe/Brussels", "Asia/Tokyo", "America/New_York"))
OFFICE = SendingHours(time(8), time(18), frozenset({5, 6}))


def opening(
    hours: SendingHours, now: str, zone: ZoneInfo = BRUSSELS, **holidays: str
) -> SendingTime | None:
    """Return the next sending time at ``now`` in ``zone``; None means that mail can be sent now.

    A holiday is a keyword argument such as ``d2026_03_02``, with its name as value.
    """
    known = {date.fromisoformat(day[1:].replace("_", "-")): name for day, name in holidays.items()}
    instant = datetime.fromisoformat(now).replace(tzinfo=zone).astimezone(UTC)
    return hours.opening(instant, zone, lambda day: known.get(day, ""))


@pytest.mark.parametrize(
    ("now", "at", "why"),
    [
        ("2026-03-02T07:59:59", "2026-03-02T08:00", "night"),
        ("2026-03-02T18:00:00", "2026-03-03T08:00", "night"),
        ("2026-03-06T18:00:00", "2026-03-09T08:00", "night"),
        ("2026-03-07T12:00:00", "2026-03-09T08:00", "weekend"),
        ("2026-03-08T23:59:59", "2026-03-09T08:00", "weekend"),
        ("2026-03-09T00:00:00", "2026-03-09T08:00", "night"),
        # The clocks go forward in that night.
        ("2026-03-28T12:00:00", "2026-03-30T08:00", "weekend"),
    ],
)
def test_outside_the_hours_mail_waits_for_the_next_opening(now: str, at: str, why: str) -> None:
    for zone in (BRUSSELS, TOKYO, NEW_YORK):
        found = opening(OFFICE, now, zone)
        assert found == SendingTime(datetime.fromisoformat(at).replace(tzinfo=zone), why)


@pytest.mark.parametrize("now", ["2026-03-02T08:00:00", "2026-03-06T17:59:59"])
def test_within_the_hours_mail_is_sent(now: str) -> None:
    assert opening(OFFICE, now) is None


def test_the_hours_are_those_of_the_zone() -> None:
    now = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    assert OFFICE.opening(now, TOKYO, lambda _: "") is None
    found = OFFICE.opening(now, BRUSSELS, lambda _: "")
    assert found == SendingTime(datetime(2026, 3, 3, 7, tzinfo=UTC), "night")


def test_consecutive_holidays_and_closed_days() -> None:
    hours = SendingHours(days_off=frozenset({5, 6}), closed_on=frozenset({date(2026, 12, 24)}))
    found = opening(hours, "2026-12-24T09:00", d2026_12_25="Christmas Day")
    assert found == SendingTime(datetime(2026, 12, 28, tzinfo=BRUSSELS), "closed")
    found = opening(hours, "2026-12-25T09:00", d2026_12_25="Christmas Day")
    assert found is not None
    assert found.why == "Christmas Day"
    assert opening(hours, "2026-12-23T23:59") is None


def test_without_any_working_day_mail_is_sent_at_any_time() -> None:
    hours = SendingHours(days_off=frozenset(range(7)))
    assert opening(hours, "2026-03-02T09:00") is None
