"""The entry point of the program, the only module that imports both command line and screens.

Modules are imported only when needed: ``studio-tui --help`` loads neither Textual nor Peewee.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio_tui.cli.shared.dependencies import ASKED_BY_SHELL, Dependencies
from studio_tui.cli.shared.errors import say
from studio_tui.cli.system.screens import open_screens
from studio_tui.config.process import collect_garbage_rarely, end_process
from studio_tui.config.streams import open_closed_outputs
from studio_tui.tui.runtime.terminal import why_no_terminal

if TYPE_CHECKING:
    from studio_tui.cli.shared.dependencies import CurrentActor, OpenStudio, Transports


def run() -> None:
    """Run the command line, or the screens if there are no arguments, and exit with its code."""
    collect_garbage_rarely()
    try:
        _run()
    except SystemExit as ended:
        if isinstance(ended.code, str):
            raise
        end_process(ended.code or 0)


def _run() -> None:
    open_closed_outputs()
    _write_any_name(sys.stdout)
    _write_any_name(sys.stderr)
    if sys.argv[1:3] == ["ssh", "session"]:
        # Click must not evaluate this variable before the session discards the client's
        # environment.
        os.environ.pop(ASKED_BY_SHELL, None)
    if len(sys.argv) == 1 and ASKED_BY_SHELL not in os.environ:
        sys.exit(open_screens(DEPENDENCIES))
    from studio_tui.cli.main import program

    if ASKED_BY_SHELL in os.environ:
        from studio_tui.cli.shared.completion import answer

        sys.exit(answer(program, DEPENDENCIES))
    try:
        program(prog_name="studio-tui", obj=DEPENDENCIES)
    except OSError as error:
        # Click prints help and wrong usage itself.
        sys.exit(say(error, _log_error))


def _write_any_name(stream: Any) -> None:
    # Characters that a terminal cannot encode are replaced; files and pipes get UTF-8.
    stream.reconfigure(encoding=stream.encoding if stream.isatty() else "utf-8", errors="replace")


def _run_app(
    open_studio: "OpenStudio", transports: "Transports | None", current_actor: "CurrentActor | None"
) -> int:
    from studio_tui.tui.start import run_app

    return run_app(open_studio, transports, current_actor)


def _log_error(error: BaseException) -> Path:
    from studio_tui.config.log import log_error

    return log_error(error)


DEPENDENCIES = Dependencies(_run_app, why_no_terminal, _log_error)
"""The dependencies that the command line is given."""
