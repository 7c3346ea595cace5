"""Files that people ask for: readable by them alone, and nothing is overwritten unasked."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from studio_tui.config.private import give_name, take_place
from studio_tui.config.session import require_files
from studio_tui.config.work_folder import work_folder
from studio_tui.domain.shared.disk import in_words
from studio_tui.domain.shared.errors import Refused

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL
_OWNER_ONLY = 0o600


class AlreadyThere(Refused):
    """There is such a file; it can be replaced."""


def require_place(path: Path, *, replacing: bool) -> None:
    """Raise `AlreadyThere` where ``path`` is taken and not to be replaced, and `Refused` where it
    is no place for a file."""
    require_files()
    try:
        if path.is_dir():
            raise Refused(f"{path} is a folder: name a file in it.")
        if not replacing and (path.exists() or path.is_symlink()):
            raise AlreadyThere(f"{path} is there already.")
        if not path.parent.is_dir():
            raise Refused(f"There is no folder {path.parent}.")
        if not os.access(path.parent, os.W_OK | os.X_OK):
            raise Refused(f"You may not write into the folder {path.parent.absolute()}.")
    except (OSError, ValueError) as error:
        raise Refused(f"{path} cannot be written.") from error


def require_free(path: Path, *, force: bool) -> None:
    """Raise `Refused` where ``path`` is taken, or is no place for a file."""
    if path.is_dir():
        raise Refused(f"{path} is a folder: name a file in it.")
    if not force and (path.exists() or path.is_symlink()):
        raise Refused(f"{path} is there already: choose another name, or say to overwrite it.")


def write_private(path: Path, content: bytes, *, force: bool) -> None:
    """Write a file that only its owner can read, whole or not at all; see `write_private_parts`."""
    write_private_parts(path, (content,), force=force)


def write_private_parts(path: Path, parts: Iterable[bytes], *, force: bool) -> None:
    """Write ``parts`` one after another, as they come, into a file that only its owner can read,
    whole or not at all.

    Raises `Refused` where it is there already, unless ``force`` replaces it, or cannot be written.
    """
    require_files()
    require_free(path, force=force)
    try:
        with work_folder(path.parent) as folder:
            place = folder / path.name
            with os.fdopen(os.open(place, _CREATE, _OWNER_ONLY), "wb") as file:
                file.writelines(parts)
            (take_place if force else give_name)(place, path)
    except FileExistsError as error:
        raise Refused(f"{path} is there already: choose another name.") from error
    except OSError as error:
        raise Refused(f"{path} cannot be written: {in_words(error)}.") from error


@contextmanager
def taken_back() -> Iterator[list[Path]]:
    """A list for files that are made inside: they are removed where it fails after all, as when the
    database does not take the line that tells of them."""
    made: list[Path] = []
    try:
        yield made
    except BaseException:
        for path in made:
            with suppress(OSError):
                path.unlink()
        raise
