"""Reading what others hand over: a limit on every size of it, and a refusal in words beyond it.

Input may be endless (``yes |``), one line without an end, or nested without a bottom. Whatever the
program reads from outside is read here, or for an import of users by `services.people.hr_files`:
the CSV reader has limits of its own.
"""

import io
import re
import stat
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

from studio_tui.domain.shared.errors import Refused, Unavailable

TEXT_BYTES = 1_000_000
"""Largest text that is read: far more than anybody writes by hand."""
FONT_BYTES = 64_000_000
"""Largest font that is read: those of all Chinese signs have about twenty."""
_CHUNK = 1_000_000
_DEPTH = 8
"""Keys within keys of TOML: the Studio reads three."""
_NESTING = 64
"""Lists within lists of TOML."""
_QUOTED = re.compile(
    r'"""(?:\\.|[^"\\]|"(?!""))*+(?:"""|\\?\Z)'
    r"|'''(?:[^']|'(?!''))*+(?:'''|\Z)"
    r'|"(?:\\.|[^"\\\n])*+"?'
    r"|'[^'\n]*+'?|#[^\n]*+",
    re.DOTALL,
)
"""What of TOML is text or remark, and so no key; also where it has no end, so that each character
is looked at once."""
_KEY = r'(?:[A-Za-z0-9_-]++|"")'
_DEEP = re.compile(rf"(?<![A-Za-z0-9_-]){_KEY}(?:[ \t]*+\.[ \t]*+{_KEY}){{{_DEPTH},}}+")


@dataclass(frozen=True, slots=True)
class LineLimits:
    """How large a list with one entry on a line may be."""

    lines: int
    longest: int
    """Bytes of one line."""
    most: int
    """Bytes of all."""


def read_file(path: Path, most: int, name: str = "") -> bytes:
    """All of a file; messages call it ``name``, or else by its path.

    Raises `Refused` for more than ``most`` bytes or what is no file, OSError where it cannot be
    read.
    """
    name = name or str(path)
    with path.open("rb") as file:
        return _read(file, most, name)


def read_own_text(path: Path) -> str:
    """The text of a file that belongs to the set-up, a byte order mark taken off.

    Raises `Refused` where it is no file, too large or not UTF-8, OSError where it cannot be read.
    """
    # A pipe that nobody writes into would keep us waiting for ever.
    if stat.S_ISFIFO(path.stat().st_mode):
        raise Refused(f"{path} is a pipe: a file is needed.")
    return text_of(read_file(path, TEXT_BYTES), str(path))


def read_input(most: int) -> bytes:
    """All of the standard input.

    Raises `Refused` for more than ``most`` bytes, `Unavailable` where there is none.
    """
    try:
        return _read(standard_input(), most, "The input")
    except OSError as error:
        raise Unavailable(f"The input cannot be read: {error.strerror}.") from error


@contextmanager
def kept(source: BinaryIO, limits: LineLimits, name: str) -> Iterator[BinaryIO]:
    """All that comes from ``source`` in a file without a name: no memory is needed for it.

    Raises `Refused` for what is beyond ``limits``, `Unavailable` where it cannot be read or kept.
    """
    with TemporaryFile() as file:
        size = lines = longest = 0
        try:
            while chunk := source.read(_CHUNK):
                size += len(chunk)
                lines += chunk.count(b"\n")
                # Of lines that are whole none is longer than a chunk.
                longest = len(chunk) - chunk.rfind(b"\n") - 1 + longest * (b"\n" not in chunk)
                _require_size(size, limits.most, name)
                _require_lines(lines, longest, limits, name)
                file.write(chunk)
            file.seek(0)
        except OSError as error:
            raise Unavailable(f"{name} cannot be read: {error.strerror}.") from error
        yield cast(BinaryIO, file)


def standard_input() -> BinaryIO:
    """The bytes of the standard input; raises `Unavailable` where whoever started us closed it."""
    # The stubs know nothing of a process that was started without one.
    found: Any = sys.stdin
    if found is None:
        raise Unavailable("There is no input: it is closed.")
    buffer: BinaryIO = found.buffer
    return buffer


def lines_of(source: BinaryIO, limits: LineLimits, name: str) -> Iterator[str]:
    """The lines of a text as they come, without their ends and a byte order mark.

    Raises `Refused`, with the number of the line, for one that is too long, for too many of them,
    too much of them, and for what is not UTF-8.
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


def text_of(content: bytes, name: str) -> str:
    """The text of a file that was read; raises `Refused` naming ``name`` where it is none."""
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise Refused(
            f"{name} cannot be read: it is not UTF-8 text, from byte {error.start} on. "
            "Save it as UTF-8."
        ) from error


def toml_of(text: str, name: str) -> dict[str, Any]:
    """The table that a TOML text is; raises `Refused` naming ``name`` where it is none."""
    # The parser takes time and memory by the square of the depth.
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
    """All that comes; a pipe hands over less at a time than it is asked for."""
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
