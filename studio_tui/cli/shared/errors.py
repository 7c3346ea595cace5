"""How a command ends: 0 done, 1 refused or failed, 2 wrong usage, and what a signal would give.

One line on stderr says why. A reader that goes away (``| head``) is no error and is told nothing.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from studio_tui.config.streams import discard_output
from studio_tui.domain.shared.disk import describe_os_error, is_of_disk
from studio_tui.domain.shared.errors import Stopped, StudioError
from studio_tui.domain.shared.text import clean_line

FAILED = 1
WRONG_USAGE = 2
INTERRUPTED = 128 + 2
PIPE_CLOSED = 128 + 13


def say(error: BaseException, log_error: Callable[[BaseException], Path]) -> int:
    """Say what went wrong; returns the exit code. What nobody foresaw goes to the log."""
    if isinstance(error, StudioError):
        complain(error.message)
        return INTERRUPTED if isinstance(error, Stopped) else FAILED
    if isinstance(error, KeyboardInterrupt):
        sys.stderr.write("\n")
        return INTERRUPTED
    if isinstance(error, BrokenPipeError):
        discard_output(sys.stdout)
        return PIPE_CLOSED
    if isinstance(error, MemoryError):
        complain("There is not enough memory for it: what was begun is not done.")
        return FAILED
    if isinstance(error, OSError) and is_of_disk(error):
        complain(f"{error.filename or 'A file'} cannot be used: {describe_os_error(error)}.")
        return FAILED
    complain(f"A fault of the program stopped this. Details are in {log_error(error)}")
    return FAILED


def complain(sentence: str) -> None:
    """One line on stderr."""
    sys.stderr.write(f"studio-tui: {clean_line(sentence)}\n")
