"""The entry point of the program: the one place that knows the command line and the screens.

Nothing is imported before it is needed: ``studio-tui --help`` loads neither Textual nor Peewee.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio_tui.cli.shared.surroundings import ASKED_BY_SHELL, Surroundings
from studio_tui.cli.system.screens import open_screens
from studio_tui.tui.runtime.terminal import why_no_terminal

if TYPE_CHECKING:
    from studio_tui.cli.shared.surroundings import OpenStudio, Transports, WhoAsks


def run() -> None:
    """Do what the arguments say, and exit with the code that tells how it went."""
    _write_any_name(sys.stdout)
    _write_any_name(sys.stderr)
    if sys.argv[1:3] == ["ssh", "session"]:
        # Click would answer to this before the session throws away what the client sent.
        os.environ.pop(ASKED_BY_SHELL, None)
    if len(sys.argv) == 1 and ASKED_BY_SHELL not in os.environ:
        sys.exit(open_screens(SURROUNDINGS))
    from studio_tui.cli.main import program

    if ASKED_BY_SHELL in os.environ:
        from studio_tui.cli.shared.completion import answer

        sys.exit(answer(program, SURROUNDINGS))
    program(prog_name="studio-tui", obj=SURROUNDINGS)


def _write_any_name(stream: Any) -> None:
    # A terminal of another encoding shows what it can; a file or a pipe gets all of it.
    stream.reconfigure(encoding=stream.encoding if stream.isatty() else "utf-8", errors="replace")


def _run_app(
    open_studio: "OpenStudio", transports: "Transports | None", who_asks: "WhoAsks | None"
) -> int:
    from studio_tui.tui.start import run_app

    return run_app(open_studio, transports, who_asks)


def _log_error(error: BaseException) -> Path:
    from studio_tui.config.log import log_error

    return log_error(error)


SURROUNDINGS = Surroundings(_run_app, why_no_terminal, _log_error)
"""What the command line is handed."""
