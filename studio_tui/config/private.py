"""Files and folders of this account alone, whatever the umask: made so, closed, or refused.

What others can *read* of a file of ours is closed, and said. What others can *write*, or could put
something else in the place of, is refused: nobody knows any more what is in it.
"""

import errno
import grp
import os
import pwd
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from studio_tui.config.work_folder import work_folder
from studio_tui.domain.shared.disk import in_words
from studio_tui.domain.shared.errors import Refused, Unavailable

_OF_OTHERS = 0o077
_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS)
"""How a file system says that no file on it has two names, as exFAT and some shared folders."""


def make_folder(path: Path) -> None:
    """Make the folder and all above it that are missing, for this account alone."""
    if not path.parent.exists():
        make_folder(path.parent)
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)


def make_file(path: Path) -> bool:
    """Make an empty file for this account alone; False where something is there by that name.

    Raises `Unavailable` where it cannot be made.
    """
    try:
        make_folder(path.parent)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        return False
    except OSError as error:
        raise Unavailable(f"{path} cannot be made: {in_words(error)}.") from error
    return True


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A place for a file that comes to ``path`` once all inside is done, whole or not at all. What
    is there already is not touched, but an empty file; whoever makes the file lets nobody else read
    it.

    Raises `Refused` where something is there, `Unavailable` where no file can be made.
    """
    taken = f"{path} is there already: choose another name, or move it away."
    if path.is_symlink() or (path.exists() and not is_empty(path)):
        raise Refused(taken)
    try:
        make_folder(path.parent)
        with work_folder(path.parent) as folder:
            place = folder / path.name
            yield place
            if is_empty(path):
                path.unlink()
            give_name(place, path)
    except FileExistsError as error:
        raise Refused(taken) from error
    except OSError as error:
        raise Unavailable(f"{path} cannot be made: {in_words(error)}.") from error


def replace_file(path: Path, text: str) -> None:
    """Write a file for this account alone, in the place of what is there: after a crash of the
    machine it is the one or the other, whole. Raises OSError where it cannot be written."""
    make_folder(path.parent)
    with work_folder(path.parent) as folder:
        place = folder / path.name
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with os.fdopen(os.open(place, flags, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        take_place(place, path)


def give_name(place: Path, path: Path) -> None:
    """Let the file that is done at ``place`` go by ``path`` from here on, also after a crash of the
    machine. Raises FileExistsError where something is there, and OSError where it cannot be done;
    then nothing new is there."""
    _write_through(place)
    try:
        # A link, unlike a move, does not take the place of what came meanwhile.
        os.link(place, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        with _not_left(path):
            place.replace(path)
    with _not_left(path):
        _write_through(path.parent)


def take_place(place: Path, path: Path) -> None:
    """Put the file that is done at ``place`` in the place of what is at ``path``: after a crash of
    the machine it is the one or the other, whole. Raises OSError where it cannot be done."""
    _write_through(place)
    place.replace(path)


@contextmanager
def _not_left(path: Path) -> Iterator[None]:
    """A file that is there only where what is inside succeeds."""
    try:
        yield
    except OSError:
        with suppress(OSError):
            path.unlink()
        raise


def is_empty(path: Path) -> bool:
    """Whether this is a file with nothing in it, as a copy that failed leaves behind."""
    return path.is_file() and not path.stat().st_size


def require_own_folder(path: Path) -> None:
    """Raise `Refused` where others can put files into the folder, or take them out."""
    status = path.stat()
    if _by_others(status):
        raise Refused(
            f"Others can write in the folder {path}: use one that is yours alone, or run "
            f"“chmod go-w {path}”."
        )
    _require_owner(status, path)


def require_own_file(path: Path) -> None:
    """Raise `Refused` for a file that others can write, or put another in the place of.

    A link counts as what it leads to, if it is ours. Raises OSError where there is no such file.
    """
    if stat.S_ISCHR(path.stat().st_mode):
        # As /dev/null: there is nothing in it.
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
    # Where the folder is sticky, only the owner of a file can replace it.
    if not folder.st_mode & stat.S_ISVTX:
        require_own_folder(path.parent)


def close_file(path: Path) -> str | None:
    """Let nobody else read a file of ours; a sentence where somebody else could."""
    status = path.stat()
    if not status.st_mode & _OF_OTHERS:
        return None
    path.chmod(stat.S_IMODE(status.st_mode) & ~_OF_OTHERS)
    return f"Others could read {path}: it is closed to them now."


def readable_by_others(path: Path) -> bool:
    """Whether other accounts can read the file."""
    return bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))


def _write_through(path: Path) -> None:
    """Let what is in a file, or what was made in a folder, outlast a crash of the machine."""
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
    """Whether the group is the one that many systems make for each account, with nobody else."""
    try:
        account = pwd.getpwuid(os.geteuid())
        group = grp.getgrgid(gid)
    except KeyError:
        return False
    alone = set(group.gr_mem) <= {account.pw_name}
    return gid == account.pw_gid and group.gr_name == account.pw_name and alone


def _require_owner(status: os.stat_result, path: Path) -> None:
    # Root may look after what is another account's.
    if os.geteuid() not in (0, status.st_uid) and status.st_uid != 0:
        raise Refused(
            f"{path} belongs to another account ({_account(status.st_uid)}): use one of your own."
        )


def require_owner(path: Path) -> None:
    """Raise `Refused` for a file that belongs to another account, be it root."""
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
