"""Two runs of the tests at once, by the same account."""

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
    closed = tmp_path_factory.getbasetemp()
    assert not {closed, *closed.parents[:2]} & set(folder.parents)
    assert folder.stat().st_mode & 0o077 == 0
    with psycopg.connect(postgresql_server) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
