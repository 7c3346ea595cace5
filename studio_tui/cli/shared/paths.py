"""The parameter type of every option and argument that names a file or folder.

A session that an SSH key opened reads and writes no file of the host. It accepts only ``-``, and
only if that stands for the command's standard input or output (A1).
"""

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import click

from studio_tui.config.session import restricted_session

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

DASH = Path("-")
"""The path that stands for standard input or output."""


class Dash(Enum):
    """The meaning of ``-`` for an option."""

    INPUT = "input"
    OUTPUT = "output"
    NOTHING = "nothing"
    """``-`` is refused, so that no file of that name is created."""


class HostPath(click.ParamType[Path]):
    """A path on the host. ``dash`` is the meaning of ``-``."""

    name = "path"

    def __init__(self, dash: Dash = Dash.NOTHING) -> None:
        self.dash = dash

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem[str]]":
        """Let the shell complete files, or return nothing if the session may not use files."""
        # Imported here because a command that runs completes nothing.
        from click.shell_completion import CompletionItem

        return [] if restricted_session() else [CompletionItem(incomplete, type="file")]

    def convert(
        self,
        value: str | Path,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Path:
        """Return ``value`` as a path.

        Raises a usage error for a ``-`` that has no meaning, or if the session may not use files.
        """
        path = Path(value)
        if path == DASH and str(value) == str(DASH):
            if self.dash is Dash.NOTHING:
                self.fail("“-” is no file here; write “./-” for a file of that name.", param, ctx)
            return path
        if restricted_session():
            use = f": only “-”, your {self.dash.value}" if self.dash is not Dash.NOTHING else ""
            self.fail(f"Over SSH no file of the host is used{use}.", param, ctx)
        return path
