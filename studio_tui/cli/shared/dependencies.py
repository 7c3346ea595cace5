"""The dependencies that the command line gets from its caller: the screens and the error log.

The command line does not import the screens. Only `studio_tui.main` imports both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studio_tui.domain.shared.dataclass import dataclass

if TYPE_CHECKING:
    import click

    from studio_tui.domain.people.access import Actor
    from studio_tui.mail.transport.outcomes import Transport
    from studio_tui.services.system.context import Studio

    OpenStudio = Callable[[Callable[[str], None]], tuple[Studio, Actor]]
    CurrentActor = Callable[[Studio], Actor]
    Transports = Callable[[Studio], Sequence[Transport]]

ASKED_BY_SHELL = "_STUDIO_TUI_COMPLETE"
"""Environment variable that a shell sets to request completions."""


@dataclass(frozen=True, slots=True)
class Dependencies:
    """The dependencies of the command line, stored as the object of click's context."""

    run_app: Callable[[OpenStudio, Transports | None, CurrentActor | None], int]
    """Runs the screens and returns the exit code.

    Its arguments are a function that opens the Studio; the mail transports, or None for those of
    the settings; and a function that returns the actor each time it is called, or None.
    """
    why_no_terminal: Callable[[], str | None]
    """Returns a sentence on why no screen can be drawn in this terminal, or None if it can."""
    log_error: Callable[[BaseException], Path]
    """Writes an unexpected error to a log that only the account can read; returns its path."""

    @classmethod
    def of(cls, ctx: click.Context) -> Dependencies:
        """Return the dependencies of the running command."""
        found = ctx.find_object(cls)
        if found is None:
            raise RuntimeError("the program was started without its dependencies")
        return found
