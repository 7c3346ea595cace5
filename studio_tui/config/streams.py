"""Handling of standard streams whose other end is closed."""

import os
from typing import TextIO


def discard_output(*streams: TextIO) -> None:
    """Discard the buffered and future output of ``streams``.

    Otherwise the interpreter prints an error when it exits, and changes the exit code.
    """
    for stream in streams:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
