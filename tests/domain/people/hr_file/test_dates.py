"""Dates in HR files, and the order of day and month in a column."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_tui.domain.people.hr_file import HrFile, read
from studio_tui.domain.people.hr_file.dates import DayOrder, parse_day
from studio_tui.domain.people.wrong_cell import WrongCell

THE_DAY = date(2020, 3, 1)


@pytest.mark.parametrize(
    "text",
    [
        "2020-03-01",
        "2020-03-01T00:00:00Z",
        "2020-03-01 00:00:00",
        "2020-03-01-08:00",
        "2020/3/1",
        "20200301",
        "01/03/2020",
        "1/3/20",
        "01-03-2020",
        "01.03.2020",
        "01/03/2020 00:00",
        "1 Mar 2020",
        "01-Mar-2020",
        "1-mrt-20",
        "1 mars 2020",
        "1 maart 2020",
        "Mar 1, 2020",
        "March 1, 2020",
        "43891",
        "43891.0",
    ],
)
def test_a_date_is_parsed_in_every_notation(text: str) -> None:
    assert parse_day(text, DayOrder()) == THE_DAY


@pytest.mark.parametrize("text", ["", "-", "0000-00-00", "00/00/0000"])
def test_words_and_zeros_that_mean_no_date(text: str) -> None:
    assert parse_day(text, DayOrder()) is None


@pytest.mark.parametrize(
    "text",
    [
        "30/02/2020",
        "2020-13-01",
        "31/13/2020",
        "0001-01-01",
        "9999-01-01",
        "soon",
        "1 Foo 2020",
        "1",
    ],
)
def test_an_invalid_date_is_refused(text: str) -> None:
    with pytest.raises(WrongCell, match="is not a date: write it as 2020-03-31"):
        parse_day(text, DayOrder())


@given(st.text(alphabet="0123456789/.-: TZabcmr", max_size=20))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    try:
        day = parse_day(text, DayOrder())
    except WrongCell:
        return
    assert day is None or 1900 <= day.year <= 2100


def column(*cells: str) -> HrFile:
    people = [f"p{i}@example.org,Ann,Maes,{cell}" for i, cell in enumerate(cells)]
    return read("\n".join(["email,given_name,family_name,hired_on", *people]).encode())


def days(file: HrFile) -> list[date | None]:
    return [record.hired_on for record in file.records]


def test_the_day_comes_first_unless_a_value_proves_otherwise() -> None:
    assert days(column("01/03/2020", "02/03/2020")) == [THE_DAY, date(2020, 3, 2)]
    assert days(column("03/01/2020", "03/31/2020")) == [THE_DAY, date(2020, 3, 31)]
    assert days(column("01/03/2020", "31/03/2020")) == [THE_DAY, date(2020, 3, 31)]


def test_ambiguous_dates_of_a_contradictory_column_are_left_out() -> None:
    file = column("31/03/2020", "03/31/2020", "01/03/2020", "2020-03-01", "01.03.2020", "")
    assert days(file) == [None, None, None, THE_DAY, THE_DAY, None]
    assert [warning.line for warning in file.warnings] == [2, 3, 4]
    assert str(file.warnings[2]) == (
        "line 4, column “hired_on”: “01/03/2020” cannot be trusted: the day comes first on line 2 "
        "and the month on line 3; write all dates as 2020-03-31; imported without it"
    )


def test_an_impossible_date_proves_no_order() -> None:
    file = column("03/31/2020", "99/03/2020")
    assert days(file) == [date(2020, 3, 31), None]
    assert "is not a date" in file.warnings[0].reason
