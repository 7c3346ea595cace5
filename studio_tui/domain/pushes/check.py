"""What is looked over before a push is assigned (P19): warnings, none of which is in the way."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from studio_tui.domain.shared.dataclass import dataclass

_SATURDAY = 5
_MORNING, _NIGHT = 7, 22
"""Mail that leaves from the one hour to the other does not leave at night."""


class CheckKind(StrEnum):
    """What may be wrong; the value is its name in JSON, which is a contract."""

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
        "has an address at which mail fails",
        "have an address at which mail fails",
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
"""Each thing that is looked at, in the order in which it is told: of one, and of several."""


@dataclass(frozen=True, slots=True)
class Warned:
    """One thing that may be wrong with a push."""

    kind: CheckKind
    count: int
    """Of how many people, or managers; 1 for what is about the push itself."""
    users: tuple[str, ...] = ()
    """The logins of the first thousand, by name."""

    @property
    def words(self) -> str:
        """``3 have no manager``; what is about the push itself has no number."""
        one, many = CHECKS[self.kind]
        if not self.users:
            return one
        return f"{self.count:,} {one if self.count == 1 else many}"


def is_weekend(day: date) -> bool:
    """Whether a day is a Saturday or a Sunday."""
    return day.weekday() >= _SATURDAY


def working_days(first: date, last: date) -> int:
    """How many days from the one to the other, both included, are no weekend; 0 where ``last`` is
    before ``first``."""
    weeks, days = divmod(max((last - first).days + 1, 0), 7)
    rest = (first + timedelta(days=number) for number in range(days))
    return weeks * _SATURDAY + sum(not is_weekend(day) for day in rest)


def is_night(instant: datetime, zone: ZoneInfo) -> bool:
    """Whether an instant is at night in ``zone``."""
    return not _MORNING <= instant.astimezone(zone).hour < _NIGHT
