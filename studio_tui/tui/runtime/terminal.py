"""Whether there is a terminal that screens can be drawn on."""

import os
import select
import signal
import sys
from collections.abc import Mapping

from studio_tui.config.session import restricted_session


def terminal_is_gone() -> bool:
    """Whether the terminal that input came from has been closed."""
    if not hasattr(select, "poll"):
        return False
    poll = select.poll()
    poll.register(sys.__stdin__.fileno() if sys.__stdin__ else 0, 0)
    return any(event & select.POLLHUP for _, event in poll.poll(0))


def why_no_suspending() -> str | None:
    """Why the Studio cannot be suspended, in a sentence; None where a shell waits for that."""
    if restricted_session():
        return "Over SSH there is no shell behind the Studio."
    if not hasattr(signal, "SIGTSTP") or os.getpgrp() == os.getsid(0):
        return "There is no shell behind the Studio that would take over."
    return None


def in_gnu_screen(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether GNU screen is what reads the keys.

    It withholds the first escape while a program asks for the mouse. Where tmux runs inside of it,
    that is for tmux to deal with.
    """
    return bool(environ.get("STY")) and not environ.get("TMUX")


def on_console(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether it is the console of Linux, whose fonts have few signs."""
    return environ.get("TERM", "") == "linux"


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
