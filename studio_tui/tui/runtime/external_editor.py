"""Editing a text in the editor of the user: `$VISUAL`, `$EDITOR`, or a common one."""

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
    """Return the command that opens a file in an editor; empty if no editor is installed."""
    for name in ("VISUAL", "EDITOR"):
        if words := _words(environ.get(name, "")):
            return words
    return next(([found] for name in _COMMON if (found := shutil.which(name))), [])


def why_no_editor(environ: Mapping[str, str] = os.environ) -> str | None:
    """Return a sentence that says why no editor can be opened; None if one can.

    A session that was opened by an SSH key has no editor: it would run as the service account (A1).
    """
    if restricted_session():
        return "Over SSH no program of the host is started: write here."
    if not editor(environ):
        return "There is no editor here: set EDITOR to the command of one."
    return None


def edited(text: str, command: list[str]) -> str:
    """Return ``text`` as edited in ``command``, cleaned (A5).

    The text is written to a private file, which is deleted afterwards. Raises `Unavailable` if the
    editor cannot be started, `Refused` if it fails or leaves no readable text (its changes are
    discarded), and `Forbidden` in a session opened by an SSH key.
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
    # Editors append a newline that the user did not type.
    return found if ended else found.removesuffix("\n")


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        return []


def _private_place() -> str | None:
    """Return a private directory in memory, or None if the system provides none."""
    place = os.environ.get("XDG_RUNTIME_DIR", "")
    return place if place and os.access(place, os.W_OK | os.X_OK) else None
