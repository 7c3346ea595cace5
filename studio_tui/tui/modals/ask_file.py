"""A dialog for the path of a file to read or write."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from studio_tui.config.session import require_files
from studio_tui.domain.shared.errors import Invalid, Refused, StudioError
from studio_tui.services.system.files import FileAlreadyExists
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.dialog import Dialog
from studio_tui.tui.shell import bridge_of
from studio_tui.tui.text import line
from studio_tui.tui.widgets.field import Field, Form

T = TypeVar("T")


class AskFile(Dialog[T]):
    """Asks for a path, runs ``use`` with it off the event loop, and returns its result.

    ``use`` receives the path and whether an existing file may be replaced. After an `AlreadyThere`,
    entering the same path again permits that. Any other error is shown below the path.
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
        """Compose the title and the path."""
        with Vertical(classes="dialog wide file"):
            yield Static(line(self._title), classes="question")
            yield self._form

    @on(Form.Submitted)
    def action_go_on(self) -> None:
        """Run ``use`` with the entered path."""
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
        if isinstance(error, FileAlreadyExists):
            self._replace = self._form.values()["path"].strip()
            sentence += " Press enter again to replace it."
        self._form.show_error(Invalid({"path": sentence}))
