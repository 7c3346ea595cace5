"""Export of transcripts as PDF (C3), with the extra ``pdf`` and the fonts that it contains.

The fonts cover Latin, Greek, Cyrillic, Hebrew, Arabic, Devanagari, Thai and Georgian, and many
symbols. A character that no font has is replaced by its code point, such as ``[U+5C71]``, and a
note at the end reports these replacements: no text is lost silently.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from io import BytesIO
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from studio_tui.config.bounded_input import FONT_BYTES, read_file
from studio_tui.domain.conversations.transcript import AnsweredQuestion, Transcript
from studio_tui.domain.shared.errors import Refused

if TYPE_CHECKING:
    from fpdf import FPDF

_EXTRA = ("fpdf", "pymupdf_fonts", "uharfbuzz")
_FACE = "text"
_FONTS = (("", "figo"), ("B", "figbo"))
"""FiraGO, regular and bold."""
_SYMBOLS = ("symbol1", "symbol2")
_MARGIN = 20
"""In millimetres."""
_SMALL, _NORMAL, _HEADING, _TITLE = 8, 10.5, 13, 18
"""Font sizes in points."""
_MILLIMETRES = 0.5
"""Line height in millimetres per point of font size."""
_INDENT = 5
_INVISIBLE = {"Cf", "Cc"}
_SHAPED = re.compile("[\u0300-\u036f\u0590-\u1dff\u200b-\u200f]")
"""Characters that need text shaping or run right to left. Shaping is slow and used only for
these."""
_VARIATIONS = range(0xFE00, 0xFE10)
_WITHOUT_WIDTH = {"Mn", "Me", *_INVISIBLE}
_MOST_MARKS = 16
"""Maximum number of zero-width characters that are drawn over each other: more than any script
needs. A longer run would take quadratic time, because the line is measured again for each of
them."""


def require_extra(fonts: Sequence[Path] = ()) -> None:
    """Raise `Refused` if the PDF library is not installed, or a font is missing or invalid."""
    try:
        for module in _EXTRA:
            import_module(module)
    except ImportError as error:
        raise Refused(
            "PDF needs an extra: install it with pip install 'studio-tui[pdf]'. Markdown needs "
            "nothing."
        ) from error
    for path in fonts:
        _require_font(path)


def pdf(of: Transcript, at: datetime, fonts: Sequence[Path] = ()) -> bytes:
    """Return the content of a PDF file of a transcript, dated ``at``. See `require_extra`."""
    return pdf_document(of.title, at, lambda writer: writer.draw(of), fonts)


def pdf_document(
    title: str, at: datetime, draw: Callable[["PdfWriter"], None], fonts: Sequence[Path] = ()
) -> bytes:
    """Return the content of a PDF file, dated ``at``; ``draw`` fills its pages."""
    with _own_fonts() as own:
        paper = _paper(title, at)
        for style, name in _FONTS:
            paper.add_font(_FACE, style, own[name])
        fallback = [*(own[name] for name in _SYMBOLS), *fonts]
        for number, path in enumerate(fallback):
            paper.add_font(f"more{number}", "", path)
        paper.set_fallback_fonts([f"more{n}" for n in range(len(fallback))], exact_match=False)
        paper.add_page()
        writer = PdfWriter(paper)
        draw(writer)
        writer.end()
        return bytes(paper.output())


def _require_font(path: Path) -> None:
    from fontTools.ttLib import TTFont

    if path.suffix.lower() not in (".ttf", ".otf") or not path.is_file():
        raise Refused(f"{path} is no font: name a file that ends in .ttf or .otf.")
    try:
        known = TTFont(BytesIO(read_file(path, FONT_BYTES))).getBestCmap()
    except Refused:
        raise
    except Exception as error:  # any error in a foreign file
        raise Refused(f"{path} cannot be used as a font: {error}.") from error
    if not known:
        raise Refused(f"{path} cannot be used as a font: it does not say what signs it has.")


@contextmanager
def _own_fonts() -> Iterator[dict[str, Path]]:
    """Write the fonts of the extra to temporary files, because fpdf loads fonts from files."""
    from pymupdf_fonts import myfont

    with TemporaryDirectory(prefix="studio-tui-fonts-") as folder:
        found = {}
        for name in (*(name for _, name in _FONTS), *_SYMBOLS):
            content = bytes(myfont(name))
            suffix = "otf" if content.startswith(b"OTTO") else "ttf"
            found[name] = Path(folder) / f"{name}.{suffix}"
            found[name].write_bytes(content)
        yield found


def _paper(title: str, at: datetime) -> "FPDF":
    from fpdf import FPDF

    class Paper(FPDF):
        """An A4 document with page numbers at the foot."""

        def footer(self) -> None:
            """Write the page number at the foot of a page."""
            self.set_y(-15)
            self.set_font(_FACE, "", _SMALL)
            self.cell(0, 8, str(self.page_no()), align="R")

    paper = Paper(format="A4")
    # The default alias of the number of pages may occur in the text.
    paper.alias_nb_pages("\ufffe")
    paper.set_margin(_MARGIN)
    paper.set_auto_page_break(True, _MARGIN)
    paper.set_creation_date(at)
    paper.set_lang("en")
    paper.set_title(title)
    paper.set_creator("Studio TUI")
    return paper


class PdfWriter:
    """Writes text onto pages, from top to bottom."""

    def __init__(self, paper: "FPDF") -> None:
        self.paper = paper
        self._known = {sign for font in paper.fonts.values() for sign in font.cmap}  # type: ignore[union-attr] # no core font is used
        self._missing = 0

    def draw(self, of: Transcript) -> None:
        """Write a whole transcript."""
        self.begin(of.title, of.facts)
        for section in of.sections:
            self.write(section.heading, _HEADING, bold=True, above=5)
            for answered in section.answered:
                self._answered(answered)

    def begin(self, title: str, facts: Iterable[tuple[str, str]]) -> None:
        """Write a title and the facts below it."""
        self.write(title, _TITLE, bold=True)
        for name, value in facts:
            self.write(f"{name}: {value}", _NORMAL)

    def end(self) -> None:
        """Write a note about characters that could not be drawn."""
        if self._missing:
            self.write(
                f"{self._missing} signs are given by their number, such as [U+5C71]: no font of "
                "this paper has them. The export as Markdown has all of them.",
                _SMALL,
                above=6,
            )

    def _answered(self, answered: AnsweredQuestion) -> None:
        if answered.question:
            self.write(answered.question, _NORMAL, bold=True, above=2)
        for told in answered.told:
            self.write(told.whose, _SMALL, above=1)
            self.write(told.text, _NORMAL, indent=_INDENT)
        if not answered.told:
            self.write("Nothing was written.", _SMALL)

    def write(
        self, text: str, size: float, *, bold: bool = False, above: float = 0, indent: float = 0
    ) -> None:
        """Write lines of ``size`` points, ``above`` millimetres below the previous text."""
        paper = self.paper
        paper.set_font(_FACE, "B" if bold else "", size)
        paper.set_y(paper.get_y() + above)
        paper.set_left_margin(_MARGIN + indent)
        paper.set_x(_MARGIN + indent)
        for line in self.printable(text).split("\n"):
            paper.set_text_shaping(_SHAPED.search(line) is not None)
            paper.multi_cell(0, size * _MILLIMETRES, line, align="L", new_x="LMARGIN", new_y="NEXT")
        paper.set_left_margin(_MARGIN)

    def printable(self, text: str) -> str:
        """Return ``text`` with the characters that no font has replaced by their code points."""
        return "".join(map(self._sign, _with_few_marks(text.expandtabs(4))))

    def _sign(self, sign: str) -> str:
        if sign == "\n" or ord(sign) in self._known:
            return sign
        if unicodedata.category(sign) in _INVISIBLE or ord(sign) in _VARIATIONS:
            return ""
        self._missing += 1
        return f"[U+{ord(sign):04X}]"


def _with_few_marks(text: str) -> str:
    """Return ``text`` with at most `_MOST_MARKS` marks in a row, and the number of those cut."""
    if text.isascii():
        return text
    return "".join(_each_run(text))


def _each_run(text: str) -> Iterator[str]:
    for marks, run in groupby(text, _is_mark):
        signs = "".join(run)
        yield signs[:_MOST_MARKS] if marks else signs
        if marks and len(signs) > _MOST_MARKS:
            yield f"[{len(signs) - _MOST_MARKS:,} more marks]"


def _is_mark(sign: str) -> bool:
    return sign != "\n" and unicodedata.category(sign) in _WITHOUT_WIDTH
