"""Files that people ask for: readable by them alone, and nothing is overwritten unasked."""

import os
from pathlib import Path

from studio_tui.config.session import require_files
from studio_tui.config.work_folder import work_folder
from studio_tui.domain.shared.errors import Refused

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL
_OWNER_ONLY = 0o600


def require_free(path: Path, *, force: bool) -> None:
    """Raise `Refused` where ``path`` is taken, or is no place for a file."""
    if path.is_dir():
        raise Refused(f"{path} is a folder: name a file in it.")
    if not force and (path.exists() or path.is_symlink()):
        raise Refused(f"{path} is there already: choose another name, or say to overwrite it.")


def write_private(path: Path, content: bytes, *, force: bool) -> None:
    """Write a file that only its owner can read, whole or not at all.

    Raises `Refused` where it is there already, unless ``force`` replaces it, or cannot be written.
    """
    require_files()
    require_free(path, force=force)
    try:
        with work_folder(path.parent) as folder:
            place = folder / path.name
            with os.fdopen(os.open(place, _CREATE, _OWNER_ONLY), "wb") as file:
                file.write(content)
            _put(place, path, force=force)
    except FileExistsError as error:
        raise Refused(f"{path} is there already: choose another name.") from error
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}.") from error


def _put(place: Path, path: Path, *, force: bool) -> None:
    if not force:
        # Not overwritten, whoever made it in the meantime.
        os.close(os.open(path, _CREATE, _OWNER_ONLY))
    place.replace(path)
