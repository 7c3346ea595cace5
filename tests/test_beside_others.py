"""Two concurrent test runs of the same account."""

import os
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest


def test_the_server_folder_is_outside_of_the_folders_that_another_run_may_change(
    postgresql_server: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """pytest makes the parent folder of the temporary folders of all runs private at each start."""
    (host,) = parse_qs(urlsplit(postgresql_server).query)["host"]
    folder = Path(host)
    own = tmp_path_factory.getbasetemp()
    # The folder of an xdist worker is within the folder of the run.
    run = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    assert not {own, run, run.parent} & set(folder.parents)
    assert folder.stat().st_mode & 0o077 == 0
    with psycopg.connect(postgresql_server) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
