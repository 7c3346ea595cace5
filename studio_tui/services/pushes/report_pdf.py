"""A report as PDF (S2); like a transcript, it requires the optional dependency ``pdf``."""

from datetime import datetime

from studio_tui.domain.pushes.report import COLOURS, PushReport, ReportRow, ReportSection
from studio_tui.services.conversations.pdf import Drawing, on_paper

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

    def draw(drawing: Drawing) -> None:
        drawing.begin(of.title, of.facts)
        _legend(drawing, of)
        for section in of.sections:
            _section(drawing, section)

    return on_paper(of.title, at, draw)


def _legend(drawing: Drawing, of: PushReport) -> None:
    paper = drawing.paper
    paper.ln(3)
    paper.set_font("text", "", _SMALL)
    for name, colour in zip(of.legend, COLOURS, strict=True):
        _box(drawing, colour, 4)
        paper.cell(paper.get_string_width(name) + 6, _HEIGHT, name)
    paper.ln(_HEIGHT)


def _section(drawing: Drawing, section: ReportSection) -> None:
    drawing.write(section.heading, _HEADING, bold=True, above=5)
    if section.note:
        drawing.write(section.note, _SMALL)
    # The first column is the widest, because it holds names.
    width = drawing.paper.epw * (1 - _BAR)
    first = width * 0.4
    rest = (width - first) / max(len(section.columns) - 1, 1)
    widths = [first, *[rest] * (len(section.columns) - 1)]
    _cells(drawing, section.columns, widths, bold=True)
    drawing.paper.ln(_HEIGHT)
    for line in section.lines:
        _cells(drawing, line.cells, widths)
        _bar(drawing, line)
        drawing.paper.ln(_HEIGHT)


def _cells(
    drawing: Drawing, cells: tuple[str, ...], widths: list[float], *, bold: bool = False
) -> None:
    paper = drawing.paper
    paper.set_font("text", "B" if bold else "", _NORMAL)
    for cell, width in zip(cells, widths, strict=True):
        paper.cell(width, _HEIGHT, _fitted(drawing, drawing.drawable(cell), width))


def _fitted(drawing: Drawing, text: str, width: float) -> str:
    """Return ``text`` cut to ``width`` millimetres, with an ellipsis if it was too long."""
    measured = drawing.paper.get_string_width
    if measured(text) <= width - 2:
        return text
    while text and measured(f"{text}…") > width - 2:
        text = text[: -max(len(text) // 10, 1)]
    return f"{text}…"


def _bar(drawing: Drawing, line: ReportRow) -> None:
    whole = drawing.paper.epw * _BAR
    for number, colour in zip(line.parts, COLOURS, strict=True):
        if number:
            _box(drawing, colour, whole * number / max(line.whole, 1))


def _box(drawing: Drawing, colour: str, width: float) -> None:
    paper = drawing.paper
    paper.set_fill_color(*bytes.fromhex(colour.removeprefix("#")))
    paper.rect(paper.get_x(), paper.get_y() + 1, width, _HEIGHT - 2, style="F")
    paper.set_x(paper.get_x() + width)
