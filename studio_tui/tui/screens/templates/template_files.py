"""Text files of templates: their names, and how they are written (T7)."""

import os
import tempfile
from pathlib import Path

from studio_tui.config.private_files import move_replacing, move_without_replacing
from studio_tui.domain.shared.disk import describe_os_error
from studio_tui.domain.shared.errors import Refused
from studio_tui.domain.shared.text import fold_search
from studio_tui.services.system.files import FileAlreadyExists


def file_name(name: str) -> str:
    """Return a file name for a template: its name in ASCII letters and digits."""
    plain = "".join(c if c.isascii() and c.isalnum() else " " for c in fold_search(name))
    return ("_".join(plain.split())[:60] or "template") + ".toml"


def write_file(path: Path, text: str, replace: bool) -> Path:
    """Write ``text`` to a file atomically and return its absolute path.

    Raises `FileAlreadyExists` if the file exists and ``replace`` is false, or `Refused` if the file
    cannot be written.
    """
    try:
        if path.exists() and not (replace and path.is_file()):
            raise (
                FileAlreadyExists(f"{path} is there already.")
                if path.is_file()
                else Refused(f"{path} is not a file.")
            )
        _write_beside(path, text, replace)
    except FileExistsError as error:
        raise FileAlreadyExists(f"{path} is there already.") from error
    except OSError as error:
        raise Refused(f"{path} cannot be written: {describe_os_error(error)}.") from error
    return path.absolute()


def _write_beside(path: Path, text: str, replace: bool) -> None:
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(beside).chmod(0o644)
        (move_replacing if replace else move_without_replacing)(Path(beside), path)
    finally:
        Path(beside).unlink(missing_ok=True)
