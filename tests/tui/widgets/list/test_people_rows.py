"""Conversion of marked rows and of pasted lists of people to a filter (P13)."""

import pytest

from studio_tui.domain.shared.errors import Refused
from studio_tui.services.audiences.parsing import parse
from studio_tui.tui.widgets.list.people_rows import RowPerson, as_filter, pasted_as_filter

NAMES = ["ann", "o'brien", 'q"uote', "and", "not", "Ann Peeters", "[/x]", "名前"]


def test_marked_people_become_a_filter_that_names_them() -> None:
    people = [RowPerson(number, login, "") for number, login in enumerate([*NAMES, "ann"])]
    text = as_filter(people)
    assert str(parse(text)) == text
    assert [name.text for name in parse(text).names] == NAMES  # type: ignore[union-attr]
    assert as_filter(people[:1]) == "login ann"
    with pytest.raises(Refused, match="nobody"):
        as_filter([])
    with pytest.raises(Refused, match="too many"):
        as_filter(RowPerson(number, f"somebody.{number}", "") for number in range(1_000))


@pytest.mark.parametrize(
    ("pasted", "filter_"),
    [
        ("ann\nbob\n", "login in (ann, bob)"),
        ("login\r\nann\r\nbob\r\nann\r\n", "login in (ann, bob)"),
        ("Ann <ann@x.org>\nbob@x.org", 'email in ("ann@x.org", "bob@x.org")'),
        ("ann@x.org\nbob", 'email "ann@x.org" or login bob'),
        ("ann", ""),
        ("Ann Peeters\nBob Janssens", ""),
        ("\nann\n", ""),
        ('"ann\nbob', ""),
    ],
)
def test_a_pasted_list_of_people_becomes_a_filter(pasted: str, filter_: str) -> None:
    assert pasted_as_filter(pasted) == filter_
    if filter_:
        parse(filter_)
