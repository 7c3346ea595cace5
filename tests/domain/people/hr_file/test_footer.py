"""Rows that are no person: totals, counts and notes, as exported by real systems."""

import pytest

from studio_tui.domain.people.hr_file import read

HEAD = "login,email,given_name,family_name,department\nann,ann@example.org,Ann,Peeters,Sales\n"


@pytest.mark.parametrize(
    "row",
    [
        "Total: 5",
        "TOTAL,,,,5",
        "Grand total",
        "Totaal",
        "Totaal;5",
        ",,,Total,5",
        "Total général,,5",
        "Anzahl Mitarbeiter: 5",
        "Nombre d'employés : 5",
        "Total number of active employees: 1.234",
        "Total active:,5,Total left:,2",
        "Sales total,5",
        '"1,234 rows"',
        "1,234 rows",
        "(5 row(s) affected)",
        "Count,5",
        "Итого: 5",
        "合計 5",
        "Page 1 of 3",
        "*** End of report ***",
        "Generated on 2026-03-02 by els@example.org",
        "Applied filters: Status is Active",
        "© 2026 Acme",
        "-----,-----,-----,-----,-----",
    ],
)
def test_a_total_or_a_note_is_left_out_with_a_warning(row: str) -> None:
    file = read(f"{HEAD}{row}\n".encode())
    assert [record.login for record in file.records] == ["ann"]
    assert file.refusals == ()
    (told,) = file.warnings
    assert told.line == 3
    assert told.reason.endswith("is a total or a note, and no person: left out")


@pytest.mark.parametrize("row", ["", " , ,\t,,", ",,,,"])
def test_a_blank_row_is_ignored(row: str) -> None:
    file = read(f"{HEAD}{row}\n".encode())
    assert (len(file.records), file.refusals, file.warnings) == (1, (), ())


@pytest.mark.parametrize(
    "row",
    [
        "total,total@example.org,Sum,Total,Count",
        "sum,,Van,Sum,",
        "tot,,Tot,Al,",
        "12345,,Rad,Poster,5",
        "bob,,Bob,Total,Count",
    ],
)
def test_a_person_with_a_name_like_a_total_is_imported(row: str) -> None:
    assert len(read(f"{HEAD}{row}\n".encode()).records) == 2


@pytest.mark.parametrize("row", ["bob", "Bob,Smith", "5", "Sum,Peter", "Sales,Belgium,5", "Enders"])
def test_an_incomplete_row_is_refused(row: str) -> None:
    """The file may be truncated."""
    file = read(f"{HEAD}{row}\n".encode())
    assert (len(file.records), len(file.refusals), file.warnings) == (1, 1, ())
