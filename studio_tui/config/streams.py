"""Handling of standard streams that are closed or cannot be written."""

import os
import sys
from pathlib import Path
from typing import TextIO


def discard_output(*streams: TextIO) -> None:
    """Discard the buffered and future output of ``streams``.

    Otherwise the interpreter prints an error when it exits, and changes the exit code.
    """
    for stream in streams:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def discard_unwritable_output(stream: TextIO) -> None:
    """Write the buffered output of ``stream``, and discard it if that fails."""
    try:
        stream.flush()
    except OSError:
        discard_output(stream)


def open_closed_outputs() -> None:
    """Connect stdout and stderr to the null device if the caller closed them (``>&-``).

    Python has no object for them then, and the next file that is opened would get their numbers.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            # Open until the process ends.
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
