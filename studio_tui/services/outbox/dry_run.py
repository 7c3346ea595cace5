"""Dry runs: exactly who would get which mail from an act, without the act taking effect (P14).

The act is executed in a transaction, its mail is read, and the transaction is rolled back. The dry
run and the act can therefore not differ.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from studio_tui.domain.outbox.kinds import Capacity, Kind
from studio_tui.domain.outbox.notification import UNSENT, Delivery, Notification
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import SkippedPerson
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Unavailable
from studio_tui.domain.shared.text import fold
from studio_tui.mail.compose.rendering import RenderedMail
from studio_tui.services.outbox.messages import MessageBuilder
from studio_tui.services.outbox.outbox import ResendResult
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import lines_since, newest_line
from studio_tui.storage.outbox import deliveries, notifications
from studio_tui.storage.people import users
from studio_tui.storage.people.managers import managers_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sample:
    """A rendered mail that represents all mails that differ from it only in names."""

    kind: Kind
    capacity: Capacity
    recipient: str
    rendered: RenderedMail


@dataclass(frozen=True, slots=True)
class DryRun:
    """The mail that an act would send."""

    notifications: tuple[Notification, ...]
    """Every notification that would be written, with its recipient and the people it is about."""
    samples: tuple[Sample, ...]
    """One mail for each kind, capacity and language."""
    managing: Mapping[str, Mapping[str, str]]
    """Why a manager is notified about a user (U4): by the login of the user, then of the
    manager."""

    @property
    def managers_told(self) -> int:
        """The number of notifications that would go to managers."""
        return sum(each.capacity is Capacity.MANAGER for each in self.notifications)

    def reason(self, notification: Notification, login: str) -> str | None:
        """Return why the recipient is notified about the user ``login``; None for that user."""
        if notification.capacity is Capacity.USER:
            return None
        return self.managing.get(login, {}).get(notification.recipient)


NOTHING = DryRun((), (), {})
"""The dry run of an act that is not needed: no mail."""


def dry_run(
    studio: Studio,
    act: Callable[[], T],
    activity_of: Callable[[T], int],
    wanted: Callable[[], bool] = lambda: True,
) -> DryRun:
    """Return the mail that ``act``, a call of a service, would send.

    All its changes are rolled back.

    ``activity_of`` finds the line of activity in what the act returns. Raises what the act
    raises, and `Unavailable` once ``wanted`` returns False: the caller no longer waits for the
    result.
    """
    with studio.store.dry_run(wanted):
        activity_id = activity_of(act())
        _require_wanted(wanted)
        ids = notifications.ids_caused_by(activity_id)
        listed = notifications.notifications_by_id(ids, studio.now())
        loaded = deliveries.deliveries_by_id(
            notifications.samples_caused_by(activity_id), studio.now()
        )
    _require_wanted(wanted)
    with studio.store.reading():
        # The act does not change who manages whom, so this can be read without blocking other
        # writers.
        managing = _managing(listed)
    return DryRun(tuple(listed), _samples(MessageBuilder(studio), loaded), managing)


def dry_run_of(
    studio: Studio,
    actor: Actor,
    act: Callable[[], object],
    wanted: Callable[[], bool] = lambda: True,
) -> DryRun:
    """Return the mail that ``actor`` causes by ``act``, under any number of lines of activity.

    See `dry_run`.
    """
    with studio.store.dry_run(wanted):
        before = newest_line(actor.user_id)
        act()
        _require_wanted(wanted)
        lines = lines_since(actor.user_id, before)
        ids = [each for line in lines for each in notifications.ids_caused_by(line)]
        now = studio.now()
        waiting = [
            each for each in notifications.notifications_by_id(ids, now) if each.state in UNSENT
        ]
        samples = [each for line in lines for each in notifications.samples_caused_by(line)]
        loaded = deliveries.deliveries_by_id(samples, now)
    _require_wanted(wanted)
    with studio.store.reading():
        managing = _managing(waiting)
    return DryRun(tuple(waiting), _samples(MessageBuilder(studio), loaded), managing)


def dry_run_of_resend(
    studio: Studio, act: Callable[[], ResendResult], wanted: Callable[[], bool] = lambda: True
) -> tuple[DryRun, list[SkippedPerson]]:
    """Return the mail that the resend ``act`` would send, and who would not get it and why."""
    with studio.store.dry_run(wanted):
        again = act()
        _require_wanted(wanted)
        now = studio.now()
        listed = notifications.notifications_by_id(list(again.sent), now)
        left_out = notifications.notifications_by_id(list(again.dropped), now)
        kinds = {(each.kind, each.capacity): each.id for each in reversed(listed)}
        loaded = deliveries.deliveries_by_id(list(kinds.values()), now)
    _require_wanted(wanted)
    with studio.store.reading():
        managing = _managing(listed)
    skipped = [
        SkippedPerson(each.recipient, each.name, again.dropped[each.id]) for each in left_out
    ]
    return DryRun(tuple(listed), _samples(MessageBuilder(studio), loaded), managing), skipped


def _require_wanted(wanted: Callable[[], bool]) -> None:
    if not wanted():
        raise Unavailable("Nobody waits for this any more.")


def _managing(listed: Sequence[Notification]) -> dict[str, dict[str, str]]:
    to_managers = [each for each in listed if each.capacity is Capacity.MANAGER]
    logins = {fold(login): login for each in to_managers for login in each.about}
    ids = users.ids_of_logins(logins)
    managers = managers_of(list(ids.values()))
    return {
        logins[key]: {manager.login: manager.reason for manager in managers.get(user_id, ())}
        for key, user_id in ids.items()
    }


def _samples(builder: MessageBuilder, loaded: list[Delivery]) -> tuple[Sample, ...]:
    return tuple(
        Sample(each.kind, each.capacity, each.name, builder.rendered(each)) for each in loaded
    )
