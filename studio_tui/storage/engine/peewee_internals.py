"""The undocumented parts of Peewee that the Studio relies on; a test reports when they change.

Peewee imports every installed driver. That of PostgreSQL takes longer to import than Peewee itself,
and most commands use SQLite, so drivers are hidden from Peewee until one is requested. Peewee calls
the methods that the pools override (`OVERRIDDEN`).
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import peewee

OVERRIDDEN = {
    "_can_reuse": "whether a connection that is given back may be used again",
    "_is_closed": "whether a connection of the pool is closed",
    "_connect": "how a connection is opened",
    "_close_raw": "how one is closed",
    "_add_conn_hooks": "what is set for a connection that was opened",
}
"""The overridden methods of Peewee's pools, and the purpose that each is relied on for."""
_DRIVERS = ("psycopg", "psycopg2", "psycopg2cffi", "pymysql", "MySQLdb")


class _WithoutDrivers(Loader):
    """A loader that hides the database drivers from Peewee while it is imported."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Create the module as the wrapped loader does."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Execute the module while no driver can be imported that is not imported yet."""
        hidden = [name for name in _DRIVERS if name not in sys.modules]
        # An entry of None in sys.modules makes the import of that module fail.
        sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
        try:
            self._loader.exec_module(module)
        finally:
            for name in hidden:
                del sys.modules[name]


class _FindsPeewee(MetaPathFinder):
    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if fullname != "peewee":
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _WithoutDrivers(spec.loader)
        return spec


def hide_drivers() -> None:
    """Keep Peewee from importing drivers by itself once it is imported."""
    if not any(isinstance(each, _FindsPeewee) for each in sys.meta_path):
        sys.meta_path.insert(0, _FindsPeewee())


def provide_psycopg() -> None:
    """Provide Peewee with the PostgreSQL driver. Raises `ImportError` if it is not installed."""
    import peewee
    import psycopg
    from psycopg.pq import TransactionStatus
    from psycopg.types.json import Json, Jsonb

    if peewee.psycopg is not None:  # type: ignore[attr-defined]
        return
    peewee.psycopg = psycopg  # type: ignore[attr-defined]
    peewee.TransactionStatus = TransactionStatus  # type: ignore[attr-defined]
    peewee.Json_pg3, peewee.Jsonb_pg3 = Json, Jsonb  # type: ignore[attr-defined]
    adapter = peewee.Psycopg3Adapter
    adapter.txn_idle = TransactionStatus.IDLE
    adapter.txn_inerror = TransactionStatus.INERROR
    adapter.txn_unknown = TransactionStatus.UNKNOWN


def driver_errors() -> AbstractContextManager[None]:
    """Return a context manager that raises a driver's errors as Peewee's exceptions."""
    import peewee

    wrapper: AbstractContextManager[None] = peewee.__exception_wrapper__  # type: ignore[attr-defined]
    return wrapper


@contextmanager
def connected_to(database: Any, connection: Any) -> Iterator[None]:
    """Bind this thread to a connection of ``database`` that does not belong to its pool."""
    database._add_conn_hooks(connection)  # noqa: SLF001
    database._state.set_connection(connection)  # noqa: SLF001
    try:
        yield
    finally:
        database._state.reset()  # noqa: SLF001


class TableFacts(NamedTuple):
    """The name, fields and primary key of a table."""

    name: str
    fields: "list[peewee.Field]"
    """The fields in the order of their declaration."""
    primary_key: Any


def table_facts(model: "type[peewee.Model]") -> TableFacts:
    """Return the name, fields and primary key of a model's table."""
    meta = model._meta  # noqa: SLF001
    return TableFacts(meta.table_name, meta.sorted_fields, meta.primary_key)


class QueryPlace(NamedTuple):
    """The position of a fragment in a query, as far as the fragment's SQL depends on it."""

    scope: Any
    in_query: bool


def place_of(context: Any) -> QueryPlace:
    """Return the position of the fragment that Peewee renders in ``context``."""
    return QueryPlace(context.scope, bool(context.subquery))


def text_in(place: QueryPlace, context: Any, node: Any) -> tuple[str, Sequence[Any]]:
    """Render a fragment for a position; return its SQL and parameters. ``context`` must be new."""
    with context(scope=place.scope, subquery=place.in_query):
        written: tuple[str, Sequence[Any]] = context.sql(node).query()
    return written


RECURSIVE = "_recursive"
"""The attribute by which Peewee recognizes a recursive common table expression."""
