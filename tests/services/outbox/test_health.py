"""The health of mail delivery as `doctor` reports it (N10)."""

from datetime import timedelta

import pytest

from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.domain.people.access import Actor
from studio_tui.services.outbox import delivery, outbox
from studio_tui.services.outbox.delivery import (
    FailedSettlement,
    RetrySettlement,
    SentSettlement,
    Settlement,
)
from studio_tui.services.outbox.outbox import Health, Sending
from studio_tui.services.system.context import Studio
from tests.acting import HOUR, MESSAGE, assign
from tests.made_once import made_once
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock

pytestmark = pytest.mark.one_engine


@made_once
def assigned(studio: Studio, admin: Actor) -> None:
    """Six mails that are held for two minutes."""
    import_people(studio, admin)
    assign(studio, admin, create_push(studio, admin), "ann", "ben", "cas")


def test_the_health_of_an_empty_outbox(studio: Studio, admin: Actor) -> None:
    assert outbox.health(studio, admin) == Health({}, None, (), None, None)


@pytest.mark.usefixtures("assigned")
def test_held_mail_is_not_reported_as_overdue(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    health = outbox.health(studio, admin)
    assert (health.waiting, health.waiting_since) == (6, None)
    due = clock.now() + timedelta(minutes=2)
    clock.move(hours=3)
    assert outbox.health(studio, admin).waiting_since == due


@pytest.mark.usefixtures("assigned")
def test_the_health_lists_workers_the_last_sent_mail_and_the_last_error(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    clock.move(minutes=2)
    claimed = delivery.claim(studio, "w1", limit=3, lasting=HOUR).deliveries
    delivery.claim(studio, "w2", limit=1, lasting=2 * HOUR)
    began = clock.now()
    clock.move(minutes=1)
    assert outbox.health(studio, admin).sending == (
        Sending("w1", 3, began + HOUR),
        Sending("w2", 1, began + 2 * HOUR),
    )
    first, second, third = claimed
    settled: list[Settlement] = [
        SentSettlement(first.id, first.address, clock.now(), MESSAGE),
        FailedSettlement(second.id, second.address, "550 no"),
        RetrySettlement(third.id, clock.now() + HOUR, "451 later", tried=True),
    ]
    delivery.settle(studio, "w1", settled[:2])
    delivery.settle(studio, "w1", settled[2:])
    clock.move(hours=1)
    health = outbox.health(studio, admin)
    assert health.counts[NotificationState.FAILED] == 1
    assert health.waiting == 3
    assert health.waiting_since == began
    assert health.last_sent_at == began + timedelta(minutes=1)
    assert health.last_error == (third.address, "451 later")
    assert [each.lease for each in health.sending] == ["w2"]
