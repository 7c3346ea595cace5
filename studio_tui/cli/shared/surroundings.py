"""What the command line is handed by whoever starts it: the way to the screens, and the log; and
how it is asked by a shell.

The command line does not know the screens; only `studio_tui.main` knows both.
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
    WhoAsks = Callable[[Studio], Actor]
    Transports = Callable[[Studio], Sequence[Transport]]

ASKED_BY_SHELL = "_STUDIO_TUI_COMPLETE"
"""The variable that a shell sets when it asks what could come next."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The object of click's context."""

    run_app: Callable[[OpenStudio, Transports | None, WhoAsks | None], int]
    """Runs the screens on the Studio that is opened so, its mail taken away by these transports or
    else by what the settings name, for who it is each time that is asked; returns the exit code."""
    why_no_terminal: Callable[[], str | None]
    """Why no screen can be drawn here, in a sentence; None where one can."""
    log_error: Callable[[BaseException], Path]
    """Writes an unexpected error down where only the account can read it; returns where."""

    @classmethod
    def of(cls, ctx: click.Context) -> Surroundings:
        """Those of the running command."""
        found = ctx.find_object(cls)
        if found is None:
            raise RuntimeError("the program was started without its surroundings")
        return found
