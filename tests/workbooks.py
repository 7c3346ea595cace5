"""Small workbooks for tests, built part by part, including ones that no office program writes.

`Sheet` takes rows of Python values. A `Raw` value is the XML of a whole cell.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
)
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><cellXfs count="2"><xf numFmtId="0"/>'
    '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
)
DAY_ZERO = date(1899, 12, 30)


class Raw(str):
    """The XML of a cell, with ``{ref}`` in place of its reference."""


@dataclass
class Sheet:
    """A sheet of a workbook."""

    name: str
    rows: Sequence[Sequence[object]]
    hidden: bool = False
    merged: Sequence[str] = field(default_factory=tuple)
    """Ranges of merged cells, such as ``A1:A3``."""


def xlsx(*sheets: Sheet, day_zero: date = DAY_ZERO, more: Iterable[tuple[str, str]] = ()) -> bytes:
    """Return an Excel workbook; ``more`` adds or replaces parts by name."""
    numbered = list(enumerate(sheets, 1))
    entries = "".join(
        f'<sheet name="{escape(sheet.name)}" sheetId="{n}" r:id="rId{n}"'
        f"{' state=' + chr(34) + 'hidden' + chr(34) if sheet.hidden else ''}/>"
        for n, sheet in numbered
    )
    properties = '<workbookPr date1904="1"/>' if day_zero.year == 1904 else ""
    targets = "".join(
        f'<Relationship Id="rId{n}" Type="{_RELATIONS}/worksheet" '
        f'Target="worksheets/sheet{n}.xml"/>'
        for n, _ in numbered
    )
    styles = f'<Relationship Id="rId99" Type="{_RELATIONS}/styles" Target="styles.xml"/>'
    office = (
        f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
    )
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}">{office}</Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">{properties}'
        f"<sheets>{entries}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{targets}{styles}'
        "</Relationships>",
        "xl/styles.xml": _STYLES,
        **{f"xl/worksheets/sheet{n}.xml": _sheet(sheet, day_zero) for n, sheet in numbered},
        **dict(more),
    }
    return zipped(parts)


def zipped(parts: dict[str, str]) -> bytes:
    """Return a ZIP file of these parts."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return packed.getvalue()


def _sheet(sheet: Sheet, day_zero: date) -> str:
    rows = "".join(
        f'<row r="{number}">{"".join(_cells(row, number, day_zero))}</row>'
        for number, row in enumerate(sheet.rows, 1)
    )
    merged = "".join(f'<mergeCell ref="{each}"/>' for each in sheet.merged)
    merges = f"<mergeCells>{merged}</mergeCells>" if merged else ""
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData>{merges}</worksheet>'


def _cells(row: Sequence[object], number: int, day_zero: date) -> Iterable[str]:
    for column, value in enumerate(row):
        ref = f"{chr(65 + column)}{number}"
        match value:
            case None:
                continue
            case Raw():
                yield value.replace("{ref}", ref)
            case bool():
                yield f'<c r="{ref}" t="b"><v>{int(value)}</v></c>'
            case int() | float():
                yield f'<c r="{ref}"><v>{value}</v></c>'
            case date():
                yield f'<c r="{ref}" s="1"><v>{(value - day_zero).days}</v></c>'
            case _:
                text = escape(str(value))
                yield f'<c r="{ref}" t="inlineStr"><is><t>{text}</t></is></c>'


def ods(name: str, body: str) -> bytes:
    """Return an OpenDocument workbook with one sheet of this XML, with LibreOffice's prefixes."""
    namespace = "urn:oasis:names:tc:opendocument:xmlns"
    spaces = " ".join(
        f'xmlns:{each}="{namespace}:{each}:1.0"' for each in ("office", "table", "text", "calcext")
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": f'<m:manifest xmlns:m="{namespace}:manifest:1.0"/>',
            "content.xml": f"<office:document-content {spaces}><office:body><office:spreadsheet>"
            f'<table:table table:name="{name}">{body}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        }
    )
