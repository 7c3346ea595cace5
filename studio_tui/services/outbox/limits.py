"""How much mail may leave, as the settings say (N14), and until when what waits has left."""

from datetime import datetime

from studio_tui.domain.outbox.limits import Forecast, SendingLimits, forecast
from studio_tui.services.system.context import Studio
from studio_tui.storage.outbox import sent_counts


def limits_of(studio: Studio) -> SendingLimits:
    """The limits that the settings ask for."""
    smtp = studio.settings.smtp
    return SendingLimits(smtp.per_minute, smtp.per_day, smtp.per_domain_minute)


def foreseen(limits: SendingLimits, now: datetime) -> Forecast:
    """Inside of a unit of work: what is due and waits because of the ``limits``, and until when."""
    return forecast(now, sent_counts.due(now), sent_counts.by_minute(now), limits)
