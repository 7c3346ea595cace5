"""Mail is postponed until its recipient's sending hours, checked at the time of sending (N20)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from studio_tui.domain.outbox.notification import NotificationFilter, NotificationState
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import Refused
from studio_tui.services.outbox import delivery, outbox
from studio_tui.services.outbox.sending_hours import hours_of
from studio_tui.services.pushes import assign
from studio_tui.services.system.context import Studio
from tests.made_once import made_once
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock

HOUR = timedelta(hours=1)
EVENING = datetime(2026, 12, 24, 20, 0, tzinfo=UTC)
"""Evening in Brussels; in Tokyo it is the morning of a Friday."""


@made_once
def due(studio: Studio, admin: Actor, clock: MovableClock) -> None:
    """A mail to Ann in Brussels and one to Ken in Tokyo are due."""
    people = "ann,ann@example.org,Ann,P,\nken,ken@example.org,Ken,T,Asia/Tokyo\n"
    head = "login,email,given_name,family_name,time_zone\n"
    clock.instant = EVENING - HOUR
    import_people(studio, admin, head + people)
    push = create_push(studio, admin)
    assign.assign(studio, admin, push, assign.users_named(studio, admin, ["ann", "ken"]))
    clock.instant = EVENING + 6 * HOUR


@pytest.fixture
def two(studio: Studio, due: None) -> Studio:
    """A Studio with a due mail to Ann in Brussels and one to Ken in Tokyo."""
    return studio


def _claimed(studio: Studio, **settings: Any) -> list[str]:
    """Return the logins whose mail leaves with ``settings``, and hand the mail back."""
    said = msgspec.structs.replace(studio.settings.notifications, **settings)
    studio = replace(studio, settings=msgspec.structs.replace(studio.settings, notifications=said))
    delivery.requeue_put_off(studio)
    claimed = delivery.claim(studio, "w", limit=9, lasting=HOUR, hours=hours_of(studio))
    assert claimed.taken == 2
    delivery.hand_back(studio, "w")
    return [each.address.partition("@")[0] for each in claimed.deliveries]


def test_sending_hours_are_those_of_the_zone_of_the_recipient(two: Studio, admin: Actor) -> None:
    assert _claimed(two) == ["ann", "ken"]
    assert _claimed(two, send_between="08:00-18:00") == ["ken"]
    to_ann, to_ken = sorted(
        outbox.every(two, admin, NotificationFilter()), key=lambda each: each.recipient
    )
    assert to_ann.due_at == datetime(2026, 12, 25, 7, tzinfo=UTC)
    assert to_ann.error == "not before 2026-12-25 08:00 (Europe/Brussels): night"
    assert (to_ann.state, to_ann.attempts) == (NotificationState.HELD, 0)
    assert to_ken.error is None
    health = outbox.health(two, admin)
    assert health.last_error is None
    assert health.waiting_since == to_ken.due_at
    assert delivery.waiting(two) == (2, 0)
    assert delivery.server_state(two).refused == {}, "the server was not asked"


def test_holidays_are_those_of_the_zone_of_the_recipient(
    two: Studio, admin: Actor, clock: MovableClock
) -> None:
    """That day is Christmas in Belgium, and no holiday in Japan."""
    clock.move(hours=6)
    assert _claimed(two, holidays="BE") == ["ken"]
    to_ann = next(
        each for each in outbox.every(two, admin, NotificationFilter()) if each.recipient == "ann"
    )
    assert to_ann.error is not None
    assert to_ann.error.startswith("not before 2026-12-26 00:00 (Europe/Brussels): ")
    assert _claimed(two, holidays="BE", days_off=("sat", "sun")) == ["ken"]
    clock.instant = datetime(2027, 1, 11, 1, tzinfo=UTC)
    assert _claimed(two, holidays="BE") == ["ann"]


def test_the_holidays_of_the_settings_are_those_of_the_zone_of_the_organisation(
    two: Studio, clock: MovableClock
) -> None:
    """The setting may name a region, or another country than that of the zone."""
    clock.move(hours=6)
    assert _claimed(two, holidays="JP") == ["ann", "ken"]


def test_changed_days_off_apply_to_mail_that_is_queued_already(two: Studio) -> None:
    """Both a day that becomes closed and one that is opened again."""
    assert _claimed(two, closed_on=("2026-12-25",)) == []
    assert _claimed(two, closed_on=("2026-12-26",)) == ["ann", "ken"]


def test_unknown_holiday_calendars_are_refused(two: Studio) -> None:
    with pytest.raises(Refused, match="“XX” are not known"):
        _claimed(two, holidays="XX")
    with pytest.raises(Refused, match="“BE-XX” are not known"):
        _claimed(two, holidays="BE-XX")
