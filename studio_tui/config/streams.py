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


def discard_unwritable_output(stream: TextIO) -> bool:
    """Write the buffered output of ``stream``, and discard it if that fails.

    Return whether it failed, on a full disk for example.
    """
    try:
        stream.flush()
    except OSError:
        discard_output(stream)
        return True
    return False


def open_closed_streams() -> None:
    """Connect each standard stream that the caller closed (``>&-``) to the null device.

    Python has no object for it then, and the next file that is opened would get its number.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # Open until the process ends.
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115
