"""Reading of untrusted input, with a limit on each of its dimensions.

Input may be endless (``yes |``), a line without an end, or nested without a limit. All input from
outside is read here, except HR files, which `services.people.hr_files` reads, because the CSV
reader has limits of its own. Input beyond a limit raises `Refused`.
"""

import io
import re
import stat
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Refused, Unavailable

TEXT_BYTES = 1_000_000
"""Largest text that is read; far more than a person writes by hand."""
FONT_BYTES = 64_000_000
"""Largest font that is read; fonts with all Chinese characters take about 20 MB."""
_CHUNK = 1_000_000
_DEPTH = 8
"""Maximum depth of dotted TOML keys; the settings use three."""
_NESTING = 64
"""Maximum nesting of TOML lists and tables."""
_QUOTED = re.compile(
    r'"""(?:\\.|[^"\\]|"(?!""))*+(?:"""|\\?\Z)'
    r"|'''(?:[^']|'(?!''))*+(?:'''|\Z)"
    r'|"(?:\\.|[^"\\\n])*+"?'
    r"|'[^'\n]*+'?|#[^\n]*+",
    re.DOTALL,
)
"""Matches TOML strings and comments, which hold no keys.

Matches unterminated ones too, so that each character is scanned only once.
"""
_KEY = r'(?:[A-Za-z0-9_-]++|"")'
_DEEP = re.compile(rf"(?<![A-Za-z0-9_-]){_KEY}(?:[ \t]*+\.[ \t]*+{_KEY}){{{_DEPTH},}}+")


@dataclass(frozen=True, slots=True)
class LineLimits:
    """The maximum size of a list with one entry per line."""

    lines: int
    longest: int
    """Maximum bytes per line."""
    most: int
    """Maximum bytes in total."""


def read_file(path: Path, most: int) -> bytes:
    """Return the content of a file.

    Raises `Refused` if the file has more than ``most`` bytes or is no file, and OSError if it
    cannot be read.
    """
    with path.open("rb") as file:
        return _read(file, most, str(path))


def read_own_text(path: Path) -> str:
    """Return the text of a configuration file, without a byte order mark.

    Raises `Refused` if it is no file, too large or not UTF-8, and OSError if it cannot be read.
    """
    # Reading a pipe without a writer would block forever.
    if stat.S_ISFIFO(path.stat().st_mode):
        raise Refused(f"{path} is a pipe: a file is needed.")
    return decode_utf8(read_file(path, TEXT_BYTES), str(path))


def read_input(most: int) -> bytes:
    """Return all of the standard input.

    Raises `Refused` for more than ``most`` bytes and `Unavailable` if standard input is closed.
    """
    try:
        return _read(standard_input(), most, "The input")
    except OSError as error:
        raise Unavailable(f"The input cannot be read: {error.strerror}.") from error


@contextmanager
def spooled(source: BinaryIO, limits: LineLimits, name: str) -> Iterator[BinaryIO]:
    """Copy ``source`` to an anonymous temporary file, so that large input needs no memory.

    Raises `Refused` for input beyond ``limits``, and `Unavailable` if it cannot be read or stored.
    """
    with TemporaryFile() as file:
        size = lines = longest = 0
        try:
            while chunk := source.read(_CHUNK):
                size += len(chunk)
                lines += chunk.count(b"\n")
                # Complete lines within a chunk are shorter than a chunk, so only the open line is
                # measured.
                longest = len(chunk) - chunk.rfind(b"\n") - 1 + longest * (b"\n" not in chunk)
                _require_size(size, limits.most, name)
                _require_lines(lines, longest, limits, name)
                file.write(chunk)
            file.seek(0)
        except OSError as error:
            raise Unavailable(f"{name} cannot be read: {error.strerror}.") from error
        yield cast(BinaryIO, file)


def standard_input() -> BinaryIO:
    """Return the binary standard input. Raises `Unavailable` if the parent process closed it."""
    # The type stubs do not allow for a process without standard input.
    found: Any = sys.stdin
    if found is None:
        raise Unavailable("There is no input: it is closed.")
    buffer: BinaryIO = found.buffer
    return buffer


def lines_of(source: BinaryIO, limits: LineLimits, name: str) -> Iterator[str]:
    """Yield the lines of a text without line ends and without a byte order mark.

    Raises `Refused` with the line number if a line is too long, if the text has too many lines or
    bytes, and if it is not UTF-8.
    """
    number = size = 0
    while content := source.readline(limits.longest + 1):
        number += 1
        size += len(content)
        _require_size(size, limits.most, name)
        _require_lines(number, 0, limits, name)
        if len(content) > limits.longest:
            raise Refused(f"{name}, line {number:,} is longer than {limits.longest:,} bytes.")
        try:
            line = content.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise Refused(f"{name} is not UTF-8 text, from line {number:,} on.") from error
        yield line.rstrip("\r\n")


def decode_utf8(content: bytes, name: str) -> str:
    """Return the text of a file's content.

    Raises `Refused`, naming ``name``, if it is not UTF-8.
    """
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise Refused(
            f"{name} cannot be read: it is not UTF-8 text, from byte {error.start} on. "
            "Save it as UTF-8."
        ) from error


def parse_toml(text: str, name: str) -> dict[str, Any]:
    """Return the table of a TOML text. Raises `Refused`, naming ``name``, if it is not valid."""
    # The time and memory of the parser grow with the square of the depth.
    bare = _QUOTED.sub('""', text)
    if _DEEP.search(bare) or _nesting(bare) > _NESTING:
        raise Refused(f"{name} is not valid TOML: it has keys within keys to no end.")
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused(f"{name} is not valid TOML: {error}.") from error


def _nesting(bare: str) -> int:
    depth = deepest = 0
    for sign in re.findall(r"[\[\]{}]", bare):
        depth = depth + 1 if sign in "[{" else max(depth - 1, 0)
        deepest = max(deepest, depth)
    return deepest


def _read(source: BinaryIO, most: int, name: str) -> bytes:
    """Read everything; a pipe may return less per call than requested."""
    content = io.BytesIO()
    while chunk := source.read(min(_CHUNK, most + 1 - content.tell())):
        content.write(chunk)
        _require_size(content.tell(), most, name)
    return content.getvalue()


def _require_size(size: int, most: int, name: str) -> None:
    if size > most:
        raise Refused(f"{name} is larger than {most // 1000} kB: it is not read.")


def _require_lines(lines: int, longest: int, limits: LineLimits, name: str) -> None:
    if lines > limits.lines:
        raise Refused(f"{name} has more than {limits.lines:,} lines: it is not read.")
    if longest > limits.longest:
        raise Refused(f"{name} has a line of more than {limits.longest:,} bytes: it is not read.")
