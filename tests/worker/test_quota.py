"""Limits that all workers share (N14): which mail may leave, which waits, and for how long."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

import msgspec
import pytest

from studio_tui.domain.outbox.limits import SendingLimits
from studio_tui.domain.outbox.notification import NotificationFilter, NotificationState
from studio_tui.domain.people.access import Actor
from studio_tui.services.outbox import delivery, outbox
from studio_tui.services.outbox.delivery import ClaimedBatch, SentSettlement
from studio_tui.services.pushes import assign
from studio_tui.services.system.context import Studio
from studio_tui.storage.engine.sql import scalar
from studio_tui.storage.outbox import sent_counts
from studio_tui.worker.loop import Worker, WorkerReport
from studio_tui.worker.service import transports_of
from tests.acting import MESSAGE, mail
from tests.made_once import made_once
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock
from tests.smtp_server import Server, smtp_server


@pytest.fixture
def server() -> Iterator[Server]:
    with smtp_server() as running:
        yield running


def _limited(studio: Studio, server: Server, **limits: int) -> Studio:
    smtp = server.settings(connections=2, **limits)
    return replace(studio, settings=msgspec.structs.replace(studio.settings, smtp=smtp))


def _worker(studio: Studio) -> Worker:
    return Worker(studio, transports_of(studio), random=Random(0))


def _work(studio: Studio) -> WorkerReport:
    return asyncio.run(_worker(studio).run(drain=True))


def _assign(studio: Studio, admin: Actor, name: str, *logins: str) -> None:
    push = create_push(studio, admin, name)
    assign.assign(studio, admin, push, assign.users_named(studio, admin, logins))


@made_once
def due(studio: Studio, admin: Actor, clock: MovableClock) -> None:
    """Six due mails to users without a manager: five of one push, then one of another."""
    alone = "".join(f"u{n},u{n}@{n % 2}.example,U,{n}\n" for n in range(6))
    import_people(studio, admin, f"login,email,given_name,family_name\n{alone}")
    _assign(studio, admin, "First", *(f"u{n}" for n in range(5)))
    clock.move(minutes=1)
    _assign(studio, admin, "Second", "u5")
    clock.move(minutes=3)


@pytest.fixture
def six(studio: Studio, due: None) -> Studio:
    """The Studio with the mails of `due`."""
    return studio


def test_the_limit_per_minute_is_shared_fairly_between_pushes(
    six: Studio, server: Server, clock: MovableClock, admin: Actor
) -> None:
    """The limit holds even if a worker is restarted."""
    studio = _limited(six, server, per_minute=2)
    assert _work(studio).sent == 2
    assert sorted(each.recipients[0] for each in server.messages)[-1] == "u5@1.example"
    done = _work(studio)
    assert done.sent == 0
    assert done.limited.startswith("4 wait for the next minute (smtp.per_minute): done by ")
    clock.move(minutes=0.9)
    assert _work(studio).sent == 0
    clock.move(minutes=0.15)
    assert _work(studio).sent == 2
    clock.move(minutes=1.1)
    assert _work(studio).sent == 2
    assert _work(studio).limited == ""
    states = outbox.counts(studio, admin)
    assert states == {NotificationState.SENT: 6}


def test_mail_beyond_the_daily_limit_waits_for_the_next_day(
    six: Studio, server: Server, clock: MovableClock, admin: Actor
) -> None:
    """Mail that was sent before the limit was set counts as well."""
    assert _work(_limited(six, server, per_minute=1)).sent == 1
    clock.move(hours=1)
    studio = _limited(six, server, per_day=3)
    assert _work(studio).sent == 2
    clock.move(hours=1)
    done = _work(studio)
    assert (done.sent, done.down) == (0, None)
    assert done.limited.startswith("3 wait for tomorrow's quota: done by ")
    found = outbox.limited(studio, admin)
    assert found is not None
    assert (found.waiting, found.beyond_today) == (3, 3)
    assert outbox.limited(six, admin) is None
    clock.move(hours=22, minutes=2)
    assert _work(studio).sent == 1
    clock.move(hours=1)
    assert _work(studio).sent == 2
    waiting = NotificationFilter(state=NotificationState.QUEUED)
    assert outbox.every(studio, admin, waiting) == []


def test_mail_that_left_without_a_limit_counts_once_there_is_one(
    six: Studio, server: Server, admin: Actor, clock: MovableClock
) -> None:
    assert _work(_limited(six, server)).sent == 6
    _assign(six, admin, "Third", "u0")
    clock.move(minutes=3)
    done = _work(_limited(six, server, per_day=6))
    assert done.sent == 0
    assert done.limited.startswith("1 wait")


def test_workers_share_a_limit(six: Studio, server: Server) -> None:
    studio = _limited(six, server, per_minute=3)

    async def together() -> list[WorkerReport]:
        return await asyncio.gather(*(_worker(studio).run(drain=True) for _ in range(3)))

    assert sum(done.sent for done in asyncio.run(together())) == 3
    assert len(server.messages) == 3


def test_the_limit_per_domain_and_minute_holds(
    six: Studio, server: Server, clock: MovableClock
) -> None:
    studio = _limited(six, server, per_domain_minute=2)
    done = _work(studio)
    assert done.sent == 4
    to = Counter(each.recipients[0].partition("@")[2] for each in server.messages)
    assert to == {"0.example": 2, "1.example": 2}
    assert "smtp.per_domain_minute" in done.limited
    clock.move(minutes=1.1)
    assert _work(studio).sent == 2


def test_claimed_but_unsent_mail_does_not_count_towards_a_limit(
    six: Studio, server: Server, clock: MovableClock
) -> None:
    """The server refuses after some mails; the next minute retries all that were claimed."""
    studio = _limited(six, server, per_minute=4, per_day=6)
    server.script("mail", "550 5.7.233 tenant sending limit reached", times=10)
    done = _work(studio)
    assert done.sent == 0
    assert done.down is not None
    server.clear_script()
    assert _work(studio).sent == 4
    clock.move(minutes=1.1)
    assert _work(studio).sent == 2


def test_the_limit_of_mails_per_connection_holds(six: Studio, server: Server) -> None:
    studio = _limited(six, server, per_connection=1)
    assert _work(studio).sent == 6
    assert server.connections == 6


def test_mail_to_a_domain_without_room_is_not_claimed_in_place_of_other_mail(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    full = [f"a{number}@full.example" for number in range(5)]
    free = [f"b{number}@free.example" for number in range(2)]
    rows = (f"{each.partition('@')[0]},{each},U,U\n" for each in (*full, *free))
    import_people(studio, admin, "login,email,given_name,family_name\n" + "".join(rows))
    logins = [each.partition("@")[0] for each in (*full, *free)]
    limits = SendingLimits(per_minute=8, per_domain_minute=4)

    def claim(limit: int) -> ClaimedBatch:
        return delivery.claim(studio, "w", limit=limit, lasting=timedelta(minutes=5), limits=limits)

    def addresses(claimed: ClaimedBatch) -> list[str]:
        return [each.address for each in claimed.deliveries]

    assert claim(2) == ClaimedBatch(0)
    _assign(studio, admin, "Q1", *logins)
    clock.move(minutes=3)
    first = claim(3)
    assert addresses(first) == full[:3]
    now = studio.now()
    sent = [SentSettlement(each.id, each.address, now, MESSAGE) for each in first.deliveries]
    delivery.settle(studio, "w", sent, limits=limits)
    assert addresses(claim(2)) == full[3:4]
    # A worker that starts counts what was sent anew.
    delivery.recount_sent(studio, limits)
    assert addresses(claim(2)) == free
    assert claim(2) == ClaimedBatch(0, reached="per_domain_minute")


def test_mail_that_is_not_due_does_not_wait_for_a_limit(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    import_people(
        studio, admin, "login,email,given_name,family_name\nu,u@a.example,U,U\nv,v@a.example,V,V\n"
    )
    for login in ("u", "v"):
        _assign(studio, admin, login, login)
        clock.move(minutes=1)
    assert min(each.due_at for each in mail(studio, admin)) == clock.now()
    assert delivery.forecast_waiting(studio, SendingLimits(per_minute=1)).waiting == 1


def test_counts_that_no_limit_needs_are_deleted(studio: Studio, clock: MovableClock) -> None:
    for _ in range(2):
        with studio.store.writing():
            sent_counts.count([(clock.now(), "u@a.example")], SendingLimits(per_day=1), clock.now())
        clock.move(days=2)
    with studio.store.reading():
        assert scalar("SELECT count(*) FROM sent_count") == 2, (
            "one of the second, one of the minute"
        )


def test_a_limit_holds_if_another_worker_claims_after_mail_was_chosen(six: Studio) -> None:
    limits, now = SendingLimits(per_minute=4), six.now()
    end = delivery._end(now, six.steady.time(), timedelta(minutes=5))
    chosen = delivery._in_turn(six, SendingLimits(per_minute=6), 6, ())

    def claim(lease: str, ids: Sequence[int]) -> int:
        with six.store.writing():
            return len(delivery._claim_within(ids, limits, lease, now, end)[0])

    assert claim("other", chosen[:3]) == 3
    assert claim("late", chosen[3:]) == 1
