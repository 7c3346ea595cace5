"""A report as PDF (S2); like a transcript, it requires the optional dependency ``pdf``."""

from datetime import datetime

from studio_tui.domain.pushes.report import COLOURS, PushReport, ReportRow, ReportSection
from studio_tui.services.conversations.pdf import PdfWriter, pdf_document

_HEADING, _NORMAL, _SMALL = 13, 9, 8
"""Font sizes in points."""
_HEIGHT = 5
"""Height of a line, in millimetres."""
_BAR = 0.34
"""Share of the page width that a bar takes."""


def pdf(of: PushReport, at: datetime) -> bytes:
    """Return the content of a PDF file; see `conversations.pdf.require_extra`.

    ``at`` is the time of creation.
    """

    def draw(writer: PdfWriter) -> None:
        writer.begin(of.title, of.facts)
        _legend(writer, of)
        for section in of.sections:
            _section(writer, section)

    return pdf_document(of.title, at, draw)


def _legend(writer: PdfWriter, of: PushReport) -> None:
    paper = writer.paper
    paper.ln(3)
    paper.set_font("text", "", _SMALL)
    for name, colour in zip(of.legend, COLOURS, strict=True):
        _box(writer, colour, 4)
        paper.cell(paper.get_string_width(name) + 6, _HEIGHT, name)
    paper.ln(_HEIGHT)


def _section(writer: PdfWriter, section: ReportSection) -> None:
    writer.write(section.heading, _HEADING, bold=True, above=5)
    if section.note:
        writer.write(section.note, _SMALL)
    # The first column is the widest, because it holds names.
    width = writer.paper.epw * (1 - _BAR)
    first = width * 0.4
    rest = (width - first) / max(len(section.columns) - 1, 1)
    widths = [first, *[rest] * (len(section.columns) - 1)]
    _cells(writer, section.columns, widths, bold=True)
    writer.paper.ln(_HEIGHT)
    for line in section.lines:
        _cells(writer, line.cells, widths)
        _bar(writer, line)
        writer.paper.ln(_HEIGHT)


def _cells(
    writer: PdfWriter, cells: tuple[str, ...], widths: list[float], *, bold: bool = False
) -> None:
    paper = writer.paper
    paper.set_font("text", "B" if bold else "", _NORMAL)
    for cell, width in zip(cells, widths, strict=True):
        paper.cell(width, _HEIGHT, _fitted(writer, writer.printable(cell), width))


def _fitted(writer: PdfWriter, text: str, width: float) -> str:
    """Return ``text`` cut to ``width`` millimetres, with an ellipsis if it was too long."""
    measured = writer.paper.get_string_width
    if measured(text) <= width - 2:
        return text
    while text and measured(f"{text}…") > width - 2:
        text = text[: -max(len(text) // 10, 1)]
    return f"{text}…"


def _bar(writer: PdfWriter, line: ReportRow) -> None:
    whole = writer.paper.epw * _BAR
    for number, colour in zip(line.parts, COLOURS, strict=True):
        if number:
            _box(writer, colour, whole * number / max(line.whole, 1))


def _box(writer: PdfWriter, colour: str, width: float) -> None:
    paper = writer.paper
    paper.set_fill_color(*bytes.fromhex(colour.removeprefix("#")))
    paper.rect(paper.get_x(), paper.get_y() + 1, width, _HEIGHT - 2, style="F")
    paper.set_x(paper.get_x() + width)
