"""Rate limits of outgoing mail (N14), and a forecast of when the queue is empty."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from studio_tui.domain.shared.dataclass import dataclass

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SendingLimits:
    """Maximum number of mails in any minute and any 24 hours, over all workers; 0: no limit."""

    per_minute: int = 0
    per_day: int = 0
    per_domain_minute: int = 0
    """Maximum number of mails per minute to the recipients of one domain."""

    def __bool__(self) -> bool:
        return bool(self.per_minute or self.per_day or self.per_domain_minute)


@dataclass(frozen=True, slots=True)
class Forecast:
    """The backlog that the limits cause."""

    waiting: int
    """Number of due mails."""
    beyond_today: int
    """How many of the due mails exceed the rest of the daily limit."""
    done_at: datetime
    """Earliest instant at which the last of the due mails can be sent."""


def forecast(
    now: datetime, waiting: int, sent: Sequence[tuple[datetime, int]], limits: SendingLimits
) -> Forecast:
    """Return when ``waiting`` mails that are due ``now`` will have been sent.

    ``sent`` lists the mails of the last 24 hours, as instants and numbers of mails in order of
    time.
    """
    history = [(at, number) for at, number in sent if at > now - DAY]
    left = limits.per_day - sum(number for _, number in history)
    beyond = max(waiting - max(left, 0), 0) if limits.per_day else 0
    return Forecast(waiting, beyond, _last_at(now, waiting, history, limits))


def _last_at(
    now: datetime, waiting: int, history: list[tuple[datetime, int]], limits: SendingLimits
) -> datetime:
    """Return when the last mail can be sent.

    A mail can be sent once the mail that is a full limit before it is older than a minute, or a
    day.
    """
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
    """Reduce a large number of mails to a smaller one that ends in the same pattern.

    Each day, or each minute, repeats the one before. Returns the reduced number, and by how much
    later the original number ends.
    """
    minutes = DAY // MINUTE
    if limits.per_day and not 0 < limits.per_minute * minutes < limits.per_day:
        days = max((waiting - 1) // limits.per_day - 1, 0)
        return waiting - days * limits.per_day, days * DAY
    if limits.per_minute:
        runs = max((waiting - 1) // limits.per_minute - minutes - 1, 0)
        return waiting - runs * limits.per_minute, runs * MINUTE
    return waiting, timedelta(0)
