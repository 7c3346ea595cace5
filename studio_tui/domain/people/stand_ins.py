"""Who stands in for a leader or coach who is away, and when somebody can (U14)."""

from datetime import date

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Invalid


@dataclass(frozen=True, slots=True)
class StandIn:
    """One who stands in for another."""

    id: int
    leader_id: int
    leader_login: str
    leader: str
    """Name of who is away."""
    stand_in_id: int
    login: str
    name: str
    """Of who stands in."""
    first_day: date
    last_day: date
    user_ids: frozenset[int] = frozenset()
    """For whom alone; empty: for all their people."""
    users: tuple[str, ...] = ()
    """Their logins."""

    def covers(self, user_id: int) -> bool:
        """Whether it is about this user; nobody stands in for their own leader about themself."""
        return user_id != self.stand_in_id and (not self.user_ids or user_id in self.user_ids)


def check_days(first_day: date, last_day: date, today: date) -> None:
    """Raise `Invalid` unless somebody can stand in on these days: not in the past, and not the
    other way round."""
    errors = {}
    if first_day < today:
        errors["from"] = f"{first_day} is past: name a day from {today} on"
    if last_day < max(first_day, today):
        other = "is past" if last_day < today else f"is before the first day {first_day}"
        errors["until"] = f"the last day {last_day} {other}"
    if errors:
        raise Invalid(errors)
