"""Files and folders that only this account can access, whatever the umask.

A file of the Studio that others can *read* is closed, and the user is notified. A file that others
can *write* or replace is refused, because its content cannot be trusted.
"""

import errno
import grp
import os
import pwd
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from studio_tui.config.work_folder import remove_abandoned, work_folder
from studio_tui.domain.shared.disk import describe_os_error
from studio_tui.domain.shared.errors import Refused, Unavailable

_OF_OTHERS = 0o077
_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS)
"""Errors of file systems without hard links, such as exFAT and some shared folders."""


def make_folder(path: Path) -> None:
    """Create the folder and its missing parents, accessible only by this account."""
    if not path.parent.exists():
        make_folder(path.parent)
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)


def make_file(path: Path) -> bool:
    """Create an empty file that only this account can access; return False if the path exists.

    Raises `Unavailable` if it cannot be created.
    """
    try:
        make_folder(path.parent)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        return False
    except OSError as error:
        raise Unavailable(f"{path} cannot be made: {describe_os_error(error)}.") from error
    return True


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path for a new file, and move the file to ``path`` when the block ends.

    The file appears atomically, or not at all if the block raises. An existing file is not
    overwritten unless it is empty. The caller must create the file so that only this account can
    read it.

    Raises `Refused` if ``path`` exists and `Unavailable` if it cannot be created.
    """
    taken = f"{path} is there already: choose another name, or move it away."
    if path.is_symlink() or (path.exists() and not is_empty_file(path)):
        remove_abandoned(path.parent)
        raise Refused(taken)
    try:
        make_folder(path.parent)
        with work_folder(path.parent) as folder:
            place = folder / path.name
            yield place
            if is_empty_file(path):
                path.unlink()
            move_without_replacing(place, path)
    except FileExistsError as error:
        raise Refused(taken) from error
    except OSError as error:
        raise Unavailable(f"{path} cannot be made: {describe_os_error(error)}.") from error


def replace_file(path: Path, text: str, errors: str = "strict") -> None:
    """Write a file for this account alone, atomically replacing any existing file.

    ``errors`` is as for `open`. After a crash of the machine, either the old or the new file
    exists, complete. Raises OSError if the file cannot be written.
    """
    make_folder(path.parent)
    with work_folder(path.parent) as folder:
        place = folder / path.name
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with os.fdopen(os.open(place, flags, 0o600), "w", encoding="utf-8", errors=errors) as file:
            file.write(text)
        move_replacing(place, path)


def move_without_replacing(place: Path, path: Path) -> None:
    """Move the finished file at ``place`` to ``path``, durably and without overwriting.

    Raises FileExistsError if ``path`` exists and OSError if the move fails; in both cases no new
    file is left at ``path``.
    """
    _sync_to_disk(place)
    try:
        # Unlike a rename, a link fails if another process created the file in the meantime.
        os.link(place, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        with _removed_on_error(path):
            place.replace(path)
    with _removed_on_error(path):
        _sync_to_disk(path.parent)


def move_replacing(place: Path, path: Path) -> None:
    """Move the finished file at ``place`` to ``path``, durably, replacing any existing file.

    After a crash of the machine, either the old or the new file exists, complete. Raises OSError if
    the move fails.
    """
    _sync_to_disk(place)
    place.replace(path)


@contextmanager
def _removed_on_error(path: Path) -> Iterator[None]:
    """Remove the file at ``path`` if the block raises OSError."""
    try:
        yield
    except OSError:
        with suppress(OSError):
            path.unlink()
        raise


def is_empty_file(path: Path) -> bool:
    """Return whether the path is an empty file, such as a failed copy leaves behind."""
    return path.is_file() and not path.stat().st_size


def require_own_folder(path: Path) -> None:
    """Raise `Refused` if other accounts can create or remove files in the folder."""
    status = path.stat()
    if _by_others(status):
        raise Refused(
            f"Others can write in the folder {path}: use one that is yours alone, or run "
            f"“chmod go-w {path}”."
        )
    _require_owner(status, path)


def require_own_file(path: Path) -> None:
    """Raise `Refused` if other accounts can write or replace the file.

    A symbolic link of this account is followed. Raises OSError if there is no such file.
    """
    if stat.S_ISCHR(path.stat().st_mode):
        # A character device such as /dev/null has no content to protect.
        return
    link = path.lstat()
    if stat.S_ISLNK(link.st_mode):
        _require_owner(link, path)
        require_own_file(path.parent / path.readlink())
        return
    if _by_others(link):
        raise Refused(f"Others can write {path}: look what is in it, and run “chmod go-w {path}”.")
    _require_owner(link, path)
    folder = path.parent.stat()
    # In a sticky folder, only the owner of a file can replace it.
    if not folder.st_mode & stat.S_ISVTX:
        require_own_folder(path.parent)


def revoke_access(path: Path) -> str | None:
    """Revoke the access of other accounts; return a message if any had access, else None."""
    status = path.stat()
    if not status.st_mode & _OF_OTHERS:
        return None
    path.chmod(stat.S_IMODE(status.st_mode) & ~_OF_OTHERS)
    return f"Others could read {path}: it is closed to them now."


def readable_by_others(path: Path) -> bool:
    """Return whether other accounts can read the file."""
    return bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))


def _sync_to_disk(path: Path) -> None:
    """Flush a file, or the entries of a folder, to disk, so that they survive a crash."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _by_others(status: os.stat_result) -> bool:
    if status.st_mode & stat.S_IWOTH:
        return True
    return bool(status.st_mode & stat.S_IWGRP) and not _is_own_group(status.st_gid)


def _is_own_group(gid: int) -> bool:
    """Return whether the group is the private group that many systems create for an account."""
    try:
        account = pwd.getpwuid(os.geteuid())
        group = grp.getgrgid(gid)
    except KeyError:
        return False
    alone = set(group.gr_mem) <= {account.pw_name}
    return gid == account.pw_gid and group.gr_name == account.pw_name and alone


def _require_owner(status: os.stat_result, path: Path) -> None:
    # Root may use the files of other accounts, and files of root are trusted.
    if os.geteuid() not in (0, status.st_uid) and status.st_uid != 0:
        raise Refused(
            f"{path} belongs to another account ({_account(status.st_uid)}): use one of your own."
        )


def require_owner(path: Path) -> None:
    """Raise `Refused` if the file belongs to another account, even if to root."""
    status = path.stat()
    if os.geteuid() not in (0, status.st_uid):
        raise Refused(
            f"{path} belongs to another account ({_account(status.st_uid)}): run the Studio as "
            "that account, or use a file of your own."
        )


def _account(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
