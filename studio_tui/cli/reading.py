"""A file that a command is given, or its input in place of one: ``-``."""

from pathlib import Path

import click

from studio_tui.domain.errors import Refused, Unavailable

INPUT = "-"


def bytes_of(file: Path, most: int) -> bytes:
    """What is in ``file``, or comes in where it is ``-``.

    Raises `Refused` for more than ``most`` bytes, `Unavailable` where it cannot be read.
    """
    name = "The input" if is_input(file) else str(file)
    try:
        if is_input(file):
            content = click.get_binary_stream("stdin").read(most + 1)
        else:
            with file.open("rb") as opened:
                content = opened.read(most + 1)
    except OSError as error:
        raise Unavailable(f"{name} cannot be read: {error.strerror}.") from error
    if len(content) > most:
        raise Refused(f"{name} is larger than {most:,} bytes: it is not read.")
    return content


def is_input(file: Path) -> bool:
    """Whether the input is meant."""
    return str(file) == INPUT
