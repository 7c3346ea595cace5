"""Reading workbooks like CSV files (U9)."""

import io
import sys
import zipfile
from datetime import date
from pathlib import Path

import pytest

from studio_tui.domain.people.hr_file import FileHints, HrFile, Record
from studio_tui.domain.shared.errors import Refused, Unavailable
from studio_tui.services.people import workbook_parts
from studio_tui.services.people.hr_files import headings_in, read
from tests.workbooks import Raw, Sheet, ods, xlsx, zipped

FILES = Path(__file__).parents[2] / "files" / "workbooks"
HEAD = ("Employee Number", "Email", "First name", "Last name", "Start date", "Manager", "Status")
DAY = date(2020, 3, 31)


def ann(**other: object) -> tuple[object, ...]:
    """Return a row of the sheet, with the given cells replaced."""
    row = dict(
        zip(HEAD, (412, "ann@example.org", "Ann", "Peeters", DAY, "", "Active"), strict=True)
    )
    return tuple(
        {**row, **{name.replace("_", " "): value for name, value in other.items()}}.values()
    )


def people(*rows: tuple[object, ...], name: str = "People", **other: object) -> Sheet:
    return Sheet(name, [HEAD, *rows], **other)  # type: ignore[arg-type]


def only(file: HrFile) -> Record:
    assert file.refusals == ()
    [record] = file.records
    return record


def refused(data: bytes, name: str = "hr.xlsx", sheet: str = "") -> str:
    with pytest.raises(Refused) as caught:
        read(data, name=name, form=FileHints(sheet=sheet))
    return caught.value.message


def test_a_sheet_is_read_like_a_csv() -> None:
    file = read(xlsx(people(ann())), name="hr.xlsx")
    record = only(file)
    assert (record.employee_number, record.hired_on, record.active) == ("412", DAY, True)
    assert (file.sheet, file.encoding, file.delimiter) == ("People", "XLSX", "")


@pytest.mark.parametrize("day_zero", [date(1899, 12, 30), date(1904, 1, 1)])
@pytest.mark.parametrize("written", [DAY, "number", "2020-03-31"])
def test_dates_are_read_by_the_epoch_of_the_workbook(day_zero: date, written: object) -> None:
    cell = (DAY - day_zero).days if written == "number" else written
    record = only(read(xlsx(people(ann(Start_date=cell)), day_zero=day_zero)))
    assert record.hired_on == DAY


@pytest.mark.parametrize(
    ("cell", "number"),
    [(412, "412"), (412.0, "412"), ("00412", "00412"), ("412.0", "412.0"), ("A-7", "A-7")],
)
def test_numbers_are_read_as_displayed(cell: object, number: str) -> None:
    assert only(read(xlsx(people(ann(Employee_Number=cell))))).employee_number == number


def test_the_cached_values_of_formulas_are_read() -> None:
    cell = Raw('<c r="{ref}" t="str"><f>LOWER("ANN@EXAMPLE.ORG")</f><v>ann@example.org</v></c>')
    empty = Raw('<c r="{ref}" t="str"><f>IF(A1,"","")</f><v></v></c>')
    assert only(read(xlsx(people(ann(Email=cell, Manager=empty))))).email == "ann@example.org"
    nobody = Raw('<c r="{ref}"><f>LOWER("ANN@EXAMPLE.ORG")</f><v/></c>')
    assert "cell B2 holds a formula that nobody has calculated" in refused(
        xlsx(people(ann(Email=nobody)))
    )


def test_an_error_cell_is_read_as_in_a_csv() -> None:
    def error(words: str) -> Raw:
        return Raw(f'<c r="{{ref}}" t="e"><f>X</f><v>{words}</v></c>')

    head = ("Email", "Name", "Department", "Manager")
    row = ("ann@example.org", "Ann Peeters", "#NAME?", "#N/A")
    text = "\n".join(map(",".join, (head, row))).encode()
    book = xlsx(Sheet("People", [head, (*row[:2], *map(error, row[2:]))]))
    assert only(read(book)) == only(read(text))
    # LibreOffice stores the error as text next to an empty value.
    broken = (
        '<table:table-cell office:value-type="string" office:string-value="" '
        'calcext:value-type="error"><text:p>{}</text:p></table:table-cell>'
    )
    plain = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    cells = [
        "".join((broken if cell[0] == "#" else plain).format(cell) for cell in line)
        for line in (head, row)
    ]
    body = "".join(f"<table:table-row>{line}</table:table-row>" for line in cells)
    assert only(read(ods("People", body))) == only(read(text))


def test_titles_and_merged_headings_above_the_table_are_skipped() -> None:
    sheet = Sheet(
        "People",
        [
            ("Headcount of March",),
            (),
            ("Employee Number", "Person", None, None, "Job", None, None),
            (None, *HEAD[1:]),
            ann(),
            ann(Employee_Number=413, Email="bob@example.org", Manager=None),
        ],
        merged=("A1:G1", "A3:A4", "B3:D3", "E3:G3", "G5:G6"),
    )
    file = read(xlsx(sheet))
    assert [(each.line, each.employee_number) for each in file.records] == [(5, "412"), (6, "413")]


def test_a_merged_cell_applies_to_every_row_with_people() -> None:
    rows = [ann(Manager="bob@example.org"), ann(Email="cas@example.org", Manager=None)]
    sheet = people(*rows, (None,) * 7, merged=("F2:F900",))
    assert [each.manager for each in read(xlsx(sheet)).records] == ["bob@example.org"] * 2


def test_the_first_visible_sheet_with_people_is_read() -> None:
    book = xlsx(
        Sheet("Read me", [("From HR",), ("Email us with questions",)]),
        people(ann(First_name="Hidden"), name="Last year", hidden=True),
        people(ann()),
        people(ann(First_name="Later"), name="Next"),
    )
    assert read(book).sheet == "People"
    assert only(read(book, form=FileHints(sheet="last YEAR"))).given_name == "Hidden"
    said = refused(book, sheet="Peple")
    assert said == (
        "hr.xlsx has no sheet “Peple”. Did you mean “People”? It has “Read me”, “Last year”, "
        "“People”, “Next”."
    )


def test_columns_of_a_sheet_can_be_mapped(tmp_path: Path) -> None:
    book = xlsx(
        Sheet("Read me", [("x",)]),
        Sheet("Data", [("Wer", "Wo"), ("Ann Peeters", "ann@example.org")]),
    )
    file = read(book, {"Wer": "name", "Wo": "email"})
    assert (file.sheet, only(file).name) == ("Data", "Ann Peeters")
    path = tmp_path / "hr.xlsx"
    path.write_bytes(book)
    assert headings_in(path, FileHints(sheet="Data")) == ("Wer", "Wo")


def test_refusals_name_the_sheet_and_the_row() -> None:
    file = read(xlsx(people((), ann(Email="no address"))), name="hr.xlsx")
    assert [each.line for each in file.refusals] == [3]
    said = refused(xlsx(Sheet("Data", [("Email", "Phone"), ("a@example.org", 1)])))
    assert said.startswith("hr.xlsx, sheet “Data”: ")


def test_xls_and_opendocument_workbooks_are_read() -> None:
    record = only(read((FILES / "people.xls").read_bytes()))
    assert (record.employee_number, record.email, record.hired_on) == (
        "412",
        "ann@example.org",
        DAY,
    )

    def texts(*words: str) -> str:
        cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
        return "".join(map(cell.format, words))

    row = (
        '<table:table-cell office:value-type="float" office:value="412"><text:p>00412</text:p>'
        f"</table:table-cell>{texts('ann@example.org', 'Ann', 'Peeters')}"
        '<table:table-cell office:value-type="date" office:date-value="2020-03-31">'
        "<text:p>31/03/20</text:p></table:table-cell>"
    )
    cells = texts(*HEAD[:5])
    rest = (
        '<table:table-row table:number-rows-repeated="1048574"><table:table-cell '
        'table:number-columns-repeated="16384"/></table:table-row>'
    )
    body = (
        f"<table:table-row>{cells}</table:table-row><table:table-row>{row}</table:table-row>{rest}"
    )
    file = read(ods("Leute", body))
    assert (file.sheet, file.encoding) == ("Leute", "ODS")
    assert (only(file).employee_number, only(file).hired_on) == ("412", DAY)


PAGE = (
    "<html><head><meta charset='{charset}'></head><body><table><tr><td>Menu</td></tr></table>"
    "<table><tr><td colspan=3>Report</td></tr><tr><th>Email<th>First name<th>Last name</tr>"
    "<tr><td>ann@example.org<td>Zoë<td>O&#39;Brien &lt;HR&gt;</tr></table></body></html>"
)


@pytest.mark.parametrize("charset", ["utf-8", "windows-1252", "utf-16"])
def test_an_html_page_named_as_a_workbook_is_read(charset: str) -> None:
    file = read(PAGE.format(charset=charset).encode(charset), name="export.xls")
    record = only(file)
    assert (record.line, record.name) == (3, "Zoë O'Brien <HR>")
    assert (file.sheet, file.encoding) == ("table 2", "HTML")


def test_an_html_page_without_people_or_named_csv_is_refused_as_html() -> None:
    assert "is a web page (HTML)" in refused(b"<html><table><tr><td>1</table>", "export.xls")
    assert "is a web page (HTML)" in refused(PAGE.format(charset="utf-8").encode(), "export.csv")


def test_text_named_as_a_workbook_is_read_as_text() -> None:
    file = read(b"email;name\nann@example.org;Ann Peeters\n", name="export.xlsx")
    assert (file.sheet, file.delimiter, only(file).name) == ("", ";", "Ann Peeters")
    assert refused(b"email\n", sheet="People") == "hr.xlsx is no workbook: it has no sheets."


UNREADABLE = {
    "locked": ((FILES / "locked.xlsx").read_bytes(), "is protected by a password"),
    "empty": (xlsx(Sheet("Empty", [])), "is empty: no sheet of it has anything in it."),
    "hidden": (
        xlsx(Sheet("A", []), people(ann(), hidden=True)),
        "beside what is hidden (“People”)",
    ),
    "cut off": (xlsx(people(ann()))[:-200], "is an Excel workbook, not a CSV"),
    "no sheets": (zipped({"xl/workbook.xml": "<x/>"}), "an Excel workbook that cannot be read"),
    "no XML": (
        zipped({"xl/workbook.xml": "<", "xl/_rels/workbook.xml.rels": "<a/>"}),
        "an Excel workbook that cannot be read",
    ),
    "binary": (zipped({"xl/workbook.bin": ""}), "is a binary workbook (.xlsb): save it as .xlsx"),
    "old": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "workbook that cannot be read"),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_an_unreadable_workbook_is_refused_with_the_reason(what: str) -> None:
    data, said = UNREADABLE[what]
    assert said in refused(data)


def with_more(book: bytes, before: str, after: str) -> bytes:
    """Return the workbook with a replaced text in its first sheet."""
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        texts = {name: parts.read(name).decode() for name in parts.namelist()}
    path = "xl/worksheets/sheet1.xml"
    assert before in texts[path]
    return zipped({**texts, path: texts[path].replace(before, after)})


def test_a_sheet_too_large_for_memory_is_refused_before_it_is_read() -> None:
    cell = '<c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c>'
    row = f'<row r="1048576">{cell}</row></sheetData>'
    said = refused(with_more(xlsx(people(ann())), "</sheetData>", row))
    assert "hr.xlsx, sheet “People” reaches to cell XFD1048576" in said
    bomb = (
        '<table:table-row table:number-rows-repeated="1000000"><table:table-cell '
        'office:value-type="string" table:number-columns-repeated="16000"><text:p>x</text:p>'
        "</table:table-cell></table:table-row>"
    )
    assert "more than 30,000,000 cells" in refused(ods("People", bomb))


def test_empty_rows_cost_no_memory() -> None:
    styled = '<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
    assert len(read(with_more(xlsx(people(ann())), "</sheetData>", styled)).records) == 1


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_parts, "MAX_UNPACKED", 10_000)
    book = xlsx(people(ann()), more=[("xl/media/image.xml", "0" * 20_000)])
    assert len(book) < 10_000
    assert "unpacks to more than" in refused(book)


def test_a_workbook_without_the_extra_is_refused_with_the_command_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(Unavailable, match=r"pip install 'studio-tui\[excel\]'"):
        read(xlsx(people(ann())), name="hr.xlsx")
