"""A written CSV file is read unchanged, in any encoding, delimiter and order of columns."""

import csv
import io
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from studio_tui.domain.people.hr_file import ImportField, Record, read
from studio_tui.domain.people.hr_file.records import NOT_STORED
from studio_tui.domain.people.roles import Role
from studio_tui.domain.shared.errors import StudioError
from studio_tui.domain.shared.spreadsheet_safety import escape_cell
from studio_tui.domain.shared.text import clean_line

LATIN = "abcXYZéèüßñÅ'-=+@.,;\"()&/ 09"
WIDE = LATIN + "œ’łŞİ中文字עברית😀\u0301\n\t"
CODECS = {
    "utf-8": b"",
    "utf-8-sig": b"",
    "cp1252": b"",
    "utf-16-le": b"\xff\xfe",
    "utf-16-be": b"\xfe\xff",
}


def clean(alphabet: str, least: int = 1) -> st.SearchStrategy[str]:
    text = st.text(alphabet, max_size=20).map(clean_line)
    return text.filter(lambda found: len(found) >= least and not found.startswith("/"))


def records(alphabet: str) -> st.SearchStrategy[list[Record]]:
    name, some = clean(alphabet), clean(alphabet, 0)
    word = st.text("abcdé019._-", min_size=1, max_size=12)
    values = st.tuples(*[clean(alphabet)] * 2)
    record = st.builds(
        Record,
        line=st.just(0),
        login=word,
        email=st.from_regex(r"[a-z0-9]{1,10}@[a-z]{1,10}\.(org|be)", fullmatch=True),
        given_name=name,
        family_name=name,
        language=st.sampled_from([None, "nl", "fr", "nl-BE", "zh-Hant-TW"]),
        time_zone=st.sampled_from([None, "Europe/Brussels", "UTC"]),
        groups=values.map(lambda found: tuple(dict.fromkeys(found))),
        teams=st.lists(values, max_size=2, unique=True).map(tuple),
        leads=st.lists(values, max_size=2, unique=True).map(tuple),
        coaches=st.lists(name, max_size=2, unique=True).map(tuple),
        manager=some,
        department=some,
        role=st.sampled_from([None, *Role]),
        hired_on=st.none() | st.dates(date(1950, 1, 1), date(2100, 12, 31)),
        active=st.booleans(),
        derived_login=st.just(False),
        known_as=st.just(()),
        employee_number=st.from_regex(r"[1-9A-F][0-9]{0,6}", fullmatch=True),
        left_on=st.none(),
        unread=st.just(()),
    )
    return st.lists(record, max_size=6)


def cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "|".join(" > ".join(one) if isinstance(one, tuple) else one for one in value)
    return str(value)


def written(people: list[Record], order: list[ImportField], codec: str, delimiter: str) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(order)
    writer.writerows(
        [[escape_cell(cell(getattr(record, field))) for field in order] for record in people]
    )
    return CODECS[codec] + text.getvalue().encode(codec)


def check_round_trip(
    people: list[Record], order: list[ImportField], codec: str, delimiter: str
) -> None:
    file = read(written(people, order, codec, delimiter))
    assert file.refusals == ()
    assert [record._replace(line=0) for record in file.records] == people
    assert file.present_fields == set(order)
    assert file.delimiter == delimiter


ORDERS = st.permutations([field for field in ImportField if field not in NOT_STORED])
DELIMITERS = st.sampled_from(",;\t")


@given(records(WIDE), ORDERS, st.sampled_from(sorted(set(CODECS) - {"cp1252"})), DELIMITERS)
def test_round_trip(
    people: list[Record], order: list[ImportField], codec: str, delimiter: str
) -> None:
    check_round_trip(people, order, codec, delimiter)


@given(records(LATIN), ORDERS, DELIMITERS)
def test_round_trip_in_windows_1252(
    people: list[Record], order: list[ImportField], delimiter: str
) -> None:
    check_round_trip(people, order, "cp1252", delimiter)


@given(st.binary(max_size=300), st.sampled_from(["email,name\n", "email;given_name;family_name\n"]))
def test_any_bytes_are_read_or_refused(data: bytes, head: str) -> None:
    try:
        found = read(head.encode() + data)
    except StudioError:
        return
    for record in found.records:
        assert all(record[1:3])
        assert record.given_name or record.family_name
        assert [clean_line(text) for text in record[1:5]] == list(record[1:5])
    assert all(refusal.reason for refusal in found.refusals)
