"""Public holidays by country and region, and the country of a time zone (N20)."""

from collections.abc import Callable
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from studio_tui.domain.shared.errors import Refused


def holidays_of(place: str) -> Callable[[date], str]:
    """Return a function that names the public holiday on a day in ``place``, empty if none.

    ``place`` is a country or, with a hyphen, a part of one: ``BE``, ``DE-BY``. Raises `Refused` if
    the library of holidays is not installed or does not know the place.
    """
    found = _calendar(place)
    return lambda day: str(found.get(day) or "")


@cache
def country_of_zone(zone: str) -> str:
    """Return the country of a time zone, such as ``BE``; empty if it is unknown."""
    return _countries().get(zone, "")


@cache
def _calendar(place: str) -> Any:
    try:
        from holidays import country_holidays
    except ImportError:
        raise Refused(
            "Public holidays need a library: pip install 'studio-tui[holidays]', or take "
            "notifications.holidays out."
        ) from None
    country, _, part = place.partition("-")
    try:
        return country_holidays(country, subdiv=part or None)
    except (NotImplementedError, KeyError, ValueError):
        raise Refused(
            f"notifications.holidays: the holidays of “{place}” are not known: write a country, or "
            "a country and its part, such as BE or DE-BY."
        ) from None


@cache
def _countries() -> dict[str, str]:
    table = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return {row[2]: row[0] for row in rows if len(row) > 2}
