"""A private folder for what is not whole yet: gone afterwards, also where the program was killed.

Whoever works in one holds a lock on it. One that nobody holds is of a program that was killed, and
goes with the next that is made beside it.
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
_PATIENCE = 5.0
"""Seconds to wait for others who look through the same folder: it takes them no time."""
_LOOK_EVERY = 0.01
_held: set[Path] = set()
"""The folders that this process works in, and so has locked."""


@contextmanager
def work_folder(parent: Path, prefix: str = PREFIX) -> Iterator[Path]:
    """A folder of this account alone in ``parent``; raises OSError where none can be made."""
    # Nobody may look between the making of a folder and its lock.
    with _locked(parent):
        _remove_abandoned(parent, prefix)
        folder = Path(mkdtemp(prefix=prefix, dir=parent)).resolve()
        handle = _lock(folder, wait=True)
    _held.add(folder)
    try:
        yield folder
    finally:
        _held.discard(folder)
        shutil.rmtree(folder, ignore_errors=True)
        if handle is not None:
            os.close(handle)


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
    if folder.resolve() in _held:
        # A second lock of the same process would wait for the first one, for ever.
        yield
        return
    # Anybody may hold the lock of a folder that all can open, as /tmp, for as long as they like.
    until = monotonic() + _PATIENCE
    while (handle := _lock(folder, wait=False)) is None and monotonic() < until:
        sleep(_LOOK_EVERY)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


def _lock(folder: Path, *, wait: bool) -> int | None:
    """A handle that holds the lock of a folder; None where another does, or nobody can."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        os.close(handle)
        return None
    return handle
