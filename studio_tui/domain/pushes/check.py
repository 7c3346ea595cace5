"""Checks before a push is assigned (P19). They produce warnings that never block the assignment."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from studio_tui.domain.shared.dataclass import dataclass

_SATURDAY = 5
_MORNING, _NIGHT = 7, 22
"""Local hours between which sending mail does not count as night."""


class CheckKind(StrEnum):
    """The kind of a warning. The value is its name in JSON, which is a contract."""

    NO_MANAGER = "no_manager"
    NO_ADDRESS = "no_address"
    OTHER_PUSH = "other_push"
    DEADLINE_WEEKEND = "deadline_weekend"
    DEADLINE_DAY_OFF = "deadline_day_off"
    MANAGER_LOAD = "manager_load"
    NIGHT_MAIL = "night_mail"


CHECKS: Mapping[CheckKind, tuple[str, str]] = {
    CheckKind.NO_MANAGER: ("has no manager", "have no manager"),
    CheckKind.NO_ADDRESS: (
        "has no address, or one at which mail fails",
        "have no address, or one at which mail fails",
    ),
    CheckKind.OTHER_PUSH: (
        "is in another open push of this template",
        "are in another open push of this template",
    ),
    CheckKind.DEADLINE_WEEKEND: (
        "the deadline falls on a weekend",
        "the deadlines fall on a weekend",
    ),
    CheckKind.DEADLINE_DAY_OFF: (
        "the deadline falls on a public holiday, or a day that is closed",
        "the deadlines fall on public holidays, or days that are closed",
    ),
    CheckKind.MANAGER_LOAD: (
        "manager has more conversations than working days until the deadline",
        "managers have more conversations than working days until the deadline",
    ),
    CheckKind.NIGHT_MAIL: (
        "lives where it is night when the mail leaves",
        "live where it is night when the mail leaves",
    ),
}
"""Text of each warning, in the singular and in the plural, in the order of display."""


@dataclass(frozen=True, slots=True)
class PushWarning:
    """A warning about a push."""

    kind: CheckKind
    count: int
    """Number of people or managers concerned; 1 for a warning about the push itself."""
    users: tuple[str, ...] = ()
    """Logins of the first 1,000 people concerned, sorted by name."""

    @property
    def words(self) -> str:
        """Text of the warning: ``3 have no manager``.

        A warning about the push itself has no number.
        """
        one, many = CHECKS[self.kind]
        if not self.users:
            return one
        return f"{self.count:,} {one if self.count == 1 else many}"


def is_weekend(day: date) -> bool:
    """Return whether a day is a Saturday or a Sunday."""
    return day.weekday() >= _SATURDAY


def working_days(first: date, last: date) -> int:
    """Return the number of weekdays from ``first`` to ``last``, both included.

    0 if ``last`` is before ``first``.
    """
    weeks, days = divmod(max((last - first).days + 1, 0), 7)
    rest = (first + timedelta(days=number) for number in range(days))
    return weeks * _SATURDAY + sum(not is_weekend(day) for day in rest)


def is_night(instant: datetime, zone: ZoneInfo) -> bool:
    """Return whether it is night in ``zone`` at ``instant``."""
    return not _MORNING <= instant.astimezone(zone).hour < _NIGHT
