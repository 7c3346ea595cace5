"""A whole database into another one, of either engine, and whether all of it arrived.

Rows are compared in the form in which SQLite keeps them: numbers for yes and no, text for days and
instants.
"""

import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

import peewee

from studio_tui.domain.shared.cancellation import Progress
from studio_tui.domain.shared.errors import Refused, Unavailable
from studio_tui.storage.engine.fields import InstantField, instant_text
from studio_tui.storage.engine.peewee_internals import driver_errors, table_facts
from studio_tui.storage.engine.store import Store
from studio_tui.storage.engine.tables import TABLES

Row = Sequence[Any]
_PAGE = 2_000
"""Rows that are fetched at a time, and between two words of how far it is."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a table holds."""

    table: str
    rows: int
    checksum: str
    """Over all rows, in whatever order: the same on both engines."""


def require_empty(store: Store) -> None:
    """Raise `Refused` where anything is in the database but the schema."""
    for table in map(_Table.of, TABLES):
        if store.database.execute_sql(f"SELECT 1 FROM {table.name} LIMIT 1").fetchone():
            raise Refused(
                f"The database {store.name} is not empty: there is something in {table.called}."
            )


def copy(source: Store, target: Store, tell: Progress) -> list[Content]:
    """Copy every row of ``source`` into ``target``, which is empty; what was copied.

    Inside of `Store.reading` of the one and `Store.writing` of the other. ``tell`` hears of the
    share that is done. Raises `Unavailable` where what arrived is not what was sent.
    """
    tables = [_Table.of(model) for model in TABLES]
    progress = _Passing(tell, 2 * sum(_count(source, table) for table in tables))
    if target.is_sqlite:
        # A team may come before the one that it is part of.
        target.database.execute_sql("PRAGMA defer_foreign_keys = ON")
    contents = []
    for table in tables:
        sent = _Sum()
        with closing(_rows(source, table)) as rows:
            _insert(target, table, sent.of(progress.over(rows)))
        arrived = _content(target, table, progress)
        if arrived != sent.content(table.called):
            raise Unavailable(f"What arrived in {table.called} is not what was sent.")
        _go_on_counting(target, table)
        contents.append(arrived)
    return contents


def survey(store: Store, tell: Progress) -> list[Content]:
    """What every table holds, inside of `Store.reading`."""
    tables = [_Table.of(model) for model in TABLES]
    progress = _Passing(tell, sum(_count(store, table) for table in tables))
    return [_content(store, table, progress) for table in tables]


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    columns: str
    marks: str
    key: str | None
    """The column that the engine counts up; None where there is none."""
    plain: tuple[tuple[int, Callable[[Any], Any]], ...]
    """The columns that PostgreSQL keeps in another form, and what makes it plain."""

    @property
    def called(self) -> str:
        """The name, for people."""
        return self.name.strip('"')

    @classmethod
    def of(cls, model: type[peewee.Model]) -> Self:
        """What is to be known of a table."""
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
class _Passing:
    tell: Progress
    whole: int
    done: int = 0

    def over(self, rows: Iterable[Row]) -> Iterator[Row]:
        """``rows``, counted as they pass."""
        for row in rows:
            self.done += 1
            if self.done % _PAGE == 0:
                self.tell(min(self.done / self.whole, 1.0))
            yield row


@dataclass(slots=True)
class _Sum:
    rows: int = 0
    total: int = 0

    def of(self, rows: Iterable[Row]) -> Iterator[Row]:
        """``rows``, added as they pass."""
        for row in rows:
            digest = hashlib.blake2b(repr(tuple(row)).encode(), digest_size=16).digest()
            # Added up, and not chained: engines return rows in orders of their own.
            self.total = (self.total + int.from_bytes(digest)) % (1 << 128)
            self.rows += 1
            yield row

    def content(self, table: str) -> Content:
        """What passed."""
        return Content(table, self.rows, f"{self.total:032x}")


def _content(store: Store, table: _Table, progress: _Passing) -> Content:
    found = _Sum()
    with closing(_rows(store, table)) as rows:
        for _ in found.of(progress.over(rows)):
            pass
    return found.content(table.called)


def _count(store: Store, table: _Table) -> int:
    found = store.database.execute_sql(f"SELECT COUNT(*) FROM {table.name}").fetchone()
    return int(found[0])


def _rows(store: Store, table: _Table) -> Generator[Row, None, None]:
    """Every row, as SQLite would keep it, however many there are; to be closed."""
    query = f"SELECT {table.columns} FROM {table.name}"
    with store.in_words():
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


def _go_on_counting(store: Store, table: _Table) -> None:
    """Let new rows get numbers after those that were copied; SQLite does so by itself."""
    if table.key is None or store.is_sqlite:
        return
    store.database.execute_sql(
        f"SELECT setval(pg_get_serial_sequence('{table.name}', '{table.key}'), "
        f"COALESCE((SELECT MAX({table.key}) FROM {table.name}), 0) + 1, FALSE)"
    )
