"""The primary fails while a worker sends, and a standby without the last seconds is promoted.

The worker continues with the standby, no mail is lost, and possible copies are announced before
they are sent (N3, N8).
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from studio_tui.config.settings import Database, Organisation, Settings
from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.services.outbox import outbox, restored
from studio_tui.services.people.identity import Account, sign_in
from studio_tui.services.system.context import open_studio
from tests.acting import assign
from tests.cluster import Cluster, server_folder
from tests.databases import create_database
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock
from tests.smtp_server import HOLD, smtp_server
from tests.worker.processes import next_log_line, service, stop, wait_until, wait_until_sent


@pytest.fixture
def standby(own_cluster: Cluster) -> Iterator[Cluster]:
    """A standby of `own_cluster`, with a database ``handed_over``."""
    own_cluster.start()
    create_database(own_cluster.url, "handed_over")
    with server_folder() as folder, own_cluster.standby(folder) as standby:
        yield standby


def test_a_worker_continues_with_a_promoted_standby(own_cluster: Cluster, standby: Cluster) -> None:
    # The standby comes first in the URL, but is skipped until it accepts writes.
    url = f"postgresql://postgres@/handed_over?host={standby.host},{own_cluster.host}"
    settings = Settings(database=Database(url=url), organisation=Organisation(name="Example NV"))
    clock = MovableClock()
    with closing(open_studio(settings, clock)) as studio, smtp_server() as server:
        admin = sign_in(studio, Account("els", "Els Claes"))
        import_people(studio, admin)
        assign(studio, admin, create_push(studio, admin), "ann", "ben", "cas")
        clock.move(minutes=2)
        server.script("message", HOLD, times=2)
        with service(studio, server, "--log-json") as worker:
            assert next_log_line(worker)["event"] == "started"
            server.wait_until_followed(1)
            _wait_until_it_has_followed(own_cluster, standby)
            _let_it_follow_no_more(standby)
            server.release_held()
            # The standby never receives the outcome of the first mail.
            wait_until(lambda: NotificationState.SENT in outbox.counts(studio, admin))
            server.wait_until_followed(2)
            own_cluster.crash()
            standby.promote()
            server.release()
            stopped = next_log_line(worker)
            while stopped["fault"] == "database":
                stopped = next_log_line(worker)
            assert (stopped["event"], stopped["fault"]) == ("down", "restored")
            twice = restored.possible_duplicates(studio, admin)
            lost = server.messages[0]
            assert [each.to for each in twice.mails] == [*lost.recipients]
            assert len(server.messages) == 6
            restored.resume(studio, admin)
            wait_until_sent(studio, admin)
            assert stop(worker)[0] == 0
        copies = Counter(str(each.parsed["Message-ID"]) for each in server.messages)
    assert len(copies) == 6
    assert copies.pop(str(lost.parsed["Message-ID"])) == 2
    assert set(copies.values()) == {1}


def _wait_until_it_has_followed(primary: Cluster, standby: Cluster) -> None:
    with psycopg.connect(primary.url) as first, psycopg.connect(standby.url) as second:
        (until,) = first.execute("SELECT pg_current_wal_insert_lsn()::text").fetchone() or ("",)
        reached = "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn"
        wait_until(lambda: second.execute(reached, (until,)).fetchone() == (True,))


def _let_it_follow_no_more(standby: Cluster) -> None:
    with psycopg.connect(standby.url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET primary_conninfo = ''")
        connection.execute("SELECT pg_reload_conf()")
        receiving = "SELECT COUNT(*) FROM pg_stat_wal_receiver"
        wait_until(lambda: connection.execute(receiving).fetchone() == (0,))
