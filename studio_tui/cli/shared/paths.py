"""The type of every option and argument that names a file or folder.

In a session that an SSH key opened, no file of the host is read or written: there only ``-`` is
taken, where it means the input or the output of the command (A1).
"""

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import click

from studio_tui.config.session import restricted_session

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

DASH = Path("-")
"""The input or the output, in place of a file."""


class Dash(Enum):
    """What ``-`` means for an option."""

    INPUT = "input"
    OUTPUT = "output"
    NOTHING = "nothing"
    """It is no file here, and none is made that is called so."""


class HostPath(click.ParamType[Path]):
    """A path on the host; ``dash`` is what ``-`` means."""

    name = "path"

    def __init__(self, dash: Dash = Dash.NOTHING) -> None:
        self.dash = dash

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem[str]]":
        """Files, which the shell itself looks for; none where none may be used."""
        # A command that runs completes nothing.
        from click.shell_completion import CompletionItem

        return [] if restricted_session() else [CompletionItem(incomplete, type="file")]

    def convert(
        self,
        value: str | Path,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Path:
        """The path; a usage error where none may be used."""
        path = Path(value)
        if path == DASH and str(value) == str(DASH):
            if self.dash is Dash.NOTHING:
                self.fail("“-” is no file here; write “./-” for a file of that name.", param, ctx)
            return path
        if restricted_session():
            use = f": only “-”, your {self.dash.value}" if self.dash is not Dash.NOTHING else ""
            self.fail(f"Over SSH no file of the host is used{use}.", param, ctx)
        return path
