"""Copies of the whole database: into another database, into a file, and back.

Between SQLite and PostgreSQL every row is copied and compared, and the chain of seals (A3) is
verified on both sides, before the copy is committed.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from studio_tui.config.session import require_files
from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.shared.cancellation import Progress, ignore_progress
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Unavailable
from studio_tui.services.activity.verify import VerifyResult, verified
from studio_tui.services.outbox import restored
from studio_tui.services.people.identity import Account
from studio_tui.services.system.context import Studio
from studio_tui.services.system.files import removed_on_failure
from studio_tui.storage.activity.activity import write_activity
from studio_tui.storage.engine.backup import (
    copied_file,
    new_database,
    opened_backup,
    require_file,
    restoring_into,
)
from studio_tui.storage.engine.copy import Content, survey
from studio_tui.storage.engine.copy import copy as copy_rows
from studio_tui.storage.engine.database_url import file_of, without_password
from studio_tui.storage.engine.store import Store
from studio_tui.storage.outbox import notifications
from studio_tui.storage.people import users

__all__ = ["Content", "TransferResult", "back_up", "copy", "restore", "without_password"]


@dataclass(frozen=True, slots=True)
class TransferResult:
    """The result of a copy, a backup or a restore."""

    name: str
    """The path, or the URL without its password."""
    contents: tuple[Content, ...]
    """The content of each table."""
    activity: VerifyResult
    """The result of verifying the chain of seals in the target."""
    waiting: int
    """Number of mails that wait in the target."""
    mail_stopped: bool
    """Whether mail is stopped in the target until it is resumed (`outbox.restored.resume`)."""

    @property
    def rows(self) -> int:
        """Number of rows in all tables."""
        return sum(each.rows for each in self.contents)


def copy(studio: Studio, actor: Actor, url: str, tell: Progress) -> TransferResult:
    """Copy everything into the empty database at ``url``, all or nothing.

    Concurrent writes are not part of the copy. Raises `Refused` if the target is not empty.
    """
    require(actor, Action.MOVE_DATABASE)
    require_files()
    name = _name(url)

    def written() -> bool:
        write_activity(actor, studio.now(), Verb.COPY, f"from {studio.store.name}")
        return restored.mark_copied()

    with new_database(url) as target:
        moved = _transfer(studio.store, target, name, studio.now(), written, tell)
    _write_down(studio, actor, Verb.COPY, f"to {name}", file_of(url))
    return moved


def back_up(studio: Studio, actor: Actor, path: Path, tell: Progress) -> TransferResult:
    """Write a consistent snapshot of the database into a new file while others keep writing.

    The file is a SQLite database, whatever the engine.
    """
    require(actor, Action.MOVE_DATABASE)
    require_files()
    if studio.store.is_sqlite:
        with copied_file(studio.store, path, tell) as copied, copied.reading():
            contents = tuple(survey(copied, ignore_progress))
            moved = TransferResult(str(path), contents, verified(), _waiting(studio.now()), False)
    else:
        with new_database(f"sqlite:///{path.absolute()}") as target:
            moved = _transfer(studio.store, target, str(path), studio.now(), lambda: False, tell)
    _write_down(studio, actor, Verb.BACK_UP, f"to {path}", path)
    return moved


def _write_down(studio: Studio, actor: Actor, verb: Verb, subject: str, file: Path | None) -> None:
    """Write a line of activity about a copy outside of the database.

    If that fails, the ``file`` that was made is removed.
    """
    with removed_on_failure() as made:
        made.extend(filter(None, [file]))
        with studio.store.writing():
            write_activity(actor, studio.now(), verb, subject)


def restore(
    url: str, path: Path, account: Account, now: datetime, tell: Progress
) -> TransferResult:
    """Load the backup at ``path`` into the empty database at ``url``.

    An empty database has no users: any account that can open it may fill it. Raises `Refused` if
    the database is not empty, or the file is not a backup or comes from a newer version. After an
    interrupted restore, no new Studio is created there until a restore has completed.
    """
    require_files()
    require_file(path)

    def written() -> bool:
        known = users.actor_of(account.login)
        actor = replace(known, origin=account.origin) if known else None
        after = None if known else {"account": account.login, "origin": account.origin}
        write_activity(actor, now, Verb.RESTORE, f"from {path}", after=after)
        return restored.mark_restored(now)

    with restoring_into(url), opened_backup(path) as source, new_database(url) as target:
        return _transfer(source, target, _name(url), now, written, tell)


def _transfer(
    source: Store,
    target: Store,
    name: str,
    now: datetime,
    written: Callable[[], bool],
    tell: Progress,
) -> TransferResult:
    with source.reading(), target.writing():
        contents = tuple(copy_rows(source, target, tell))
        with source.reading():
            sent = verified()
        arrived = verified()
        if _facts(sent) != _facts(arrived):
            raise Unavailable("The activity that arrived is not sealed as the one that was sent.")
        stopped = written()
        return TransferResult(name, contents, arrived, _waiting(now), stopped)


def _facts(found: VerifyResult) -> tuple[object, ...]:
    broken = found.broken.activity_id if found.broken else None
    return found.lines, found.of, found.head, found.unsealed, broken, found.flaw


def _waiting(now: datetime) -> int:
    return sum(notifications.waiting_counts(now).values())


def _name(url: str) -> str:
    path = file_of(url)
    return str(path) if path else without_password(url)
