"""How much mail may leave, as the settings say (N14)."""

from studio_tui.domain.outbox.limits import SendingLimits
from studio_tui.services.system.context import Studio


def limits_of(studio: Studio) -> SendingLimits:
    """The limits that the settings ask for."""
    smtp = studio.settings.smtp
    return SendingLimits(smtp.per_minute, smtp.per_day, smtp.per_domain_minute)
