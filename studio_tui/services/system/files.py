"""Files that users export: readable only by their owner, and never overwritten unasked."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from studio_tui.config.private_files import move_replacing, move_without_replacing
from studio_tui.config.session import require_files
from studio_tui.config.work_folder import work_folder
from studio_tui.domain.shared.disk import describe_os_error
from studio_tui.domain.shared.errors import Refused

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL
_OWNER_ONLY = 0o600


class FileAlreadyExists(Refused):
    """Raised if a file of this name exists. It can be replaced."""


def require_place(path: Path, *, replacing: bool) -> None:
    """Raise if no file can be written at ``path``.

    Raises `FileAlreadyExists` if a file exists and is not to be replaced, and `Refused` if
    ``path`` is a folder or its folder is missing or not writable.
    """
    require_files()
    try:
        if path.is_dir():
            raise Refused(f"{path} is a folder: name a file in it.")
        if not replacing and (path.exists() or path.is_symlink()):
            raise FileAlreadyExists(f"{path} is there already.")
        if not path.parent.is_dir():
            raise Refused(f"There is no folder {path.parent}.")
        if not os.access(path.parent, os.W_OK | os.X_OK):
            raise Refused(f"You may not write into the folder {path.parent.absolute()}.")
    except (OSError, ValueError) as error:
        raise Refused(f"{path} cannot be written.") from error


def require_free(path: Path, *, force: bool) -> None:
    """Raise `Refused` if ``path`` is a folder, or exists and ``force`` is not given."""
    if path.is_dir():
        raise Refused(f"{path} is a folder: name a file in it.")
    if not force and (path.exists() or path.is_symlink()):
        raise Refused(f"{path} is there already: choose another name, or say to overwrite it.")


def write_private(path: Path, content: bytes, *, force: bool) -> None:
    """Write a file that only its owner can read, all or nothing; see `write_private_parts`."""
    write_private_parts(path, (content,), force=force)


def write_private_parts(path: Path, parts: Iterable[bytes], *, force: bool) -> None:
    """Write ``parts`` as they arrive into a file that only its owner can read, all or nothing.

    Raises `Refused` if the file exists, unless ``force`` replaces it, or if it cannot be written.
    """
    require_files()
    require_free(path, force=force)
    try:
        with work_folder(path.parent) as folder:
            place = folder / path.name
            with os.fdopen(os.open(place, _CREATE, _OWNER_ONLY), "wb") as file:
                file.writelines(parts)
            (move_replacing if force else move_without_replacing)(place, path)
    except FileExistsError as error:
        raise Refused(f"{path} is there already: choose another name.") from error
    except OSError as error:
        raise Refused(f"{path} cannot be written: {describe_os_error(error)}.") from error


@contextmanager
def removed_on_failure() -> Iterator[list[Path]]:
    """Yield a list for files that are created inside; they are removed if the block fails.

    It fails, for example, if the database does not accept the line of activity about the files.
    """
    made: list[Path] = []
    try:
        yield made
    except BaseException:
        for path in made:
            with suppress(OSError):
                path.unlink()
        raise
