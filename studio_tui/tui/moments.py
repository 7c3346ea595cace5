"""Formatting of days and instants on the screen (D1): one format, instants in an explicit zone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from studio_tui.domain.shared.clock import zone_in_words


def day(day_: date | None) -> str:
    """Return ``2026-03-31``; an empty string for None."""
    return day_.isoformat() if day_ else ""


def moment(instant: datetime | None, zone: ZoneInfo) -> str:
    """Return ``2026-03-31 14:05`` in ``zone``, which the screen names nearby; empty for None."""
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M") if instant else ""


def moment_and_zone(instant: datetime | None, zone: ZoneInfo) -> str:
    """Return ``2026-03-31 14:05 (Europe/Brussels)``; an empty string for None."""
    return f"{moment(instant, zone)} ({zone_in_words(instant, zone)})" if instant else ""
