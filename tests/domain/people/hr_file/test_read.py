"""From bytes to records: encodings, delimiters, lines, and files that are no list of people."""

import io
from datetime import date

import pytest

from studio_tui.domain.people.hr_file import HrFile, ImportField, headings_in, read
from studio_tui.domain.people.hr_file import rows as rows_module
from studio_tui.domain.people.hr_file import source as source_module
from studio_tui.domain.shared.errors import Refused

HEAD = "email,given_name,family_name"


def text_file(*lines: str) -> bytes:
    return "\r\n".join(lines).encode() + b"\r\n"


def refusals(file: HrFile) -> list[str]:
    return [str(refusal) for refusal in file.refusals]


@pytest.mark.parametrize(
    ("codec", "mark", "name"),
    [
        ("utf-8", b"", "UTF-8"),
        ("utf-8", b"\xef\xbb\xbf", "UTF-8 with BOM"),
        ("utf-16-le", b"\xff\xfe", "UTF-16 LE"),
        ("utf-16-be", b"\xfe\xff", "UTF-16 BE"),
        ("cp1252", b"", "Windows-1252"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_encoding_and_delimiter_reads_the_same(
    codec: str, mark: bytes, name: str, delimiter: str
) -> None:
    lines = ["family_name,email,given_name", "Núñez,jose@example.org,José"]
    data = mark + "\r\n".join(lines).replace(",", delimiter).encode(codec)
    file = read(data)
    assert (file.encoding, file.delimiter, file.refusals) == (name, delimiter, ())
    assert [(r.given_name, r.family_name, r.login) for r in file.records] == [
        ("José", "Núñez", "jose")
    ]


def test_a_sep_line_sets_the_delimiter_and_counts_as_a_line() -> None:
    file = read(text_file("sep=;", HEAD.replace(",", ";"), "ann@example.org;Ann;Peeters", "x"))
    assert file.delimiter == ";"
    assert [r.line for r in file.records] == [3]
    assert refusals(file) == ["line 4: this row has 1 cell, the headings are 3"]


def test_a_delimiter_within_a_heading_is_not_the_delimiter() -> None:
    file = read(text_file("email;Last name, First name;Note, a, b", "a@example.org;Maes, Sofie;"))
    assert file.delimiter == ";"
    assert file.records[0].name == "Sofie Maes"


def test_present_and_ignored_columns() -> None:
    file = read(text_file(HEAD + ",Shoe size,hired_on", "a@example.org,Ann,Maes,38,2020-03-31"))
    assert file.ignored == ("Shoe size",)
    own = {ImportField.EMAIL, ImportField.GIVEN_NAME, ImportField.FAMILY_NAME, ImportField.HIRED_ON}
    assert file.present_fields == own
    assert file.records[0].hired_on == date(2020, 3, 31)
    assert file.records[0].active
    assert file.headings["hired_on"] is ImportField.HIRED_ON


def test_line_numbers_are_physical_even_after_cells_with_line_breaks() -> None:
    file = read(
        text_file(
            HEAD + ",note", 'a@example.org,Ann,Maes,"one\r\ntwo\r\nthree"', "", "b@,Bob,Smets,"
        )
    )
    assert refusals(file) == ["line 6, column “email”: “b@” is not an e-mail address"]


def test_carriage_returns_and_a_last_line_without_an_end() -> None:
    file = read((HEAD + "\ra@example.org,Ann,Maes\rb@example.org,Bob,Smets").encode())
    assert [r.line for r in file.records] == [2, 3]


def test_rows_of_empty_cells_are_blank() -> None:
    assert len(read(text_file(HEAD, "a@example.org,Ann,Maes", ",,", "")).records) == 1


def test_the_error_about_the_number_of_cells_suggests_an_open_quote() -> None:
    file = read(text_file(HEAD, 'a@example.org,Ann,"Maes', 'b@example.org,Bob,Smets"', "a,b"))
    assert refusals(file) == [
        "line 4: this row has 2 cells, the headings are 3",
    ]
    assert file.records[0].family_name == "Maes b@example.org,Bob,Smets"
    file = read(text_file(HEAD, 'a@example.org,"Ann,Maes', 'b@example.org,Bob,Smets"'))
    assert refusals(file) == [
        (
            "line 2: this row has 2 cells, the headings are 3; it ends on line 3: "
            "is a quotation mark left open?"
        )
    ]


@pytest.mark.parametrize(
    ("lines", "opened"),
    [
        ([HEAD, 'a@example.org,"Ann,Maes', "b@example.org,Bob,Smets"], 2),
        ([HEAD, "a@example.org,Ann,Maes", 'b@example.org,"Bob"by,Smets'], 3),
        ([HEAD, '"a@example.org","Ann', 'x","Maes', '"b@example.org","B""ob","Smets"'], 3),
        ([HEAD, '"a', 'b","An""n","Maes', "c,d,e", "f"], 3),
        (["sep=,", HEAD, 'a@example.org,"Ann,Maes'], 3),
    ],
)
def test_wrong_quoting_names_the_line_where_the_quote_opens(lines: list[str], opened: int) -> None:
    with pytest.raises(Refused, match=f"line {opened}: a quotation mark opens here"):
        read(text_file(*lines))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\n\n \n", "no column for the e-mail"),
        (b"\r\n\r\n", "is empty: it has no line of headings"),
        (b"PK\x03\x04rest", "is an Excel workbook, not a CSV: open it, save it as “CSV UTF-8”"),
        (b"\xd0\xcf\x11\xe0rest", "is an old Excel workbook"),
        (text_file(HEAD, "a@example.org,A\0nn,Maes"), "line 2 holds NUL bytes"),
        (text_file(HEAD, "\xff")[:-4] + b"\xff\0", "line 2 holds NUL bytes"),
        ("\ufeffemail\nA\0".encode("utf-16-le"), "line 2 holds NUL bytes"),
        (b"\xef\xbb\xbfemail\nAnn\xe9\n", "line 2 is not UTF-8 with BOM as the rest is"),
        ("José\n".encode() + b"x\ny\xe9z\n", "line 3 is not UTF-8 as the rest is"),
        (b"email\n\x81\n", "line 2 is not Windows-1252 as the rest is"),
        (b"\xff\xfeem\0", "is not UTF-16 LE"),
    ],
)
def test_a_file_that_is_no_text_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        read(data)


def test_messages_name_the_file() -> None:
    with pytest.raises(Refused, match=r"^people\.csv is empty"):
        read(b"", name="people.csv")
    with pytest.raises(Refused, match=r"^The file is empty"):
        read(b"")


def test_headings_are_listed_once() -> None:
    assert headings_in(b"email;Naam;;Naam\nann@example.org;Ann;;\n") == ("email", "Naam")


def test_a_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_module, "MAX_BYTES", 1024 * 1024)
    with pytest.raises(Refused, match="larger than 1 MB"):
        read(io.BytesIO(b"x" * (1024 * 1024 + 1)))


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_module, "MAX_ROWS", 3)
    people = [f"p{number}@example.org,Ann,Maes" for number in range(3)]
    assert len(read(text_file(HEAD, *people[:2])).records) == 2
    with pytest.raises(Refused, match="more than 3 rows"):
        read(text_file(HEAD, *people))
    with pytest.raises(Refused, match="more than 3 rows"):
        read(text_file(HEAD, "", "", "", people[0]))


def test_a_row_that_would_exhaust_the_memory_is_refused() -> None:
    with pytest.raises(Refused, match="a row of more than 1,000,000 characters"):
        read(text_file(HEAD, "," * 1_000_001))
    with pytest.raises(Refused, match="a row of more than 1,000,000 characters"):
        read(text_file(HEAD, '"\n",' * 300_000))


def test_cells_that_are_too_long() -> None:
    file = read(text_file(HEAD, f"a@example.org,{'A' * 10_001},Maes"))
    assert "10,001 characters are too many" in refusals(file)[0]
    with pytest.raises(Refused, match="line 2: a cell has more than 131,072 characters"):
        read(text_file(HEAD, f"a@example.org,{'A' * 200_000},Maes"))
    with pytest.raises(Refused, match="line 2: a quotation mark opens here"):
        read(text_file(HEAD, 'a@example.org,"Ann,Maes', *["b@example.org,Bob,Smets"] * 9_000))


def test_progress_is_reported_and_can_stop_the_reading() -> None:
    people = [f"p{number}@example.org,Ann,Maes" for number in range(12_000)]
    shares: list[float] = []
    read(text_file(HEAD, *people), progress=shares.append)
    assert shares == sorted(shares)
    assert len(shares) == 4
    assert shares[-1] == 1.0

    def stop(_share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read(text_file(HEAD, *people), progress=stop)


def test_a_binary_file_is_left_open_for_its_owner() -> None:
    binary = io.BytesIO(text_file(HEAD, "a@example.org,Ann,Maes"))
    assert len(read(binary).records) == 1
    assert not binary.closed
