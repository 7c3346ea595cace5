"""Copying a database into another one, of either engine, and verification of the copy.

Rows are compared in the form in which SQLite stores them: integers for booleans, text for dates and
instants.
"""

import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date
from typing import Any, Self

import peewee

from studio_tui.domain.shared.cancellation import Progress
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Refused, Unavailable
from studio_tui.storage.engine.fields import InstantField, instant_text
from studio_tui.storage.engine.peewee_internals import driver_errors, table_facts
from studio_tui.storage.engine.store import Store
from studio_tui.storage.engine.tables import TABLES

Row = Sequence[Any]
_PAGE = 2_000
"""Rows per fetch, and between two progress reports."""


@dataclass(frozen=True, slots=True)
class Content:
    """The row count and checksum of a table."""

    table: str
    rows: int
    checksum: str
    """Checksum over all rows, independent of their order: the same on both engines."""


def require_empty(store: Store) -> None:
    """Raise `Refused` if any table of the Studio holds a row."""
    for table in map(_Table.of, TABLES):
        if store.database.execute_sql(f"SELECT 1 FROM {table.name} LIMIT 1").fetchone():
            raise Refused(
                f"The database {store.name} is not empty: there is something in {table.called}."
            )


def copy(source: Store, target: Store, tell: Progress) -> list[Content]:
    """Copy every row of ``source`` into the empty database ``target``; return the copied content.

    Call it inside `Store.reading` of ``source`` and `Store.writing` of ``target``. ``tell``
    receives the completed share, from 0 to 1. Raises `Unavailable` if the copied rows differ from
    the source.
    """
    tables = [_Table.of(model) for model in TABLES]
    progress = _RowProgress(tell, 2 * sum(_count(source, table) for table in tables))
    if target.is_sqlite:
        # The row of a team may precede that of its parent.
        target.database.execute_sql("PRAGMA defer_foreign_keys = ON")
    contents = []
    for table in tables:
        sent = _Checksum()
        with closing(_rows(source, table)) as rows:
            _insert(target, table, sent.of(progress.over(rows)))
        arrived = _content(target, table, progress)
        if arrived != sent.content(table.called):
            raise Unavailable(f"What arrived in {table.called} is not what was sent.")
        _advance_sequence(target, table)
        contents.append(arrived)
    return contents


def survey(store: Store, tell: Progress) -> list[Content]:
    """Return the content of every table. Call it inside `Store.reading`."""
    tables = [_Table.of(model) for model in TABLES]
    progress = _RowProgress(tell, sum(_count(store, table) for table in tables))
    return [_content(store, table, progress) for table in tables]


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    columns: str
    marks: str
    key: str | None
    """The auto-increment column; None if the table has none."""
    plain: tuple[tuple[int, Callable[[Any], Any]], ...]
    """Index and conversion of each column that PostgreSQL returns in another form than SQLite."""

    @property
    def called(self) -> str:
        """The name without quotes, for messages."""
        return self.name.strip('"')

    @classmethod
    def of(cls, model: type[peewee.Model]) -> Self:
        """Return the description of a model's table."""
        name, fields, key = table_facts(model)
        return cls(
            f'"{name}"',
            ", ".join(f'"{each.column_name}"' for each in fields),
            ", ".join("?" * len(fields)),
            key.column_name if isinstance(key, peewee.AutoField) else None,
            tuple(
                (place, make)
                for place, each in enumerate(fields)
                for kind, make in _PLAIN.items()
                if isinstance(each, kind)
            ),
        )


_PLAIN: dict[type, Callable[[Any], Any]] = {
    peewee.BooleanField: int,
    peewee.BlobField: bytes,
    peewee.DateField: date.isoformat,
    InstantField: instant_text,
}


@dataclass(slots=True)
class _RowProgress:
    tell: Progress
    whole: int
    done: int = 0

    def over(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield ``rows`` and report progress as they pass."""
        for row in rows:
            self.done += 1
            if self.done % _PAGE == 0:
                self.tell(min(self.done / self.whole, 1.0))
            yield row


@dataclass(slots=True)
class _Checksum:
    rows: int = 0
    total: int = 0

    def of(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield ``rows`` and add each to the checksum."""
        for row in rows:
            digest = hashlib.blake2b(repr(tuple(row)).encode(), digest_size=16).digest()
            # Sum the digests instead of chaining them: the engines return rows in different orders.
            self.total = (self.total + int.from_bytes(digest)) % (1 << 128)
            self.rows += 1
            yield row

    def content(self, table: str) -> Content:
        """Return the count and checksum of the rows so far."""
        return Content(table, self.rows, f"{self.total:032x}")


def _content(store: Store, table: _Table, progress: _RowProgress) -> Content:
    found = _Checksum()
    with closing(_rows(store, table)) as rows:
        for _ in found.of(progress.over(rows)):
            pass
    return found.content(table.called)


def _count(store: Store, table: _Table) -> int:
    found = store.database.execute_sql(f"SELECT COUNT(*) FROM {table.name}").fetchone()
    return int(found[0])


def _rows(store: Store, table: _Table) -> Generator[Row, None, None]:
    """Yield every row in SQLite's form without loading all of them.

    The caller closes the generator.
    """
    query = f"SELECT {table.columns} FROM {table.name}"
    with store.translating_errors():
        if store.is_sqlite:
            yield from store.database.execute_sql(query)
            return
        with (
            driver_errors(),
            store.database.connection().cursor(name="copying") as cursor,
        ):
            cursor.itersize = _PAGE
            for row in cursor.execute(query):
                yield _plain_row(row, table)


def _plain_row(row: Row, table: _Table) -> Row:
    plain = list(row)
    for place, make in table.plain:
        if plain[place] is not None:
            plain[place] = make(plain[place])
    return plain


def _insert(store: Store, table: _Table, rows: Iterator[Row]) -> None:
    with driver_errors():
        if store.is_sqlite:
            into = f"INSERT INTO {table.name} ({table.columns}) VALUES ({table.marks})"
            store.database.cursor().executemany(into, rows)
            return
        statement = f"COPY {table.name} ({table.columns}) FROM STDIN"
        with store.database.cursor() as cursor, cursor.copy(statement) as copying:
            for row in rows:
                copying.write_row(row)


def _advance_sequence(store: Store, table: _Table) -> None:
    """Advance the sequence of a PostgreSQL table past the copied ids; SQLite does so by itself."""
    if table.key is None or store.is_sqlite:
        return
    store.database.execute_sql(
        f"SELECT setval(pg_get_serial_sequence('{table.name}', '{table.key}'), "
        f"COALESCE((SELECT MAX({table.key}) FROM {table.name}), 0) + 1, FALSE)"
    )
