"""New databases that come to be whole or not at all, and all of one in a file of its own."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import peewee

from studio_tui.config.private import make_file, new_file
from studio_tui.config.work_folder import work_folder
from studio_tui.domain.shared.cancellation import Progress, unwatched
from studio_tui.domain.shared.errors import Refused
from studio_tui.storage.engine.copy import require_empty
from studio_tui.storage.engine.file_errors import in_words, is_of_disk
from studio_tui.storage.engine.filling import marked_by_comment, marked_by_file
from studio_tui.storage.engine.migration import check_version
from studio_tui.storage.engine.peewee_internals import driver_errors
from studio_tui.storage.engine.sqlite import PATIENCE, close_up, damage
from studio_tui.storage.engine.store import Making, Store, file_of, open_store

_PAGES = 5_000
"""Pages of SQLite between two words of how far it is."""


@contextmanager
def new_database(url: str) -> Iterator[Store]:
    """An empty database at ``url``, to be filled in one unit of work.

    A file has its name only once all inside is done. Raises `Refused` where something is there.
    """
    path = file_of(url)
    if path is None:
        with closing(open_store(url, Making.ASKED)) as store:
            with store.reading():
                require_empty(store)
            yield store
        return
    with new_file(path) as place:
        with closing(open_store(f"sqlite:///{place}", Making.ASKED)) as store:
            yield store
        close_up(place)


@contextmanager
def restoring_into(url: str) -> Iterator[None]:
    """While a backup is brought to ``url``, and where that is cut off, nobody makes a new Studio
    there. Raises `Refused` where something is there."""
    path = file_of(url)
    if path is not None:
        with marked_by_file(path):
            yield
        return
    with closing(open_store(url, Making.ASKED)) as store:
        with store.reading():
            require_empty(store)
        with store.in_words(), marked_by_comment(store.database):
            yield


@contextmanager
def copied_file(store: Store, path: Path, tell: Progress) -> Iterator[Store]:
    """A SQLite database as it is now, page by page, while others write: it comes to ``path`` once
    all inside is done."""
    with new_file(path) as place:
        make_file(place)
        with store.in_words():
            _copy_pages(Path(store.name), place, tell)
        with closing(open_store(f"sqlite:///{place}", Making.ASKED)) as copied:
            yield copied
        close_up(place)


def require_file(path: Path) -> None:
    """Raise `Refused` where there is no file."""
    if not path.is_file():
        raise Refused(f"There is no file {path}.")


@contextmanager
def unpacked(path: Path) -> Iterator[Store]:
    """What a backup holds, brought up to this version in a place of its own; the file stays as it
    is. Raises `Refused` for a file that is no backup, or of a newer version."""
    with work_folder(Path(tempfile.gettempdir()), "studio-tui-backup-") as folder:
        place = folder / path.name
        make_file(place)
        try:
            with driver_errors():
                _copy_pages(path, place, unwatched)
            _require_backup(place, path)
        except (peewee.DatabaseError, sqlite3.Error) as error:
            if is_of_disk(str(error)):
                # Said of the copy: the backup may be as good as ever.
                raise in_words(str(error), str(place)) from error
            raise Refused(f"{path} is no backup of the Studio, or is damaged.") from error
        with closing(open_store(f"sqlite:///{place}", Making.ASKED)) as store:
            yield store


def _copy_pages(source: Path, target: Path, tell: Progress) -> None:
    def told(_: int, left: int, whole: int) -> None:
        tell(1 - left / max(whole, 1))

    read_only = f"{source.resolve().as_uri()}?mode=ro"
    with (
        driver_errors(),
        closing(sqlite3.connect(read_only, uri=True, timeout=PATIENCE)) as reading,
        closing(sqlite3.connect(target)) as writing,
    ):
        reading.isolation_level = None
        # One moment: who writes meanwhile would have it begin anew, again and again.
        reading.execute("BEGIN")
        reading.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        reading.backup(writing, pages=_PAGES, progress=told)
    if damage(target, thoroughly=True):
        with driver_errors():
            raise sqlite3.DatabaseError("malformed")


def _require_backup(place: Path, path: Path) -> None:
    """Raise `Refused` where the file at ``place``, called ``path``, is not of the Studio."""
    database = peewee.SqliteDatabase(str(place))
    with database.connection_context():
        if not database.table_exists("schema_migration"):
            raise Refused(f"{path} is no backup of the Studio.")
        check_version(database, str(path))
