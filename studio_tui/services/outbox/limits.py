"""How much mail may leave, as the settings say (N14)."""

from studio_tui.domain.outbox.limits import Limits
from studio_tui.services.system.context import Studio


def limits_of(studio: Studio) -> Limits:
    """The limits that the settings ask for."""
    smtp = studio.settings.smtp
    return Limits(smtp.per_minute, smtp.per_day, smtp.per_domain_minute)
