"""Whether there is a terminal that screens can be drawn on."""

import os
import select
import sys
from collections.abc import Mapping


def terminal_is_gone() -> bool:
    """Whether the terminal that input came from has been closed."""
    if not hasattr(select, "poll"):
        return False
    poll = select.poll()
    poll.register(sys.__stdin__.fileno() if sys.__stdin__ else 0, 0)
    return any(event & select.POLLHUP for _, event in poll.poll(0))


def why_no_terminal(environ: Mapping[str, str] = os.environ) -> str | None:
    """Why no screen can be drawn here, in a sentence; None where one can.

    Nothing of Textual is imported to find out.
    """
    # Textual draws on stderr.
    if not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()):
        return (
            "The Studio needs a terminal to open in, and its input or output is none. "
            "“studio-tui --help” lists what can be done without one."
        )
    if environ.get("TERM", "dumb") == "dumb":
        return (
            "The Studio cannot be drawn on this terminal: TERM is “dumb” or not set. "
            "“studio-tui --help” lists what can be done without one."
        )
    return None
