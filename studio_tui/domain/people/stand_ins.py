"""Stand-ins of absent leaders and coaches (U14)."""

from datetime import date

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Invalid


@dataclass(frozen=True, slots=True)
class StandIn:
    """A period in which one person stands in for another."""

    id: int
    leader_id: int
    leader_login: str
    leader: str
    """Name of the absent leader or coach."""
    stand_in_id: int
    login: str
    name: str
    """Name of the stand-in."""
    first_day: date
    last_day: date
    user_ids: frozenset[int] = frozenset()
    """Ids of the users concerned; empty: all users of the leader or coach."""
    users: tuple[str, ...] = ()
    """Logins of those users."""

    def covers(self, user_id: int) -> bool:
        """Return whether the stand-in is responsible for this user.

        A stand-in is never responsible for themself.
        """
        return user_id != self.stand_in_id and (not self.user_ids or user_id in self.user_ids)


def check_days(first_day: date, last_day: date, today: date) -> None:
    """Raise `Invalid` unless the days are valid: not in the past, and in the right order."""
    errors = {}
    if first_day < today:
        errors["from"] = f"{first_day} is past: name a day from {today} on"
    if last_day < max(first_day, today):
        other = "is past" if last_day < today else f"is before the first day {first_day}"
        errors["until"] = f"the last day {last_day} {other}"
    if errors:
        raise Invalid(errors)
