"""Parsing days and instants from arguments, and formatting them for output (D1)."""

import os
from contextlib import suppress
from datetime import date, datetime
from zoneinfo import ZoneInfo

import click

from studio_tui.config import settings
from studio_tui.config.clock import clock_from
from studio_tui.domain.shared.clock import instants_at, local_day, zone_in_words
from studio_tui.domain.shared.errors import Refused
from studio_tui.domain.shared.text import clean_line
from studio_tui.domain.shared.written_dates import YEARS, Nearest, parse_day, parse_moment
from studio_tui.services.system.context import Studio


def day(text: str) -> date:
    """Parse an option that is a day in the future.

    The rules are those of `domain.shared.written_dates`.
    """
    return _day(text, Nearest.NEXT)


def past_day(text: str) -> date:
    """Parse an option like `day`, but for a day in the past."""
    return _day(text, Nearest.LAST)


def instant(text: str) -> datetime:
    """Parse an option that is a day and a time in the future.

    The result has no offset unless the text has one; see `in_zone`.
    """
    return _instant(text, Nearest.NEXT)


def past_instant(text: str) -> datetime:
    """Parse an option like `instant`, but for a time in the past."""
    return _instant(text, Nearest.LAST)


def _day(text: str, nearest: Nearest) -> date:
    try:
        return parse_day(text, _today(), nearest)
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from error


def _instant(text: str, nearest: Nearest) -> datetime:
    on, at = None, None
    with suppress(ValueError):
        on, at = parse_moment(text, _today(), nearest)
    if on is None or at is None:
        raise click.BadParameter(
            f"“{clean_line(text)}” is not a time: write it as 2026-03-31T14:00 or “fri 14h30”, on "
            f"a day that exists, from {YEARS[0]} to {YEARS[-1]}."
        )
    return datetime.combine(on, at)


def _today() -> date:
    """Return the current day in the organisation's zone.

    Reads it from the settings, because options are parsed before the Studio is opened.
    """
    now = clock_from(os.environ.get("STUDIO_NOW")).now()
    return local_day(now, settings.load().organisation.zone)


def in_zone(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return ``moment`` with ``zone`` as its time zone, unless it has an offset already (D1).

    Raises `Refused` for a local time that a clock change makes ambiguous or leaves out.
    """
    if moment.tzinfo:
        return moment
    found = instants_at(moment.date(), moment.time(), zone)
    if not found:
        raise Refused(
            f"{moment:%Y-%m-%d %H:%M} does not exist in {zone.key}: the clocks are put forward "
            "over it."
        )
    if len(found) > 1:
        first, second = (one.astimezone(zone).isoformat(timespec="minutes") for one in found)
        raise Refused(
            f"{moment:%Y-%m-%d %H:%M} is there twice in {zone.key}: write {first} or {second}."
        )
    return found[0]


def iso(studio: Studio, moment: datetime | None) -> str | None:
    """Format an instant as ISO 8601 to the second, with the offset of the organisation's zone."""
    if moment is None:
        return None
    return moment.astimezone(studio.zone).isoformat(timespec="seconds")


def shown(studio: Studio, moment: datetime | None) -> str:
    """Format an instant as ``2026-03-31 14:00`` in the organisation's zone; empty for None."""
    return f"{moment.astimezone(studio.zone):%Y-%m-%d %H:%M}" if moment else ""


def when(studio: Studio, moment: datetime) -> str:
    """Format an instant as ``at 14:00 (Europe/Brussels)``, with the day if it is not today."""
    local = moment.astimezone(studio.zone)
    on = "" if local.date() == studio.today() else f"on {local:%Y-%m-%d} "
    return f"{on}at {local:%H:%M} ({zone_in_words(moment, studio.zone)})"


def zone_heading(studio: Studio, heading: str) -> str:
    """Return the heading of a column of instants, with the organisation's zone."""
    return f"{heading} ({studio.zone.key})"
