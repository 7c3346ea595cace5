"""What is relied on in Peewee beyond what it documents; a test says so where that changes.

Peewee imports every driver that is installed. That of PostgreSQL takes longer than Peewee itself,
and most commands speak to SQLite: none is imported until it is asked for. What the pools override
(`OVERRIDDEN`) Peewee calls by itself.
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
"""Methods of Peewee's pools, and what they are taken for."""
_DRIVERS = ("psycopg", "psycopg2", "psycopg2cffi", "pymysql", "MySQLdb")


class _WithoutDrivers(Loader):
    """Loads Peewee as where no driver is installed."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As its own loader does."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Run it, while a driver that is not imported yet cannot be."""
        hidden = [name for name in _DRIVERS if name not in sys.modules]
        # A module that is None is one that cannot be imported.
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
    """Let Peewee, once anybody imports it, import no driver by itself."""
    if not any(isinstance(each, _FindsPeewee) for each in sys.meta_path):
        sys.meta_path.insert(0, _FindsPeewee())


def give_psycopg() -> None:
    """Give Peewee the driver of PostgreSQL. Raise `ImportError` where it is not installed."""
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
    """The errors of a driver that is called inside are raised as Peewee's own."""
    import peewee

    wrapper: AbstractContextManager[None] = peewee.__exception_wrapper__  # type: ignore[attr-defined]
    return wrapper


@contextmanager
def connected_to(database: Any, connection: Any) -> Iterator[None]:
    """This thread speaks to ``database`` by a connection that its pool does not know."""
    database._add_conn_hooks(connection)  # noqa: SLF001
    database._state.set_connection(connection)  # noqa: SLF001
    try:
        yield
    finally:
        database._state.reset()  # noqa: SLF001


class TableFacts(NamedTuple):
    """What a table is made of."""

    name: str
    fields: "list[peewee.Field]"
    """In the order in which they are declared."""
    primary_key: Any


def table_facts(model: "type[peewee.Model]") -> TableFacts:
    """What the table of a model is made of."""
    meta = model._meta  # noqa: SLF001
    return TableFacts(meta.table_name, meta.sorted_fields, meta.primary_key)


class QueryPlace(NamedTuple):
    """Where in a query a part of it stands, as far as its text depends on that."""

    scope: Any
    in_query: bool


def place_of(context: Any) -> QueryPlace:
    """Where the part stands that Peewee writes in this context."""
    return QueryPlace(context.scope, bool(context.subquery))


def text_in(place: QueryPlace, context: Any, node: Any) -> tuple[str, Sequence[Any]]:
    """The text of a part of a query in a place, with its parameters; ``context`` is a new one."""
    with context(scope=place.scope, subquery=place.in_query):
        written: tuple[str, Sequence[Any]] = context.sql(node).query()
    return written


RECURSIVE = "_recursive"
"""The attribute by which Peewee knows that a common table expression is recursive."""
