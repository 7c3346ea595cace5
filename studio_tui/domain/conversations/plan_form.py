"""Parsing of the form that plans a conversation or records when it was held (C2, D1)."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from studio_tui.domain.conversations.conversation import Plan, check_plan
from studio_tui.domain.shared.clock import instants_at, local_day, start_of_day
from studio_tui.domain.shared.errors import Invalid
from studio_tui.domain.shared.text import clean_line
from studio_tui.domain.shared.written_dates import Nearest, parse_day, parse_time, weekday_and_day

FIELDS = ("date", "time", "minutes", "place")
"""Names of the form fields."""
_FIRST_HOUR, _LAST_HOUR = 9, 16
"""Range of the proposed starting hour."""
_SATURDAY = 5
_NOON = time(12)
_FAR = 100
"""Maximum distance from today, in years. Instants much further away may not be representable."""


def parse_near_day(text: str, today: date) -> date:
    """Parse a day that is at most a lifetime away; an ambiguous one is the next (`written_dates`).

    Raises ValueError, with a message for the user, for text that is not a valid date.
    """
    return _not_far(text, parse_day(text, today), today)


def parse_past_day(text: str, today: date) -> date:
    """Parse a past day, at most a lifetime ago; an ambiguous one is the last (`written_dates`).

    Raises ValueError, with a message for the user, for text that is not a valid date, or a day in
    the future.
    """
    day = _not_far(text, parse_day(text, today, Nearest.LAST), today)
    if day > today:
        raise ValueError(f"{day} is still to come")
    return day


def parse_plan(typed: Mapping[str, str], now: datetime, zone: ZoneInfo) -> Plan:
    """Return the plan that was entered, in ``zone``.

    A time that occurs twice on its day means the first. Raises `Invalid` with all errors, by the
    names of `FIELDS`.
    """
    errors: dict[str, str] = {}
    minutes = typed["minutes"].strip()
    if not minutes.isdecimal():
        errors["minutes"] = f"“{clean_line(minutes)}” is not a number of minutes: write it as 60"
    try:
        instant = _instant(typed, now, zone)
    except Invalid as error:
        raise Invalid({**error.fields, **errors}) from None
    if errors:
        raise Invalid(errors)
    plan = Plan(instant, int(minutes[:6]), typed["place"])
    try:
        check_plan(plan, now)
    except Invalid as error:
        raise Invalid(_renamed(error, plan, now, zone)) from None
    return plan


def day_hint(typed: Mapping[str, str], now: datetime, zone: ZoneInfo) -> str:
    """Return the entered day with its weekday; empty if it is not valid."""
    try:
        day = parse_near_day(typed["date"], local_day(now, zone))
    except ValueError:
        return ""
    return weekday_and_day(day)


def time_hint(typed: Mapping[str, str], now: datetime, zone: ZoneInfo) -> str:
    """Return a note if the entered time occurs twice on that day; else an empty string."""
    try:
        day, at = parse_near_day(typed["date"], local_day(now, zone)), parse_time(typed["time"])
    except ValueError:
        return ""
    instants = instants_at(day, at, zone)
    if len(instants) < 2:
        return ""
    first, second = (instant.astimezone(zone) for instant in instants)
    return (
        f"{at:%H:%M} comes twice on {day}, as the clocks go back: the first is meant "
        f"({first:UTC%z}), not the second ({second:UTC%z})"
    )


def plan_fields(plan: Plan, zone: ZoneInfo) -> dict[str, str]:
    """Return the field values that represent ``plan``, by the names of `FIELDS`."""
    local = plan.planned_for.astimezone(zone)
    return {
        "date": local.date().isoformat(),
        "time": f"{local:%H:%M}",
        "minutes": str(plan.minutes),
        "place": plan.place,
    }


def parse_held_at(
    text: str, planned_for: datetime | None, now: datetime, zone: ZoneInfo
) -> datetime:
    """Return the instant at which a conversation was held on the entered day.

    That is the planned time if it was planned for that day and is past; else now if the day is
    today; else noon. Raises `Invalid` for ``held_on``.
    """
    today = local_day(now, zone)
    try:
        day = parse_past_day(text, today)
    except ValueError as error:
        raise Invalid({"held_on": str(error)}) from None
    if planned_for is not None and planned_for <= now and local_day(planned_for, zone) == day:
        return planned_for
    return now if day == today else start_of_day(day, zone, _NOON)


def default_held_day(planned_for: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    """Return the initial value of the day: the planned day if it is past, else today."""
    return local_day(min(planned_for or now, now), zone).isoformat()


def default_plan(now: datetime, zone: ZoneInfo) -> Plan:
    """Return the initial plan: the next full hour, on the next working day, within office hours."""
    local = now.astimezone(zone)
    day = local.date() + timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    hour = min(max(local.hour + 1, _FIRST_HOUR), _LAST_HOUR)
    return Plan(datetime.combine(day, time(hour), tzinfo=zone))


def _not_far(text: str, day: date, today: date) -> date:
    if abs(day.year - today.year) > _FAR:
        raise ValueError(f"“{clean_line(text)}” is too far away")
    return day


def _instant(typed: Mapping[str, str], now: datetime, zone: ZoneInfo) -> datetime:
    errors: dict[str, str] = {}
    day = at = None
    try:
        day = parse_near_day(typed["date"], local_day(now, zone))
    except ValueError as error:
        errors["date"] = str(error)
    try:
        at = parse_time(typed["time"])
    except ValueError as error:
        errors["time"] = str(error)
    if day is None or at is None:
        raise Invalid(errors)
    instants = instants_at(day, at, zone)
    if not instants:
        raise Invalid({"time": _skipped(day, at, zone)})
    return instants[0]


def _skipped(day: date, at: time, zone: ZoneInfo) -> str:
    after = datetime.combine(day, at, tzinfo=zone)
    return (
        f"there is no {at:%H:%M} on {day} in {zone.key}: the clocks are put forward then "
        f"(write {_later(after):%H:%M}?)"
    )


def _later(moment: datetime) -> datetime:
    """Return the time that clocks show in place of a time that they skip."""
    return moment.astimezone(UTC).astimezone(moment.tzinfo)


def _renamed(error: Invalid, plan: Plan, now: datetime, zone: ZoneInfo) -> dict[str, str]:
    """Return the errors of a plan by form field: a past day, or a past hour of today."""
    errors = dict(error.fields)
    if why := errors.pop("planned_for", ""):
        over = local_day(plan.planned_for, zone) < local_day(now, zone)
        errors["date" if over else "time"] = why
    return errors
