"""Properties of the terminal, which need no import of Textual."""

import os
import select
import signal
import sys
from collections.abc import Mapping

from studio_tui.config.session import restricted_session


def terminal_is_gone() -> bool:
    """Return whether the terminal of the standard input was closed."""
    if not hasattr(select, "poll"):
        return False
    poll = select.poll()
    poll.register(sys.__stdin__.fileno() if sys.__stdin__ else 0, 0)
    return any(event & select.POLLHUP for _, event in poll.poll(0))


def why_no_suspending() -> str | None:
    """Return a sentence that says why the Studio cannot be suspended; None if it can."""
    if restricted_session():
        return "Over SSH there is no shell behind the Studio."
    if not hasattr(signal, "SIGTSTP") or os.getpgrp() == os.getsid(0):
        return "There is no shell behind the Studio that would take over."
    return None


def in_gnu_screen(environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether GNU screen reads the keys.

    It withholds the first escape while mouse events are enabled. If tmux runs inside it, tmux
    handles that.
    """
    return bool(environ.get("STY")) and not environ.get("TMUX")


def on_console(environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether the terminal is the Linux console, whose fonts have few characters."""
    return environ.get("TERM", "") == "linux"


def why_no_terminal(environ: Mapping[str, str] = os.environ) -> str | None:
    """Return a sentence that says why no screen can be drawn; None if it can.

    Imports nothing of Textual.
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
