"""The bytes of a file, the detection of their encoding, and repeated access to their text."""

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Refused
from studio_tui.domain.shared.text import clean_line

MAX_BYTES = 512 * 1024 * 1024
"""Maximum size of a file: three times what a million people need."""

_CHUNK = 1024 * 1024
_SAVE = "save it as “CSV UTF-8” and import that."
_WORKBOOK = {b"PK\x03\x04": "an Excel workbook", b"\xd0\xcf\x11\xe0": "an old Excel workbook"}
_OTHERS = {
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a compressed file (gzip): unpack it, and import what is in it",
    b"7z\xbc\xaf": "a compressed file (7z): unpack it, and import what is in it",
    b"Rar!": "a compressed file (RAR): unpack it, and import what is in it",
    b"{\\rt": "a text document (RTF)",
    b"SQLi": "a database (SQLite)",
}
_HTML = re.compile(r"<(!doctype html|html|head|body|table|meta|div)\b", re.IGNORECASE)
_XML = re.compile(r"<(\?xml|!--|[A-Za-z][\w:.-]*(\s[^<>]*)?>)")
_JSON = re.compile(r'\[\s*[\[{"]|\{\s*["}]')
_IN_WORKBOOK = (b"xl/", b"[Content_Types]", b"_rels/", b"docProps/")
_PEEK = 4096


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding with its common name and the name of its Python codec."""

    name: str
    codec: str
    guessed: bool = False
    """Whether other encodings are possible, which would yield other letters."""


UTF_8 = Encoding("UTF-8", "utf-8")
UTF_8_BOM = Encoding("UTF-8 with BOM", "utf-8-sig")
UTF_16_LE = Encoding("UTF-16 LE", "utf-16")
UTF_16_BE = Encoding("UTF-16 BE", "utf-16")
WINDOWS_1252 = Encoding("Windows-1252", "cp1252", guessed=True)
WINDOWS_1250 = Encoding("Windows-1250", "cp1250", guessed=True)
_MARKED = {
    codecs.BOM_UTF8: UTF_8_BOM,
    codecs.BOM_UTF16_LE: UTF_16_LE,
    codecs.BOM_UTF16_BE: UTF_16_BE,
}


_UNMARKED: dict[tuple[bool, ...], Encoding] = {
    (False, True, False, True): Encoding("UTF-16 LE", "utf-16-le"),
    (True, False, True, False): Encoding("UTF-16 BE", "utf-16-be"),
}


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file whose encoding was determined in a first pass."""

    binary: BinaryIO
    name: str
    size: int
    encoding: Encoding

    @contextmanager
    def text(self) -> Iterator[io.TextIOWrapper]:
        """Open the text from its first line, without newline translation."""
        self.binary.seek(0)
        wrapper = io.TextIOWrapper(self.binary, self.encoding.codec, newline="")
        try:
            yield wrapper
        finally:
            wrapper.detach()

    def share_read(self) -> float:
        """Return the fraction of the file that was read, 0 to 1."""
        return min(1.0, self.binary.tell() / self.size)


def source_file(
    source: bytes | BinaryIO, name: str = "", encoding: Encoding | None = None
) -> SourceFile:
    """Return ``source`` with its size and encoding; ``encoding`` overrides the detection.

    Raises `Refused` if the file is empty, too large or not text. ``name`` is its name in messages.
    """
    shown = clean_line(name) or "The file"
    binary = _seekable(source)
    size = binary.seek(0, io.SEEK_END)
    _check_size(size, shown)
    binary.seek(0)
    return SourceFile(binary, shown, size, _encoding_of(binary, shown, encoding))


def _seekable(source: bytes | BinaryIO) -> BinaryIO:
    if isinstance(source, bytes):
        return io.BytesIO(source)
    return source if source.seekable() else io.BytesIO(source.read(MAX_BYTES + 1))


def _check_size(size: int, name: str) -> None:
    if not size:
        raise Refused(f"{name} is empty.")
    if size > MAX_BYTES:
        raise Refused(
            f"{name} is larger than {MAX_BYTES // 1024 // 1024} MB, the most that one import "
            "reads: split it, or leave out the columns that the Studio does not use."
        )


def parse_encoding(text: str) -> Encoding:
    """Return the encoding that the user specified: ``windows-1250``, ``latin-2``.

    Raises `Refused`.
    """
    try:
        codec = codecs.lookup(text.strip())
        "a".encode(codec.name)
    except (LookupError, UnicodeError, ValueError):
        raise Refused(
            f"“{clean_line(text)}” is no encoding that is known: name it as utf-8, windows-1250, "
            "windows-1252, iso-8859-2, mac-roman or utf-16."
        ) from None
    name = "utf-8-sig" if codec.name == "utf-8" else codec.name
    return Encoding(clean_line(text), name)


def _encoding_of(binary: BinaryIO, name: str, told: Encoding | None) -> Encoding:
    _refuse_other_kinds(binary, name)
    if told is None:
        return _detect(binary, name)
    binary.seek(0)
    _must_decode(binary, told, name)
    return told


def _refuse_other_kinds(binary: BinaryIO, name: str) -> None:
    binary.seek(0)
    start = binary.read(_PEEK)
    binary.seek(0)
    mark = start[:4]
    if mark == b"PK\x03\x04" and not _is_workbook(start):
        raise Refused(f"{name} is a ZIP file, not a CSV: unpack it, and import what is in it.")
    if kind := _WORKBOOK.get(mark):
        raise Refused(f"{name} is {kind}, not a CSV: open it, {_SAVE}")
    if kind := next((kind for begin, kind in _OTHERS.items() if start.startswith(begin)), None):
        advice = "" if ":" in kind else ", not a CSV: export the list as “CSV UTF-8”"
        raise Refused(f"{name} is {kind}{advice}.")
    if kind := _markup(start):
        raise Refused(f"{name} is {kind}, whatever it is called: open it in a spreadsheet, {_SAVE}")


def _is_workbook(start: bytes) -> bool:
    """Return whether a ZIP file is a spreadsheet, judging by the name of its first part."""
    first = start[30:]
    if len(start) < 30 or first.startswith(_IN_WORKBOOK):
        return True
    return first.startswith(b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet")


def _markup(start: bytes) -> str:
    codec = next((one.codec for mark, one in _MARKED.items() if start.startswith(mark)), "latin-1")
    text = start.decode(codec, "ignore").removeprefix("\ufeff").lstrip()
    if _HTML.match(text):
        return "a web page (HTML)"
    if _XML.match(text) and not _is_address_list(text):
        return "a web page (HTML)" if "<html" in text.lower() else "XML"
    return "JSON" if _JSON.match(text) else ""


def _is_address_list(text: str) -> bool:
    return "@" in text.partition(">")[0]


def _detect(binary: BinaryIO, name: str) -> Encoding:
    start = binary.read(4)
    binary.seek(0)
    for mark, encoding in _MARKED.items():
        if start.startswith(mark):
            _must_decode(binary, encoding, name)
            return encoding
    if found := _unmarked(start):
        _must_decode(binary, found, name)
        return found
    broken = _first_undecodable(binary, UTF_8, name)
    if broken is None:
        return UTF_8
    if broken.after_accents:
        raise Refused(_damaged(name, UTF_8, broken))
    binary.seek(0)
    if _first_undecodable(binary, WINDOWS_1252, name):
        binary.seek(0)
        if not _first_undecodable(binary, WINDOWS_1250, name):
            return WINDOWS_1250
        binary.seek(0)
        _must_decode(binary, WINDOWS_1252, name)
    return WINDOWS_1252


def _unmarked(start: bytes) -> Encoding | None:
    """Return the variant of UTF-16 without a byte order mark, or None.

    It is recognised by the first two characters, which are ASCII.
    """
    return _UNMARKED.get(tuple(not byte for byte in start))


@dataclass(frozen=True, slots=True)
class _Broken:
    """The first undecodable line.

    ``after_accents`` tells whether non-ASCII text was decoded before it.
    """

    line: int
    after_accents: bool


def _must_decode(binary: BinaryIO, encoding: Encoding, name: str) -> None:
    if broken := _first_undecodable(binary, encoding, name):
        raise Refused(_damaged(name, encoding, broken))


def _damaged(name: str, encoding: Encoding, broken: _Broken) -> str:
    return (
        f"{name} is damaged: line {broken.line} is not {encoding.name} as the rest is; say which "
        f"encoding it has, as in --encoding windows-1250, or {_SAVE}"
    )


def _first_undecodable(binary: BinaryIO, encoding: Encoding, name: str) -> _Broken | None:
    """Decode the whole file; return the first undecodable line, or None.

    Raises `Refused` for NUL bytes.
    """
    decoder = codecs.getincrementaldecoder(encoding.codec)()
    line, accents = 1, False
    while True:
        chunk = binary.read(_CHUNK)
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            good = error.object[: error.start]
            _refuse_nul(
                "\0" if not encoding.codec.startswith("utf-16") and b"\0" in good else "",
                line,
                name,
            )
            return _Broken(line + good.count(b"\n"), accents or not good.isascii())
        if not chunk:
            return None
        _refuse_nul(text, line, name)
        line += text.count("\n")
        accents = accents or not text.isascii()


def _refuse_nul(text: str, line: int, name: str) -> None:
    place = text.find("\0")
    if place >= 0:
        raise Refused(
            f"{name} is not a text file: line {line + text.count(chr(10), 0, place)} holds NUL "
            f"bytes. If it is a spreadsheet, {_SAVE}"
        )
