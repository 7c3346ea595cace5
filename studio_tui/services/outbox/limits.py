"""Limits of how much mail may leave (N14), and the forecast of when waiting mail has left."""

from datetime import datetime

from studio_tui.domain.outbox.limits import Forecast, SendingLimits, forecast
from studio_tui.services.system.context import Studio
from studio_tui.storage.outbox import sent_counts


def limits_of(studio: Studio) -> SendingLimits:
    """Return the sending limits of the settings."""
    smtp = studio.settings.smtp
    return SendingLimits(smtp.per_minute, smtp.per_day, smtp.per_domain_minute)


def waiting_forecast(limits: SendingLimits, now: datetime) -> Forecast:
    """Forecast the mail that waits because of the ``limits``. Requires an open unit of work."""
    return forecast(now, sent_counts.due(now), sent_counts.by_minute(now), limits)
