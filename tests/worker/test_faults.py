"""Every failure of the mail server: its effect on this mail, on others, and the report (N7).

Ann is notified, and her managers Bob and Cor. A fault that concerns one mail meets Ann's.
"""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random

import msgspec
import pytest

from studio_tui.config.settings import Security
from studio_tui.domain.outbox.notification import (
    Notification,
    NotificationFilter,
    NotificationState,
)
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import PushFacts
from studio_tui.domain.shared.selection import Selection
from studio_tui.mail.secrets import Secret
from studio_tui.mail.transport.outcomes import Fault
from studio_tui.mail.transport.smtp import SmtpConnection
from studio_tui.services.outbox import outbox
from studio_tui.services.system.context import Studio
from studio_tui.worker.advice import in_words
from studio_tui.worker.loop import Worker, WorkerReport
from studio_tui.worker.timing import Pace
from tests.acting import assign, mail
from tests.made_once import made_once
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock
from tests.smtp_server import HANG_UP, STALL, Server, Step, smtp_server

SENT, QUEUED, FAILED = NotificationState.SENT, NotificationState.QUEUED, NotificationState.FAILED
HURRY = Pace(first_outage=timedelta(seconds=0.01), idle=timedelta(seconds=0.01))
SHORT = replace(HURRY, lease=timedelta(seconds=1))

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True, params=[False, True], ids=["in turns", "at once"])
def pipelining(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the tests with and without PIPELINING, which must not change the results."""
    monkeypatch.setattr("tests.smtp_server.PIPELINING", request.param)


@dataclass
class Post:
    """The outbox of a Studio, and a server to send it to."""

    studio: Studio
    admin: Actor
    clock: MovableClock
    server: Server
    timeout: int = 20
    password: Secret | None = None
    reports: list[WorkerReport] = field(default_factory=list)

    def worker(self, connections: int = 1, pace: Pace = HURRY) -> Worker:
        """Return a worker that has not been started."""
        smtp = self.server.settings(timeout=self.timeout)
        settings = msgspec.structs.replace(self.studio.settings, smtp=smtp)
        return Worker(
            replace(self.studio, settings=settings),
            [SmtpConnection(smtp, self.password) for _ in range(connections)],
            random=Random(0),
            watch=self.reports.append,
            pace=pace,
        )

    def send(self) -> WorkerReport:
        """Send the due mail, and stop."""
        return asyncio.run(self.worker().run(drain=True))

    def to(self, login: str) -> Notification:
        """Return the notification to a user."""
        (found,) = (each for each in mail(self.studio, self.admin) if each.recipient == login)
        return found

    def states(self) -> dict[str, NotificationState]:
        """Return the state of each notification by recipient."""
        return {each.recipient: each.state for each in mail(self.studio, self.admin)}


@pytest.fixture
def server() -> Iterator[Server]:
    with smtp_server() as started:
        yield started


@made_once
def push(studio: Studio, admin: Actor, clock: MovableClock) -> PushFacts:
    """A push to which Ann is assigned, with its mail due."""
    pushed = assign(studio, admin, create_push(studio, admin), "ann").push
    clock.move(minutes=2)
    return pushed


@pytest.fixture
def post(
    studio: Studio, admin: Actor, clock: MovableClock, push: PushFacts, server: Server
) -> Post:
    return Post(studio, admin, clock, server)


@pytest.mark.parametrize("step", ["rcpt", "data", "message"])
def test_a_temporary_refusal_defers_this_mail_and_no_other(post: Post, step: Step) -> None:
    post.server.script(step, "451 4.7.1 greylisted", recipient="ann@example.org", times=1)
    report = post.send()
    assert (report.sent, report.failed, report.deferred, report.down) == (2, 0, 1, None)
    assert post.states() == {"ann": QUEUED, "bob": SENT, "cor": SENT}
    deferred = post.to("ann")
    assert (deferred.attempts, deferred.error) == (1, "451 4.7.1 greylisted")
    pause = deferred.due_at - post.studio.now()
    assert timedelta(seconds=30) <= pause <= timedelta(minutes=1)
    post.clock.move(minutes=1)
    assert post.send().sent == 1
    assert (post.to("ann").state, post.to("ann").error) == (SENT, None)


def test_a_temporary_refusal_of_the_sender_defers_the_mails_it_meets(post: Post) -> None:
    post.server.script("mail", "451 4.3.0 try later", times=1)
    report = post.send()
    assert (report.sent, report.deferred) == (2, 1)


@pytest.mark.parametrize("step", ["rcpt", "data", "message"])
def test_a_permanent_refusal_fails_this_mail_and_no_other(post: Post, step: Step) -> None:
    post.server.script(step, "550 5.1.1 no such user", recipient="ann@example.org")
    report = post.send()
    assert (report.sent, report.failed, report.deferred, report.down) == (2, 1, 0, None)
    assert post.states() == {"ann": FAILED, "bob": SENT, "cor": SENT}
    assert (post.to("ann").attempts, post.to("ann").error) == (1, "550 5.1.1 no such user")
    post.clock.move(days=1)
    assert post.send() == WorkerReport()


@pytest.mark.parametrize("step", ["rcpt", "data", "content", "message"])
def test_a_connection_lost_before_acceptance_sends_the_mail_once_later(
    post: Post, step: Step
) -> None:
    post.server.script(step, HANG_UP, recipient="ann@example.org", times=1)
    report = post.send()
    assert (report.sent, report.deferred, report.down) == (2, 1, None)
    post.clock.move(minutes=1)
    assert post.send().sent == 1
    assert len(post.server.messages) == 3


def test_a_connection_lost_after_acceptance_sends_the_same_bytes_again(post: Post) -> None:
    """The outcome cannot be known: the only way to send a mail twice without a crash (N3)."""
    post.server.script("accepted", HANG_UP, recipient="ann@example.org", times=1)
    assert post.send().deferred == 1
    post.clock.move(minutes=1)
    assert post.send().sent == 1
    copies = [m.content for m in post.server.messages if m.recipients == ("ann@example.org",)]
    assert len(copies) == 2
    assert copies[0] == copies[1]


def test_a_server_that_limits_the_mails_per_connection_receives_all(post: Post) -> None:
    post.server.per_connection = 1
    for _ in range(3):
        post.send()
        post.clock.move(minutes=1)
    assert set(post.states().values()) == {SENT}
    assert len(post.server.messages) == 3


@pytest.mark.parametrize("step", ["rcpt", "message", "accepted"])
def test_a_server_that_stops_answering_defers_the_mail(post: Post, step: Step) -> None:
    post.timeout = 1
    post.server.script(step, STALL, recipient="ann@example.org", times=1)
    report = post.send()
    assert (report.sent, report.deferred, report.down) == (2, 1, None)


@pytest.mark.parametrize("step", ["connect", "ehlo"])
def test_a_server_that_does_not_greet_is_down(post: Post, step: Step) -> None:
    post.timeout = 1
    post.server.script(step, STALL)
    report = post.send()
    assert report.down
    assert report.down.fault is Fault.UNREACHABLE
    assert {(each.state, each.attempts) for each in mail(post.studio, post.admin)} == {(QUEUED, 0)}


@pytest.mark.parametrize("greeting", ["421 4.3.2 closing", "554 5.3.2 not now", HANG_UP])
def test_a_server_that_refuses_connections_counts_as_no_attempt(post: Post, greeting: str) -> None:
    post.server.script("connect", greeting)
    report = post.send()
    assert report.down
    assert in_words(report.down).startswith("The mail server does not answer; mail waits")
    assert {(each.state, each.attempts) for each in mail(post.studio, post.admin)} == {(QUEUED, 0)}
    post.server.clear_script()
    assert post.send().sent == 3


def test_a_slow_server_gets_its_full_timeout_while_the_lease_is_renewed(post: Post) -> None:
    """No other worker sends the mail in the meantime, however short the lease (N8)."""
    post.timeout = 6
    post.server.script("message", STALL, recipient="ann@example.org", times=1)
    pace = replace(HURRY, lease=timedelta(seconds=4))
    report = asyncio.run(post.worker(pace=pace).run(drain=True))
    assert (report.sent, report.deferred) == (2, 1)
    assert post.to("ann").error == "The mail server did not answer in time."


def test_a_mail_is_not_on_the_wire_beyond_its_lease(post: Post) -> None:
    """If the lease cannot be renewed, another worker may be sending the mail by then (N8)."""
    post.server.script("message", STALL, recipient="ann@example.org", times=1)

    async def without_database() -> WorkerReport:
        running = asyncio.create_task(post.worker(pace=SHORT).run(drain=True))
        await asyncio.to_thread(post.server.wait_until_followed)
        with _nobody_else_writes(post.studio):
            await asyncio.to_thread(post.server.wait_until_idle)
        return await running

    report = asyncio.run(without_database())
    assert (report.sent, report.deferred) == (2, 1)
    assert post.to("ann").error == "The mail server took too long over this mail."


@contextmanager
def _nobody_else_writes(studio: Studio) -> Iterator[None]:
    """Hold the write lock of the database."""
    path = studio.settings.database.url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_a_refused_login_is_reported_and_loses_no_mail(post: Post) -> None:
    with smtp_server(username="studio", password="right") as server:
        post.server, post.password = server, Secret("wrong")
        report = post.send()
        assert report.down
        assert "refuses the login; check smtp.username" in in_words(report.down)
        assert "wrong" not in in_words(report.down)
        assert len(server.logins) == 1
        assert set(post.states().values()) == {QUEUED}
        post.password = Secret("right")
        assert post.send().sent == 3


def test_a_certificate_that_does_not_match_stops_all_mail(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    with smtp_server(security=Security.STARTTLS, certificate_for="other.example") as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))
        post.server = server
        report = post.send()
        assert report.down
        assert report.down.fault is Fault.TLS
        assert "check smtp.security and the server's certificate" in in_words(report.down)
        assert server.messages == []
    assert set(post.states().values()) == {QUEUED}


def test_a_refused_sender_is_a_fault_of_the_server_and_counts_as_no_attempt(post: Post) -> None:
    post.server.script("mail", "553 5.7.1 not your address")
    report = post.send()
    assert report.down
    assert report.down.fault is Fault.SENDER
    assert {(each.state, each.attempts) for each in mail(post.studio, post.admin)} == {(QUEUED, 0)}


def test_the_same_worker_continues_after_an_outage_of_an_hour(
    post: Post,
) -> None:
    post.server.script("connect", HANG_UP)

    async def outage() -> WorkerReport:
        worker = post.worker()
        running = asyncio.create_task(worker.run())
        await asyncio.to_thread(post.server.wait_until_followed, 3)
        post.clock.move(hours=1)
        post.server.clear_script()
        await asyncio.to_thread(post.server.wait_for, 3)
        worker.stop()
        return await running

    report = asyncio.run(outage())
    assert (report.sent, report.deferred, report.down) == (3, 0, None)
    assert [each.down is None for each in post.reports if each.sent == 0] == [False, True]
    assert {each.attempts for each in mail(post.studio, post.admin)} == {1}


@made_once
def many(studio: Studio, first_admin: Actor, clock: MovableClock) -> int:
    """Forty users without a manager, whose mail is due."""
    rows = (f"p{number},p{number}@example.org,Pat,Number{number}" for number in range(40))
    import_people(studio, first_admin, "\n".join(("login,email,given_name,family_name", *rows)))
    push = create_push(studio, first_admin)
    assign(studio, first_admin, push, *(f"p{number}" for number in range(40)))
    clock.move(minutes=2)
    return 40


@pytest.fixture
def crowd(
    studio: Studio, first_admin: Actor, clock: MovableClock, many: int, server: Server
) -> Post:
    return Post(studio, first_admin, clock, server)


def _counts(post: Post) -> tuple[int, int, int]:
    states = list(post.states().values())
    return states.count(SENT), states.count(FAILED), states.count(QUEUED)


def test_a_server_that_relays_nothing_fails_no_mail(crowd: Post) -> None:
    crowd.server.script("rcpt", "554 5.7.1 Relay access denied")
    report = crowd.send()
    assert report.down
    assert report.down.fault is Fault.REFUSAL
    assert "refuses one mail after another" in in_words(report.down)
    assert _counts(crowd) == (0, 0, 40)
    crowd.clock.move(hours=1)
    assert crowd.send().down
    crowd.server.clear_script()
    assert crowd.send().sent == 40


def test_the_same_worker_continues_once_a_refusing_relay_accepts_mail(crowd: Post) -> None:
    crowd.server.script("rcpt", "554 Relay access denied", times=22)

    async def misconfigured() -> WorkerReport:
        worker = crowd.worker(connections=2)
        running = asyncio.create_task(worker.run())
        await asyncio.to_thread(crowd.server.wait_for, 21)
        worker.stop()
        return await running

    report = asyncio.run(misconfigured())
    assert (report.failed, report.down) == (0, None)
    assert _counts(crowd)[1] == 0


def test_many_unknown_addresses_fail_without_delaying_other_mail(crowd: Post) -> None:
    crowd.server.script("rcpt", "550 5.1.1 no such user", times=39)
    report = crowd.send()
    assert (report.sent, report.failed, report.down) == (1, 39, None)


def test_failed_mail_can_be_retried(crowd: Post) -> None:
    crowd.server.script("rcpt", "550 5.1.1 no such user")
    crowd.send()
    assert _counts(crowd) == (0, 40, 0)
    crowd.server.clear_script()
    outbox.retry(crowd.studio, crowd.admin, Selection.matching(NotificationFilter(state=FAILED)))
    crowd.send()
    assert _counts(crowd) == (40, 0, 0)
