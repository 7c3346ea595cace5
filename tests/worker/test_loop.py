"""The worker against a real mail server: from an assignment to a received mail."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from random import Random

import msgspec
import pytest

from studio_tui.domain.outbox.kinds import Capacity
from studio_tui.domain.outbox.notification import (
    Notification,
    NotificationFilter,
    NotificationState,
)
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import PushFacts
from studio_tui.domain.shared.selection import Selection
from studio_tui.mail.transport.outcomes import Fault, RelayDown
from studio_tui.mail.transport.smtp import SmtpConnection
from studio_tui.services import conversations
from studio_tui.services.outbox import delivery, outbox, restored
from studio_tui.services.pushes import assign, pushes
from studio_tui.services.system.context import Studio
from studio_tui.storage.engine.sql import execute, scalar
from studio_tui.worker.loop import Worker, WorkerReport
from studio_tui.worker.timing import Pace
from tests.organisation import create_push
from tests.services.conftest import MovableClock
from tests.smtp_server import HANG_UP, HOLD, Server, smtp_server


def _send(studio: Studio, server: Server) -> WorkerReport:
    """Send the due mail, and stop."""
    settings = msgspec.structs.replace(studio.settings, smtp=server.settings())
    studio = replace(studio, settings=settings)
    worker = Worker(studio, [SmtpConnection(settings.smtp)], random=Random(0))
    return asyncio.run(worker.run(drain=True))


def _assign(studio: Studio, admin: Actor, *logins: str) -> PushFacts:
    push = create_push(studio, admin)
    chosen = assign.users_named(studio, admin, logins)
    return assign.assign(studio, admin, push, chosen).push


def _outbox(studio: Studio, admin: Actor) -> list[Notification]:
    return outbox.every(studio, admin, NotificationFilter())


def _of(listed: list[Notification], recipient: str, capacity: Capacity) -> Notification:
    found = [each for each in listed if (each.recipient, each.capacity) == (recipient, capacity)]
    assert len(found) == 1
    return found[0]


def test_users_and_all_their_managers_get_one_mail_each(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    _assign(studio, admin, "ann", "ben", "bob")
    clock.move(minutes=2)
    with smtp_server() as server:
        report = _send(studio, server)
    mails = sorted((m.recipients[0], str(m.parsed["Subject"])) for m in server.messages)
    assert [address for address, _ in mails] == [
        "ann@example.org",
        "ben@example.org",
        "bob@example.org",
        "bob@example.org",
        "cor@example.org",
        "dan@example.org",
    ]
    assert report.sent == 6
    told = [m for m in server.messages if "Ann Peeters" in m.text("plain")]
    assert {m.recipients[0] for m in told} == {"bob@example.org", "cor@example.org"}
    to_bob = next(m for m in told if m.recipients == ("bob@example.org",))
    assert "Ben Willems" in to_bob.text("plain")
    assert {n.state for n in _outbox(studio, admin)} == {NotificationState.SENT}


def test_no_mail_leaves_before_the_hold_is_over(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    _assign(studio, admin, "ann")
    clock.move(seconds=119)
    with smtp_server() as server:
        assert _send(studio, server).sent == 0
        assert {n.state for n in _outbox(studio, admin)} == {NotificationState.HELD}
        clock.move(seconds=1)
        assert _send(studio, server).sent == 3


def test_a_second_run_sends_no_mail_again(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    _assign(studio, admin, "ann")
    clock.move(minutes=2)
    with smtp_server() as server:
        _send(studio, server)
        clock.move(days=1)
        assert _send(studio, server).sent == 0
    ids = [m.parsed["Message-ID"] for m in server.messages]
    assert len(set(ids)) == len(ids) == 3


def test_a_mail_is_stored_as_the_server_received_it(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    push = _assign(studio, admin, "ann")
    clock.move(minutes=2)
    with smtp_server() as server:
        _send(studio, server)
    to_ann = next(m for m in server.messages if m.recipients == ("ann@example.org",))
    pushes.close(studio, admin, pushes.show(studio, admin, push.id))
    row = _of(_outbox(studio, admin), "ann", Capacity.USER)
    read = outbox.read(studio, admin, row.id)
    assert read.source is not None
    assert read.source.rstrip() == to_ann.content.rstrip()
    assert read.subject == str(to_ann.parsed["Subject"])
    with studio.store.reading():
        kept = scalar(
            "SELECT LENGTH(message) FROM notification_mail WHERE notification_id = ?", row.id
        )
    # The common text of all mails of this wording is stored once.
    assert kept < len(read.source) / 5


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        ("held", "the conversation has been held"),
        ("unassigned", "no longer assigned"),
        ("closed", "the push was closed"),
    ],
)
def test_mail_about_a_past_state_is_dropped_with_the_reason(
    studio: Studio, admin: Actor, clock: MovableClock, happens: str, reason: str
) -> None:
    push = _assign(studio, admin, "ann")
    if happens == "held":
        conversation = conversations.find(studio, push.name, "ann")
        conversations.record_held(studio, admin, conversation, conductor="cor")
    elif happens == "unassigned":
        assign.unassign_users(studio, admin, push, ["ann"])
    else:
        pushes.close(studio, admin, push)
    clock.move(minutes=2)
    with smtp_server() as server:
        assert _send(studio, server).sent == 0
    assert {(n.state, n.error) for n in _outbox(studio, admin)} == {
        (NotificationState.DROPPED, reason)
    }


def test_one_invalid_address_fails_alone_and_can_be_retried(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    _assign(studio, admin, "ann", "ben")
    clock.move(minutes=2)
    with smtp_server() as server:
        server.script("rcpt", "550 5.1.1 no such user", recipient="ben@example.org")
        report = _send(studio, server)
        assert (report.sent, report.failed) == (3, 1)
        failed = _of(_outbox(studio, admin), "ben", Capacity.USER)
        assert failed.state is NotificationState.FAILED
        assert failed.error == "550 5.1.1 no such user"
        server.clear_script()
        outbox.retry(studio, admin, Selection.of([failed.id]))
        assert _send(studio, server).sent == 1


def test_a_mail_that_cannot_be_built_fails_alone(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    _assign(studio, admin, "ann", "ben")
    clock.move(minutes=2)
    with studio.store.writing():
        execute("UPDATE users SET email = 'nowhere' WHERE login = 'ben'")
    with smtp_server() as server:
        report = _send(studio, server)
    assert (report.sent, report.failed) == (3, 1)
    failed = _of(_outbox(studio, admin), "ben", Capacity.USER)
    assert failed.state is NotificationState.FAILED
    assert "nowhere" in (failed.error or "")


def test_no_mail_is_sent_from_a_restored_database(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    _assign(studio, admin, "ann")
    clock.move(minutes=2)
    with studio.store.writing():
        restored.mark_restored(clock.now())
    with smtp_server() as server:
        report = _send(studio, server)
        assert (report.sent, report.away) == (0, "")
        assert "outbox resume" in report.stopped
        restored.resume(studio, admin)
        assert _send(studio, server).sent == 3


def test_a_fault_of_the_server_is_known_to_the_next_worker_until_mail_leaves(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    with smtp_server() as server:
        _assign(studio, admin, "ann")
        clock.move(minutes=2)
        server.script("mail", "550 5.7.233 tenant sending limit reached")
        assert _send(studio, server).down
        assert delivery.server_state(studio).fault == Fault.QUOTA
        server.clear_script()
        assert _send(studio, server).down is None
        assert delivery.server_state(studio).fault == ""
        # The fault is reported only if mail waits because of it.
        fault = RelayDown(Fault.QUOTA, 550, "no more today")
        delivery.record_server_fault(studio, (fault.fault, fault.code, fault.words))
        assert _send(studio, server) == WorkerReport()
        second = create_push(studio, admin, "Q2 review")
        assign.assign(studio, admin, second, assign.users_named(studio, admin, ["ben"]))
        clock.move(minutes=2)
        delivery.record_server_fault(studio, None)
        server.script("rcpt", "451 4.7.1 greylisted")
        assert _send(studio, server).deferred
        delivery.record_server_fault(studio, (fault.fault, fault.code, fault.words))
        assert _send(studio, server) == WorkerReport(down=fault)


def test_a_deferred_mail_is_sent_later(studio: Studio, admin: Actor, clock: MovableClock) -> None:
    _assign(studio, admin, "ben")
    clock.move(minutes=2)
    with smtp_server() as server:
        server.script("rcpt", "451 4.7.1 greylisted", recipient="ben@example.org", times=1)
        assert _send(studio, server).deferred == 1
        waiting = _of(_outbox(studio, admin), "ben", Capacity.USER)
        assert (waiting.state, waiting.attempts) == (NotificationState.QUEUED, 1)
        clock.move(minutes=1)
        assert _send(studio, server).sent == 1
    assert _of(_outbox(studio, admin), "ben", Capacity.USER).attempts == 2


def test_a_refused_login_stops_sending_and_loses_nothing(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    _assign(studio, admin, "ann", "ben")
    clock.move(minutes=2)
    with smtp_server(username="studio", password="right") as server:
        report = _send(studio, server)
    assert report.down is not None
    assert report.down.fault is Fault.LOGIN
    listed = _outbox(studio, admin)
    assert {(n.state, n.attempts) for n in listed} == {(NotificationState.QUEUED, 0)}


def test_an_unavailable_server_loses_no_mail(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    _assign(studio, admin, "ann")
    clock.move(minutes=2)
    with smtp_server() as server:
        server.script("connect", HANG_UP)
        assert _send(studio, server).down is not None
        server.clear_script()
        assert _send(studio, server).sent == 3


def test_mail_claimed_by_a_dead_worker_is_sent_after_its_lease(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    _assign(studio, admin, "ann")
    clock.move(minutes=2)
    taken = delivery.claim(studio, "dead", limit=10, lasting=timedelta(minutes=5))
    assert taken.taken == 3
    with smtp_server() as server:
        assert _send(studio, server).sent == 0
        clock.move(minutes=5)
        assert _send(studio, server).sent == 3
    too_late = delivery.FailedSettlement(taken.deliveries[0].id, "x@example.org", "550 no")
    delivery.settle(studio, "dead", [too_late])
    assert {n.state for n in _outbox(studio, admin)} == {NotificationState.SENT}


def test_mail_of_a_push_that_starts_later_leaves_on_its_morning(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    push = create_push(studio, admin, starts_in=3)
    assign.assign(studio, admin, push, assign.users_named(studio, admin, ["ben"]))
    with smtp_server() as server:
        clock.move(days=2, hours=21, minutes=59)
        assert _send(studio, server).sent == 0
        clock.move(minutes=1)
        assert studio.now().astimezone(studio.zone).hour == 8
        assert _send(studio, server).sent == 2


@pytest.mark.one_engine
def test_mail_that_waited_for_a_slow_server_is_checked_again_before_sending(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """A user who is unassigned in the meantime gets no mail, although it was claimed before (N6).

    Found by seeds 43 and 49 of the simulation (docs/verification.md).
    """
    push = _assign(studio, admin, "eve", "cor")
    clock.move(minutes=2)
    pace = Pace(recheck_after=timedelta(0))

    async def send(server: Server) -> WorkerReport:
        settings = msgspec.structs.replace(studio.settings, smtp=server.settings())
        here = replace(studio, settings=settings)
        worker = Worker(here, [SmtpConnection(settings.smtp)], random=Random(0), pace=pace)
        running = asyncio.create_task(worker.run(drain=True))
        await asyncio.to_thread(server.wait_until_followed)
        await asyncio.to_thread(assign.unassign_users, studio, admin, push, ["eve", "cor"])
        server.release()
        return await running

    with smtp_server() as server:
        server.script("message", HOLD, times=1)
        report = asyncio.run(send(server))
    # The first mail was on the wire.
    assert report.sent == len(server.messages) == 1
    states = sorted((each.state, each.attempts) for each in _outbox(studio, admin))
    assert states == [(NotificationState.DROPPED, 0), (NotificationState.SENT, 1)]
