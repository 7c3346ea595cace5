"""Reading a file argument, or standard input in its place: ``-``.

The caller checks the actor's rights before it reads, because input may be endless.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from studio_tui.cli.shared.paths import DASH
from studio_tui.config.bounded_input import (
    TEXT_BYTES,
    LineLimits,
    decode_utf8,
    lines_of,
    read_file,
    read_input,
    spooled,
    standard_input,
)
from studio_tui.config.session import require_files
from studio_tui.domain.shared.errors import Unavailable
from studio_tui.domain.shared.text import clean_line

NAMES = LineLimits(lines=1_000_000, longest=100_000, most=32_000_000)
"""Limits of a list of users, with one login or address per line or many on one line."""


def read_bytes(file: Path, most: int) -> bytes:
    """Return the content of ``file``, or of standard input if it is ``-``.

    Raises `Refused` for more than ``most`` bytes, and `Unavailable` if the file cannot be read.
    """
    if is_input(file):
        return read_input(most)
    require_files()
    try:
        return read_file(file, most)
    except OSError as error:
        raise Unavailable(f"{file} cannot be read: {error.strerror}.") from error


@contextmanager
def seekable(file: Path) -> Iterator[Path | BinaryIO]:
    """Yield ``file``, or a temporary seekable copy of a source such as standard input or a pipe.

    Raises the errors of `read_bytes`.
    """
    if not is_input(file) and (file.is_file() or not file.exists() or file.is_dir()):
        require_files()
        yield file
        return
    from studio_tui.domain.people.hr_file.source import MAX_BYTES

    # The limits in rows and characters of the reader itself are far lower.
    limits = LineLimits(lines=10_000_000, longest=8_000_000, most=MAX_BYTES)
    with _opened(file) as source, spooled(source, limits, _name(file)) as copy:
        yield copy


def read_user_list(file: Path) -> str:
    """Return the text of a list of users; raises the errors of `read_bytes`."""
    with _opened(file) as source:
        try:
            return "\n".join(lines_of(source, NAMES, "The list of users"))
        except OSError as error:
            raise Unavailable(f"{_name(file)} cannot be read: {error.strerror}.") from error


def read_toml(file: Path) -> tuple[str, str]:
    """Return the text of a TOML file, and its name for messages.

    Raises the errors of `read_bytes`.
    """
    name = "the input" if is_input(file) else str(file)
    return decode_utf8(read_bytes(file, TEXT_BYTES), name), name


def is_input(file: Path) -> bool:
    """Return whether ``file`` stands for standard input."""
    return file == DASH


def display_name(file: Path) -> str:
    """Return the name of ``file`` for lists and logs."""
    return "the input" if is_input(file) else clean_line(file.name)


def _name(file: Path) -> str:
    return "The input" if is_input(file) else str(file)


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    if is_input(file):
        yield standard_input()
        return
    require_files()
    try:
        source = file.open("rb")
    except OSError as error:
        raise Unavailable(f"{file} cannot be read: {error.strerror}.") from error
    with source:
        yield source
