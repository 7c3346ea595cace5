"""Peewee without the drivers of servers, until one of them is asked for.

Peewee imports every driver that is installed. That of PostgreSQL takes longer than Peewee itself,
and most commands speak to SQLite. This is the only place that relies on how Peewee looks for them.
"""

import sys

_DRIVERS = ("psycopg", "psycopg2", "psycopg2cffi", "pymysql", "MySQLdb")


def import_peewee() -> None:
    """Import Peewee as where no driver is installed."""
    if "peewee" in sys.modules:
        return
    hidden = [name for name in _DRIVERS if name not in sys.modules]
    # A module that is None is one that cannot be imported.
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        import peewee  # noqa: F401
    finally:
        for name in hidden:
            del sys.modules[name]


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
