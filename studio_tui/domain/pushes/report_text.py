"""Push reports as Markdown and as HTML, with all user input escaped (A5)."""

from collections.abc import Iterator
from html import escape

from studio_tui.domain.conversations.transcript_markdown import escape_line
from studio_tui.domain.pushes.report import COLOURS, SIGNS, PushReport, ReportRow, ReportSection
from studio_tui.domain.shared.bars import bar

_WIDTH = 24
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #222; margin: 2em auto; padding: 0 1em;
  max-width: 60em; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 0.2em 0.8em 0.2em 0; vertical-align: middle; }
td.bar { width: 40%; }
.whole { display: flex; height: 1.2em; }
.whole span { display: block; overflow: hidden; font-size: 0.75em; text-align: center; }
.key { display: inline-block; width: 1em; height: 1em; margin: 0 0.3em 0 1em; }
@media print { body { margin: 0; } }
"""


def markdown(of: PushReport) -> str:
    """Return the report as a Markdown file."""
    return "\n".join(_markdown(of)) + "\n"


def html(of: PushReport) -> str:
    """Return the report as a self-contained HTML file."""
    return "\n".join(_html(of)) + "\n"


def _markdown(of: PushReport) -> Iterator[str]:
    yield f"# {escape_line(of.title)}"
    yield ""
    for name, value in of.facts:
        yield f"- {name}: {escape_line(value)}"
    yield ""
    yield ", ".join(f"{sign} {name}" for name, sign in zip(of.legend, SIGNS, strict=True))
    for section in of.sections:
        yield ""
        yield f"## {section.heading}"
        yield ""
        if section.note:
            yield escape_line(section.note)
            yield ""
        yield _row((*section.columns, ""))
        yield _row(("---",) * (len(section.columns) + 1))
        for line in section.lines:
            yield _row((*map(escape_line, line.cells), f"`{_text_bar(line)}`"))


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _text_bar(line: ReportRow) -> str:
    rest = max(line.whole - sum(line.parts), 0)
    return bar((*line.parts, rest), f"{SIGNS} ", _WIDTH)


def _html(of: PushReport) -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield f"<title>{escape(of.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>"
    yield f"<h1>{escape(of.title)}</h1>\n<ul>"
    for name, value in of.facts:
        yield f"<li>{escape(name)}: {escape(value)}</li>"
    yield "</ul>\n<p>"
    for name, colour in zip(of.legend, COLOURS, strict=True):
        yield f'<span class="key" style="background: {colour}"></span>{escape(name)}'
    yield "</p>"
    for section in of.sections:
        yield from _html_section(section)
    yield "</body>\n</html>"


def _html_section(section: ReportSection) -> Iterator[str]:
    yield f"<h2>{escape(section.heading)}</h2>"
    if section.note:
        yield f"<p>{escape(section.note)}</p>"
    heads = "".join(f"<th>{escape(column)}</th>" for column in section.columns)
    yield f"<table>\n<tr>{heads}<th></th></tr>"
    for line in section.lines:
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in line.cells)
        yield f'<tr>{cells}<td class="bar">{_html_bar(line)}</td></tr>'
    yield "</table>"


def _html_bar(line: ReportRow) -> str:
    parts = "".join(
        f'<span style="width: {number * 100 / max(line.whole, 1):.2f}%; background: {colour}">'
        f"{number}</span>"
        for number, colour in zip(line.parts, COLOURS, strict=True)
        if number
    )
    return f'<div class="whole">{parts}</div>'
