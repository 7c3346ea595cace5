"""The streams of a process whose other end has gone away."""

import os
from typing import TextIO


def abandon(*streams: TextIO) -> None:
    """Throw away what is still buffered for ``streams``, and what is written to them.

    The interpreter would complain of it when it exits, and end with a code of its own.
    """
    for stream in streams:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
