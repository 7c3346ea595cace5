"""A private temporary folder that is removed afterwards, even if the program is killed.

The process that uses a work folder holds a lock on it. A folder without a lock belongs to a killed
process; it is removed when the next work folder is made in the same place.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from time import monotonic, sleep

PREFIX = ".studio-tui-"
_LOCK_TIMEOUT = 5.0
"""Seconds to wait for other processes that scan the same folder, which takes little time."""
_POLL_SECONDS = 0.01
_locked_folders: set[Path] = set()
"""Work folders that this process has locked."""


@contextmanager
def work_folder(parent: Path, prefix: str = PREFIX) -> Iterator[Path]:
    """Make a folder in ``parent`` that only this account can access, and remove it afterwards.

    Raises OSError if it cannot be made.
    """
    # Lock the parent, so that no process finds the new folder before it is locked.
    with _locked(parent):
        _remove_abandoned(parent, prefix)
        folder = Path(mkdtemp(prefix=prefix, dir=parent)).resolve()
        handle = _lock(folder, wait=True)
    _locked_folders.add(folder)
    try:
        yield folder
    finally:
        _locked_folders.discard(folder)
        shutil.rmtree(folder, ignore_errors=True)
        if handle is not None:
            os.close(handle)


def remove_abandoned(parent: Path) -> None:
    """Remove the work folders of killed processes in ``parent``.

    A process that was killed between linking a new file and removing its work folder leaves a
    second link to the file there, which would keep its content after the file is deleted.
    """
    with suppress(OSError):
        if any(entry.name.startswith(PREFIX) for entry in parent.iterdir()):
            with _locked(parent):
                _remove_abandoned(parent, PREFIX)


def _remove_abandoned(parent: Path, prefix: str) -> None:
    with suppress(OSError):
        for entry in os.scandir(parent):
            if entry.name.startswith(prefix) and entry.is_dir(follow_symlinks=False):
                _remove_if_abandoned(Path(entry.path), entry)


def _remove_if_abandoned(folder: Path, entry: "os.DirEntry[str]") -> None:
    with suppress(OSError):
        if entry.stat(follow_symlinks=False).st_uid != os.geteuid():
            return
        handle = _lock(folder, wait=False)
        if handle is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(handle)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    if folder.resolve() in _locked_folders:
        # A second lock of the same process would deadlock.
        yield
        return
    # In a folder that all accounts can open, such as /tmp, any account can hold the lock
    # indefinitely.
    until = monotonic() + _LOCK_TIMEOUT
    while (handle := _lock(folder, wait=False)) is None and monotonic() < until:
        sleep(_POLL_SECONDS)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


def _lock(folder: Path, *, wait: bool) -> int | None:
    """Return a file descriptor that holds the lock of a folder; None if it cannot be locked."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        os.close(handle)
        return None
    return handle
