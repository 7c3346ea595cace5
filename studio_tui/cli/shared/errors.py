"""Exit codes and error messages of commands.

The code is 0 for success, 1 for a refusal or failure, 2 for wrong usage, and 128 plus the signal
number for a signal. The reason is one line on stderr. A closed pipe (``| head``) is not an error
and prints no message.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from studio_tui.config.streams import discard_output, discard_unwritable_output
from studio_tui.domain.shared.disk import describe_os_error, is_of_disk
from studio_tui.domain.shared.errors import Stopped, StudioError
from studio_tui.domain.shared.text import clean_line

FAILED = 1
WRONG_USAGE = 2
INTERRUPTED = 128 + 2
PIPE_CLOSED = 128 + 13


def say(error: BaseException, log_error: Callable[[BaseException], Path]) -> int:
    """Print what went wrong, and return the exit code. Unexpected errors go to the log."""
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
        discard_unwritable_output(sys.stdout)
        what = error.filename or "The output or a file"
        complain(f"{what} cannot be used: {describe_os_error(error)}.")
        return FAILED
    complain(f"A fault of the program stopped this. Details are in {log_error(error)}")
    return FAILED


def complain(sentence: str) -> None:
    """Print one line on stderr."""
    sys.stderr.write(f"studio-tui: {clean_line(sentence)}\n")
