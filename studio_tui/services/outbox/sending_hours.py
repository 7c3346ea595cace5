"""Hours in which mail may reach its recipients, from the settings (N20)."""

from collections.abc import Callable
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from studio_tui.domain.outbox.sending_hours import DAY_CODES, SendingHours, SendingTime
from studio_tui.domain.shared.clock import zone_named
from studio_tui.domain.shared.errors import Refused
from studio_tui.services.system.context import Studio
from studio_tui.services.system.public_holidays import country_of_zone, holidays_of


class RecipientHours:
    """Computes for each recipient when mail may reach them, by their time zone."""

    def __init__(self, hours: SendingHours, holidays: str, zone: ZoneInfo) -> None:
        """``zone`` is the zone of the organisation, where the holidays of ``holidays`` count.

        ``holidays`` is a country, or empty for no holidays. In other zones the holidays are those
        of the zone's own country. Raises `Refused` if the holidays of ``holidays`` are not
        available.
        """
        self._hours = hours
        self._holidays = holidays
        self._zone = zone
        if holidays:
            holidays_of(holidays)

    def opening(self, time_zone: str, now: datetime) -> tuple[SendingTime, ZoneInfo] | None:
        """Return when mail may next reach a recipient in ``time_zone``, and the zone.

        None means that mail may reach them now.
        """
        zone = zone_named(time_zone, self._zone)
        found = self._hours.opening(now, zone, self._holiday_in(zone))
        return (found, zone) if found else None

    def _holiday_in(self, zone: ZoneInfo) -> Callable[[date], str]:
        if not self._holidays:
            return lambda _: ""
        country = country_of_zone(zone.key)
        if zone.key == self._zone.key or not country:
            return holidays_of(self._holidays)
        try:
            return holidays_of(country)
        except Refused:
            # No holidays are available for this country: its nights and weekends still count.
            return lambda _: ""


def hours_of(studio: Studio) -> RecipientHours | None:
    """Return the sending hours of the settings; None if mail may leave at any time.

    Raises `Refused` if the holidays of the settings are not available.
    """
    said = studio.settings.notifications
    if not (said.send_between or said.days_off or said.holidays or said.closed_on):
        return None
    begins, _, ends = said.send_between.partition("-")
    hours = SendingHours(
        time.fromisoformat(begins.strip()) if begins else time(0),
        time.fromisoformat(ends.strip()) if ends else None,
        frozenset(DAY_CODES.index(day) for day in said.days_off),
        frozenset(date.fromisoformat(day) for day in said.closed_on),
    )
    return RecipientHours(hours, said.holidays, studio.zone)
