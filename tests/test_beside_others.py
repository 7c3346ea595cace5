"""Two runs of the tests at once, by the same account."""

import os
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest


def test_a_server_does_not_lie_where_another_run_may_close_the_folder(
    postgresql_server: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """pytest closes the folder above the temporary folders of all runs at each start."""
    (host,) = parse_qs(urlsplit(postgresql_server).query)["host"]
    folder = Path(host)
    own = tmp_path_factory.getbasetemp()
    # A process of xdist has a folder within that of the run.
    run = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    assert not {own, run, run.parent} & set(folder.parents)
    assert folder.stat().st_mode & 0o077 == 0
    with psycopg.connect(postgresql_server) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
