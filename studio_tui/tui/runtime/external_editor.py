"""A text in an editor of one's own: `$VISUAL`, `$EDITOR`, or one that is there."""

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from studio_tui.config.session import restricted_session
from studio_tui.domain.shared.errors import Forbidden, Refused, Unavailable
from studio_tui.domain.shared.text import clean_text

_COMMON = ("nano", "vim", "vi")


def editor(environ: Mapping[str, str] = os.environ) -> list[str]:
    """The command that opens a file in an editor; empty where there is none."""
    for name in ("VISUAL", "EDITOR"):
        if words := _words(environ.get(name, "")):
            return words
    return next(([found] for name in _COMMON if (found := shutil.which(name))), [])


def why_no_editor(environ: Mapping[str, str] = os.environ) -> str | None:
    """Why no editor can be opened here, in a sentence; None where one can.

    In a session that an SSH key opened there is none: it would run as the service (A1).
    """
    if restricted_session():
        return "Over SSH no program of the host is started: write here."
    if not editor(environ):
        return "There is no editor here: set EDITOR to the command of one."
    return None


def edited(text: str, command: list[str]) -> str:
    """``text`` as it comes back from an editor, cleaned (A5).

    It lies in a private file meanwhile, which is gone afterwards. Raises `Unavailable` where the
    editor cannot be started, `Refused` where it fails or leaves no text behind: then nothing of
    what it did counts.
    """
    if restricted_session():
        raise Forbidden("Over SSH no program of the host is started.")
    folder = Path(tempfile.mkdtemp(prefix="studio-tui-", dir=_private_place()))
    try:
        file = folder / "text.md"
        file.touch(mode=0o600)
        file.write_text(text, encoding="utf-8", newline="\n")
        _run([*command, str(file)])
        return _read(file, ended=text.endswith("\n"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[str]) -> None:
    name = Path(command[0]).name
    try:
        done = subprocess.run(command, check=False)  # noqa: S603 - the command of who asks
    except OSError as error:
        raise Unavailable(f"{name} cannot be started: {error.strerror}.") from error
    if done.returncode:
        raise Refused(f"{name} ended with {done.returncode}: nothing was changed.")


def _read(file: Path, *, ended: bool) -> str:
    try:
        found = clean_text(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Refused("The editor left no text behind: nothing was changed.") from error
    # Editors end the last line, which nobody typed.
    return found if ended else found.removesuffix("\n")


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        return []


def _private_place() -> str | None:
    """Where files live in memory and belong to one person alone, if there is such a place."""
    place = os.environ.get("XDG_RUNTIME_DIR", "")
    return place if place and os.access(place, os.W_OK | os.X_OK) else None
