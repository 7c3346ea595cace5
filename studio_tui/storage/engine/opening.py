"""Opening the database at a URL: a file that may have to be created, or a server."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import peewee

from studio_tui.config.clock import seconds_since_boot
from studio_tui.config.known_databases import is_recorded_database
from studio_tui.config.private_files import (
    is_empty_file,
    make_file,
    make_folder,
    new_file,
    require_own_folder,
)
from studio_tui.config.work_folder import remove_abandoned
from studio_tui.domain.shared import disk
from studio_tui.domain.shared.errors import NotInitialized, Refused, Unavailable
from studio_tui.storage.engine import errors, sqlite
from studio_tui.storage.engine.database_clock import DatabaseClock
from studio_tui.storage.engine.database_url import (
    file_of,
    not_a_url,
    require_database_url,
    without_password,
)
from studio_tui.storage.engine.peewee_internals import driver_errors, provide_psycopg
from studio_tui.storage.engine.restore_mark import require_no_marker
from studio_tui.storage.engine.store import HOW_TO_MAKE, CreatePolicy, Store

HOW_TO_GO_ON = (
    "“studio-tui db restore FILE” brings a backup back, “studio-tui db migrate” makes a new Studio."
)


def open_store(url: str, making: CreatePolicy = CreatePolicy.ASKED, listen_url: str = "") -> Store:
    """Open the database at ``url``, created as ``making`` allows and migrated as needed.

    On PostgreSQL, commits of others are received at ``listen_url`` if that is set. Raises `Refused`
    for an invalid URL, for a database of a newer version, and if there is no Studio and ``making``
    allows none; `Unavailable` if the database does not answer.
    """
    path = file_of(url)
    made = _make_sqlite(path, making) if path else None
    closes = making is not CreatePolicy.NOTHING
    store = _open_sqlite(path, closes=closes) if path else _open_postgresql(url, listen_url)
    try:
        store.applied = made or tuple(store.migrate(making))
        store.is_new = store.is_new or made is not None
        if store.applied:
            store.seal_first()
    except BaseException:
        store.close()
        raise
    return store


def _make_sqlite(path: Path, making: CreatePolicy) -> tuple[str, ...] | None:
    """Create the file if it is missing; return the applied migrations, None if the file exists.

    The file gets its name only once it is complete: a program that is killed leaves no partial
    database.
    """
    sqlite.require_version()
    with _files_in_words(path):
        for folder in (path.parent, path.resolve().parent):
            if folder.is_dir():
                require_own_folder(folder)
        if path.exists() and not is_empty_file(path):
            if making is CreatePolicy.ASKED:
                remove_abandoned(path.parent)
            return None
        _require_may_make(path, making)
    with _files_in_words(path, "made"):
        make_folder(path.parent)
        require_own_folder(path.parent)
    try:
        with _empty_file_locked(path), new_file(path) as place:
            make_file(place)
            with closing(_open_sqlite(place)) as store:
                applied = tuple(store.migrate())
            sqlite.merge_log(place)
    except Refused:
        # Another program created the file first.
        if is_empty_file(path) or not path.exists():
            raise
        return None
    return applied


def _require_may_make(path: Path, making: CreatePolicy) -> None:
    require_no_marker(path)
    if making is CreatePolicy.ASKED:
        return
    if path.exists():
        raise Refused(f"{path} is empty: there is no Studio in it. {HOW_TO_GO_ON}")
    if not path.parent.is_dir():
        raise Refused(
            f"There is no folder {path.parent} for the database {path.name}: is a disk not "
            f"mounted? {HOW_TO_GO_ON}"
        )
    if sqlite.has_log(path) or is_recorded_database(path):
        raise Refused(f"{path} is gone: a Studio was in it. {HOW_TO_GO_ON}")
    if making.forbids_creation:
        raise NotInitialized(f"There is no database {path}: {HOW_TO_MAKE}.")


@contextmanager
def _empty_file_locked(path: Path) -> Iterator[None]:
    """Lock the empty file at ``path``, if there is one, against other writers.

    Raises `Busy` if another program writes for longer than `sqlite.LOCK_TIMEOUT`.
    """
    if not path.exists():
        yield
        return
    with closing(sqlite.connection_to(path)) as connection:
        try:
            with driver_errors():
                connection.execute("BEGIN EXCLUSIVE")
        except peewee.DatabaseError as error:
            raise errors.translate_error(error, str(path)) from error
        yield


@contextmanager
def _files_in_words(path: Path, done: str = "used") -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(
            f"The database {path} cannot be {done}: {disk.describe_os_error(error)}."
        ) from error


def _open_sqlite(path: Path, *, closes: bool = True) -> Store:
    with _files_in_words(path):
        closed = sqlite.restrict_to_owner(path, closes=closes)
    store = Store(sqlite.Sqlite(path), str(path), sqlite.CommitPoller(path))
    store.closed = tuple(closed)
    return store


def _open_postgresql(url: str, listen_url: str = "") -> Store:
    require_database_url(url)
    try:
        provide_psycopg()
    except ImportError as error:
        raise Refused(
            "PostgreSQL needs an extra: install it with pip install 'studio-tui[postgres]'."
        ) from error
    import psycopg

    from studio_tui.storage.engine.postgresql import CommitListener, postgresql

    try:
        database = postgresql(url, listen_url)
    except psycopg.Error:
        # The message may contain a part of the password.
        raise not_a_url(url) from None
    return Store(
        database, without_password(url), CommitListener(database), DatabaseClock(seconds_since_boot)
    )
