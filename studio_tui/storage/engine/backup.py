"""Creation of databases that appear complete or not at all, and copies of a database in a file."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import peewee

from studio_tui.config.private_files import make_file, new_file
from studio_tui.config.work_folder import work_folder
from studio_tui.domain.shared.cancellation import Progress, ignore_progress
from studio_tui.domain.shared.errors import Refused
from studio_tui.storage.engine.copy import require_empty
from studio_tui.storage.engine.database_url import file_of
from studio_tui.storage.engine.file_errors import is_disk_error, translate_file_error
from studio_tui.storage.engine.migration import check_version
from studio_tui.storage.engine.opening import open_store
from studio_tui.storage.engine.peewee_internals import driver_errors
from studio_tui.storage.engine.restore_mark import marked_by_comment, marked_by_file
from studio_tui.storage.engine.sqlite import LOCK_TIMEOUT, damage, merge_log
from studio_tui.storage.engine.store import CreatePolicy, Store

_PAGES = 5_000
"""SQLite pages copied between two progress reports."""


@contextmanager
def new_database(url: str) -> Iterator[Store]:
    """Yield an empty database at ``url``, to be filled in one unit of work.

    A SQLite file gets its name only once the block has completed. Raises `Refused` if the file
    exists or the PostgreSQL database is not empty.
    """
    path = file_of(url)
    if path is None:
        with closing(open_store(url, CreatePolicy.ASKED)) as store:
            with store.reading():
                require_empty(store)
            yield store
        return
    with new_file(path) as place:
        with closing(open_store(f"sqlite:///{place}", CreatePolicy.ASKED)) as store:
            yield store
        merge_log(place)


@contextmanager
def restoring_into(url: str) -> Iterator[None]:
    """Keep other programs from creating a Studio at ``url`` while a backup is restored there.

    The protection stays if the restore is interrupted. Raises `Refused` if another program restores
    to the same file, or if the PostgreSQL database is not empty.
    """
    path = file_of(url)
    if path is not None:
        with marked_by_file(path):
            yield
        return
    with closing(open_store(url, CreatePolicy.ASKED)) as store:
        with store.reading():
            require_empty(store)
        with store.translating_errors(), marked_by_comment(store.database):
            yield


@contextmanager
def copied_file(store: Store, path: Path, tell: Progress) -> Iterator[Store]:
    """Copy a SQLite database page by page to ``path`` while others may write to it.

    The copy is a snapshot of one moment. It appears at ``path`` once the block has completed.
    """
    with new_file(path) as place:
        make_file(place)
        with store.translating_errors():
            _copy_pages(Path(store.name), place, tell)
        with closing(open_store(f"sqlite:///{place}", CreatePolicy.ASKED)) as copied:
            yield copied
        merge_log(place)


def require_file(path: Path) -> None:
    """Raise `Refused` if ``path`` is not a file."""
    if not path.is_file():
        raise Refused(f"There is no file {path}.")


@contextmanager
def opened_backup(path: Path) -> Iterator[Store]:
    """Yield the content of a backup, migrated to this version in a temporary copy.

    The backup file is not changed. Raises `Refused` if it is not a backup, or of a newer version.
    """
    with work_folder(Path(tempfile.gettempdir()), "studio-tui-backup-") as folder:
        place = folder / path.name
        make_file(place)
        try:
            with driver_errors():
                _copy_pages(path, place, ignore_progress)
            _require_backup(place, path)
        except (peewee.DatabaseError, sqlite3.Error) as error:
            if is_disk_error(str(error)):
                # The error is about the temporary copy: the backup itself may be intact.
                raise translate_file_error(str(error), str(place)) from error
            raise Refused(f"{path} is no backup of the Studio, or is damaged.") from error
        with closing(open_store(f"sqlite:///{place}", CreatePolicy.ASKED)) as store:
            yield store


def _copy_pages(source: Path, target: Path, tell: Progress) -> None:
    def told(_: int, left: int, whole: int) -> None:
        tell(1 - left / max(whole, 1))

    read_only = f"{source.resolve().as_uri()}?mode=ro"
    with (
        driver_errors(),
        closing(sqlite3.connect(read_only, uri=True, timeout=LOCK_TIMEOUT)) as reading,
        closing(sqlite3.connect(target)) as writing,
    ):
        reading.isolation_level = None
        # Read from one snapshot: otherwise each concurrent write would restart the copy.
        reading.execute("BEGIN")
        reading.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        reading.backup(writing, pages=_PAGES, progress=told)
    if damage(target, thoroughly=True):
        with driver_errors():
            raise sqlite3.DatabaseError("malformed")


def _require_backup(place: Path, path: Path) -> None:
    """Raise `Refused` if the copy at ``place`` of the file ``path`` is not a Studio database."""
    database = peewee.SqliteDatabase(str(place))
    with database.connection_context():
        if not database.table_exists("schema_migration"):
            raise Refused(f"{path} is no backup of the Studio.")
        check_version(database, str(path))
