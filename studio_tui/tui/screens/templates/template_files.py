"""Where to write a template to, or to read one from (T7): a path, and what is wrong with it."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from studio_tui.config.session import require_files
from studio_tui.domain.shared.errors import Invalid, Refused, StudioError
from studio_tui.domain.shared.text import fold_search
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.dialog import Dialog
from studio_tui.tui.shell import bridge_of
from studio_tui.tui.text import line
from studio_tui.tui.widgets.field import Field, Form

T = TypeVar("T")


class AlreadyThere(Refused):
    """There is such a file; it can be replaced."""


class AskFile(Dialog[T]):
    """Asks for a path, does ``use`` with it off the loop, and ends with the answer.

    ``use`` gets the path, and whether an existing file may be replaced: after an `AlreadyThere`
    the same path entered once more says so. Whatever it refuses stands below the path.
    """

    OWN_COMMANDS = (Command("go_on", "ctrl+s", "Go on", "Use this file"),)

    def __init__(
        self, title: str, use: Callable[[Path, bool], T], *, value: str = "", hint: str
    ) -> None:
        super().__init__()
        self._title = title
        self._use = use
        self._form = Form(Field("path", "File", value, hint=hint))
        self._replace = ""

    def compose(self) -> ComposeResult:
        """The title above the path."""
        with Vertical(classes="dialog wide file"):
            yield Static(line(self._title), classes="question")
            yield self._form

    @on(Form.Submitted)
    def action_go_on(self) -> None:
        """Use the path as it is entered."""
        require_files()
        entered = self._form.values()["path"].strip()
        if not entered:
            self._refuse(Refused("Enter the path of a file."))
            return
        path, replace = Path(entered).expanduser(), entered == self._replace
        self._replace = ""
        bridge_of(self).write(self, lambda: self._use(path, replace), self.dismiss, self._refuse)

    def _refuse(self, error: StudioError) -> None:
        sentence = error.message
        if isinstance(error, AlreadyThere):
            self._replace = self._form.values()["path"].strip()
            sentence += " Press enter again to replace it."
        self._form.show_error(Invalid({"path": sentence}))


def file_name(name: str) -> str:
    """A file name for a template: its name in plain letters."""
    plain = "".join(c if c.isascii() and c.isalnum() else " " for c in fold_search(name))
    return ("_".join(plain.split())[:60] or "template") + ".toml"


def write_file(path: Path, text: str, replace: bool) -> Path:
    """Write ``text`` whole or not at all; returns the absolute path.

    Raises `AlreadyThere`, or `Refused` where it cannot be written.
    """
    try:
        if path.exists() and not (replace and path.is_file()):
            raise (
                AlreadyThere(f"{path} is there already.")
                if path.is_file()
                else Refused(f"{path} is not a file.")
            )
        _write_beside(path, text)
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}.") from error
    return path.absolute()


def _write_beside(path: Path, text: str) -> None:
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(beside).chmod(0o644)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
