"""The database is stopped and started while a worker sends (N3, N8)."""

import json
from collections import Counter
from contextlib import closing

from studio_tui.config.settings import Database, Organisation, Settings
from studio_tui.services.people.identity import Account, sign_in
from studio_tui.services.system.context import open_studio
from tests.acting import assign
from tests.cluster import Cluster
from tests.databases import create_database, url_of
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock
from tests.smtp_server import HOLD, smtp_server
from tests.worker.processes import service, stop, wait_until_sent


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
            server.let_go()
            assert worker.stdout is not None
            down = json.loads(worker.stdout.readline())
            own_cluster.start()
            up = json.loads(worker.stdout.readline())
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
