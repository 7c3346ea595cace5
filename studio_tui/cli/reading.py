"""A file that a command is given, or its input in place of one: ``-``."""

import sys
from pathlib import Path

from studio_tui.domain.errors import Refused, Unavailable
from studio_tui.services import toml_text

INPUT = "-"


def bytes_of(file: Path, most: int) -> bytes:
    """What is in ``file``, or comes in where it is ``-``.

    Raises `Refused` for more than ``most`` bytes, `Unavailable` where it cannot be read.
    """
    name = "The input" if is_input(file) else str(file)
    try:
        if is_input(file):
            content = sys.stdin.buffer.read(most + 1)
        else:
            with file.open("rb") as opened:
                content = opened.read(most + 1)
    except OSError as error:
        raise Unavailable(f"{name} cannot be read: {error.strerror}.") from error
    if len(content) > most:
        raise Refused(f"{name} is larger than {most:,} bytes: it is not read.")
    return content


def toml_of(file: Path) -> tuple[str, str]:
    """The text of a TOML file or of the input, and what messages call it; raises `Refused`."""
    if not is_input(file):
        return toml_text.read_file(file), str(file)
    name = "the input"
    return toml_text.decoded(bytes_of(file, toml_text.MAX_BYTES), name), name


def is_input(file: Path) -> bool:
    """Whether the input is meant."""
    return str(file) == INPUT
