"""Stop and restart the database while a worker sends (N3, N8)."""

import asyncio
import json
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from studio_tui.config.settings import Database, Organisation, Settings
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import Busy, Conflict
from studio_tui.mail.transport.smtp import SmtpConnection
from studio_tui.services.outbox.delivery import MessageCompressor
from studio_tui.services.outbox.messages import Mail
from studio_tui.services.people.identity import Account, sign_in
from studio_tui.services.system.context import Studio, open_studio
from studio_tui.storage.engine.sql import execute, rows
from studio_tui.worker.loop import Worker, WorkerReport
from studio_tui.worker.timing import Pace
from tests.acting import assign
from tests.cluster import Cluster
from tests.databases import create_database, url_of
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock
from tests.simulation.database import BUSY, watch
from tests.simulation.event_loop import Process, context_of
from tests.smtp_server import HOLD, smtp_server
from tests.worker.processes import everything, next_log_line, service, stop, wait_until_sent


def test_a_worker_waits_for_its_database_and_sends_everything_once(own_cluster: Cluster) -> None:
    own_cluster.start()
    create_database(own_cluster.url, "sending")
    settings = Settings(
        database=Database(url=url_of(own_cluster.url, "sending")),
        organisation=Organisation(name="Example NV"),
    )
    clock = MovableClock()
    with closing(open_studio(settings, clock)) as studio, smtp_server() as server:
        admin = sign_in(studio, Account("els", "Els Claes"))
        import_people(studio, admin)
        assign(studio, admin, create_push(studio, admin), "ann", "ben", "cas")
        clock.move(minutes=2)
        server.script("message", HOLD, times=1)
        with (
            service(studio, server, "--log-json", connections=2) as worker,
            service(studio, server, connections=2) as other,
        ):
            for each in (worker, other):
                assert each.stdout is not None
                assert "Sending mail until stopped" in each.stdout.readline()
            server.wait_until_followed()
            own_cluster.stop()
            server.release()
            down = next_log_line(worker)
            own_cluster.start()
            up = next_log_line(worker)
            while up["event"] == "down":
                # The event is logged again if the reason changes, as while the server starts.
                up = next_log_line(worker)
            wait_until_sent(studio, admin)
            code, printed = stop(worker)
            assert stop(other)[0] == code == 0
        copies = Counter(str(each.parsed["Message-ID"]) for each in server.messages)
    assert (down["event"], down["fault"]) == ("down", "database")
    assert "The database does not answer" in down["message"]
    assert [up["event"], *(json.loads(line)["event"] for line in printed.splitlines())] == [
        "up",
        "stopped",
    ]
    assert set(copies.values()) == {1}
    assert len(copies) == 6


@pytest.mark.one_engine
def test_mail_claimed_during_a_database_outage_is_sent_by_the_same_worker(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """A running worker must check its claimed mail again, as no other takes it over (N4).

    Found by seed 24 of the simulation (docs/verification.md).
    """
    assign(studio, admin, create_push(studio, admin), "ann", "ben")
    clock.move(minutes=2)
    with smtp_server() as server:
        settings = msgspec.structs.replace(studio.settings, smtp=server.settings())
        here = replace(studio, settings=settings)

        def is_back(report: WorkerReport) -> None:
            if report.away:
                with studio.store.writing():
                    execute("ALTER TABLE elsewhere RENAME TO notification_user")
            elif report.sent == due:
                worker.stop()

        pace = Pace(idle=timedelta(seconds=0.01))
        worker = Worker(here, [SmtpConnection(settings.smtp)], watch=is_back, pace=pace)
        due = len(everything(studio, admin))
        # Due mail can be claimed, but the users that it concerns cannot be read.
        with studio.store.writing():
            execute("ALTER TABLE notification_user RENAME TO elsewhere")
        report = asyncio.run(asyncio.wait_for(worker.run(), 30))
    assert report.sent == due == 4
    assert not report.away


@pytest.mark.one_engine
def test_the_id_of_the_common_text_of_mails_is_cached_only_after_the_commit(studio: Studio) -> None:
    """A cached id that was rolled back would make recording sent mail fail (N3).

    Found by seed 30172 of the simulation.
    """
    failing = iter([BUSY])
    watch(studio.store, lambda sql: next(failing, None) if sql == "COMMIT" else None)
    compressor, mail = MessageCompressor(studio), Mail("ann@example.org", b"message", b"model")
    worker = context_of(Process("worker"))
    with pytest.raises(Busy):
        worker.run(compressor.compressed, mail)
    kept = worker.run(compressor.compressed, mail)
    with studio.store.reading():
        assert rows("SELECT text FROM mail_model WHERE id = ?", kept.model_id) == [(b"model",)]


@pytest.mark.one_engine
def test_a_worker_that_cannot_record_sent_mail_exits(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """The worker exits instead of hanging, so that its supervisor can start another."""
    assign(studio, admin, create_push(studio, admin), "ann", "ben")
    clock.move(minutes=2)
    with studio.store.writing():
        refused = "BEGIN SELECT RAISE(ABORT, 'no'); END"
        execute(f"CREATE TRIGGER refusing BEFORE INSERT ON notification_mail {refused}")
    with smtp_server() as server:
        settings = msgspec.structs.replace(studio.settings, smtp=server.settings())
        here = replace(studio, settings=settings)
        worker = Worker(here, [SmtpConnection(settings.smtp)])
        with pytest.raises(Conflict):
            asyncio.run(asyncio.wait_for(worker.run(), 30))
