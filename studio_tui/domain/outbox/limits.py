"""How much mail may leave (N14), and until when what waits has left."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from studio_tui.domain.shared.dataclass import dataclass

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SendingLimits:
    """At most so many mails within any minute and any 24 hours, by all workers; 0 is no limit."""

    per_minute: int = 0
    per_day: int = 0
    per_domain_minute: int = 0
    """To the recipients of one domain."""

    def __bool__(self) -> bool:
        return bool(self.per_minute or self.per_day or self.per_domain_minute)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What waits because of the limits."""

    waiting: int
    """Mails that are due."""
    beyond_today: int
    """How many of them are more than the limit of the day still allows."""
    done_at: datetime
    """When the last of them may leave at the earliest."""


def forecast(
    now: datetime, waiting: int, sent: Sequence[tuple[datetime, int]], limits: SendingLimits
) -> Forecast:
    """When ``waiting`` mails have left that are due ``now``, after those that were ``sent`` in the
    last 24 hours: instants and how many, in order of time."""
    history = [(at, number) for at, number in sent if at > now - DAY]
    left = limits.per_day - sum(number for _, number in history)
    beyond = max(waiting - max(left, 0), 0) if limits.per_day else 0
    return Forecast(waiting, beyond, _last_at(now, waiting, history, limits))


def _last_at(
    now: datetime, waiting: int, history: list[tuple[datetime, int]], limits: SendingLimits
) -> datetime:
    """Each mail leaves once so many before it have left the minute, and the day."""
    waiting, later = _without_repetition(waiting, limits)
    most = max(limits.per_minute, limits.per_day)
    instants = [at for at, number in history for _ in range(number)][-most:] if most else []
    at = now
    for _ in range(waiting if most else 0):
        for number, within in ((limits.per_minute, MINUTE), (limits.per_day, DAY)):
            if number and len(instants) >= number:
                at = max(at, instants[-number] + within)
        instants.append(at)
    return at + later


def _without_repetition(waiting: int, limits: SendingLimits) -> tuple[int, timedelta]:
    """Of many mails, as few as show how the last ones leave, and how much later these do: each day
    is like the one before, or each minute."""
    minutes = DAY // MINUTE
    if limits.per_day and not 0 < limits.per_minute * minutes < limits.per_day:
        days = max((waiting - 1) // limits.per_day - 1, 0)
        return waiting - days * limits.per_day, days * DAY
    if limits.per_minute:
        runs = max((waiting - 1) // limits.per_minute - minutes - 1, 0)
        return waiting - runs * limits.per_minute, runs * MINUTE
    return waiting, timedelta(0)
