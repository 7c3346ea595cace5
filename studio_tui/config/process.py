"""Start and end of the process."""

import atexit
import gc
import sys
import threading
from os import _exit
from typing import NoReturn

_ALLOCATIONS = 50_000
"""New objects between two searches for reference cycles; 700 by default.

A start imports several hundred modules, whose objects are never freed.
"""


def collect_garbage_rarely() -> None:
    """Search for reference cycles less often, for a start that is a tenth faster."""
    gc.set_threshold(_ALLOCATIONS, 20, 20)


def end_process(code: int) -> NoReturn:
    """End the process with exit code ``code`` without freeing its objects one by one.

    The interpreter would take a sixth of the time of a short command for it. Exit handlers are
    called and the standard streams are flushed, as by `sys.exit`. If a stream cannot be flushed, or
    a thread must be waited for, the process ends by `sys.exit`.
    """
    threads = (each for each in threading.enumerate() if each is not threading.main_thread())
    if not all(each.daemon for each in threads):
        sys.exit(code)
    try:
        atexit._run_exitfuncs()  # noqa: SLF001 - what the interpreter calls at its end
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        sys.exit(code)
    _exit(code)
