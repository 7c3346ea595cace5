"""PostgreSQL behind a pooler, where each transaction may use another server connection."""

import select
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from studio_tui.storage.engine.opening import open_store
from studio_tui.storage.engine.sql import scalar
from tests.databases import create_database, url_of

_KEY = b"K\x00\x00\x00\x0c"
"""The beginning of the message with the backend's process id."""


class _Pooled(socketserver.BaseRequestHandler):
    """Forwards both directions and replaces the process id by its own, as PgBouncer does."""

    def handle(self) -> None:
        with socket.socket(socket.AF_UNIX) as server:
            server.connect(self.server.behind)  # type: ignore[attr-defined] # see pooler
            while True:
                for said in select.select([self.request, server], [], [])[0]:
                    if not (words := said.recv(65536)):
                        return
                    if said is server:
                        number = words.find(_KEY) + len(_KEY)
                        if number >= len(_KEY):
                            words = words[:number] + b"\x7f\0\0\1" + words[number + 4 :]
                        self.request.sendall(words)
                    else:
                        server.sendall(words)


@pytest.fixture
def pooler(migrated_server: str) -> Iterator[str]:
    """The URL of a database behind a pooler."""
    create_database(migrated_server, "pooled", "migrated")
    folder = psycopg.conninfo.conninfo_to_dict(migrated_server)["host"]
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Pooled) as server:
        server.daemon_threads = True
        server.behind = f"{folder}/.s.PGSQL.5432"  # type: ignore[attr-defined] # see _Pooled
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"postgresql://postgres@127.0.0.1:{server.server_address[1]}/pooled"
        server.shutdown()


def test_nothing_is_prepared_behind_a_pooler(pooler: str, migrated_server: str) -> None:
    assert _prepared(pooler) == 0
    assert _prepared(url_of(migrated_server, "pooled")) > 0


def _prepared(url: str) -> int:
    """Return the number of statements prepared on a connection that repeats a query."""
    with closing(open_store(url)) as store, store.reading():
        for _ in range(9):
            scalar("SELECT COUNT(*) FROM template")
        return int(scalar("SELECT COUNT(*) FROM pg_prepared_statements"))
