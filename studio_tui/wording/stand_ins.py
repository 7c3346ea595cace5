"""Texts about stand-ins (U14)."""

from datetime import date

from studio_tui.domain.people.stand_ins import StandIn
from studio_tui.wording.days import day_in_words


def stands_in_for(stand_in: StandIn, today: date) -> str:
    """Return why a stand-in is listed as a manager: ``stands in for Bea Moreau until 12 Mar``."""
    return f"stands in {for_whom(stand_in, today)}"


def for_whom(stand_in: StandIn, today: date) -> str:
    """Return ``for Bea Moreau until 12 Mar``."""
    return f"for {stand_in.leader} until {day_in_words(stand_in.last_day, today)}"
