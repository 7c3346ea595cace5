"""A file that a command is given, or its input in place of one: ``-``.

Whoever reads asks first whether the actor may do what it is for: input may be without end.
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
"""A list of users: a login or address on each line, or many on one."""


def bytes_of(file: Path, most: int) -> bytes:
    """What is in ``file``, or comes in where it is ``-``.

    Raises `Refused` for more than ``most`` bytes, `Unavailable` where it cannot be read.
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
    """``file``, or what can be read only once, such as the input, kept while it is needed; raises
    as `bytes_of` does."""
    if not is_input(file) and (file.is_file() or not file.exists() or file.is_dir()):
        require_files()
        yield file
        return
    from studio_tui.domain.people.hr_file.source import MAX_BYTES

    # Its reader has limits of its own, in rows and in signs, which are far below.
    limits = LineLimits(lines=10_000_000, longest=8_000_000, most=MAX_BYTES)
    with _opened(file) as source, spooled(source, limits, _name(file)) as copy:
        yield copy


def list_text(file: Path) -> str:
    """The text of a list of users; raises as `bytes_of` does."""
    with _opened(file) as source:
        try:
            return "\n".join(lines_of(source, NAMES, "The list of users"))
        except OSError as error:
            raise Unavailable(f"{_name(file)} cannot be read: {error.strerror}.") from error


def toml_of(file: Path) -> tuple[str, str]:
    """The text of a TOML file or of the input, and what messages call it; raises `Refused`."""
    name = "the input" if is_input(file) else str(file)
    return decode_utf8(bytes_of(file, TEXT_BYTES), name), name


def is_input(file: Path) -> bool:
    """Whether the input is meant."""
    return file == DASH


def name_of(file: Path) -> str:
    """What lists and logs call ``file``."""
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
