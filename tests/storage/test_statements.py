"""Queries use Peewee's builder: the number of statements written as text may only decrease."""

from tests.storage.statements import WHY, numbered_columns, statements

TEXTS = 25
"""Number of statements and sub-queries as text. Lower it with each that the builder replaces.

The row-level restrictions of `engine.sight`, prepended to every statement of a limited actor, stay
text.
"""
NUMBERED = 0
"""Number of places that access a column of a row by position."""


def test_no_more_sql_is_text() -> None:
    found = [f"{place}:{line} {text}" for place, line, text in statements()]
    assert len(found) <= TEXTS, "write the query with Peewee's builder:\n" + "\n".join(found)


def test_columns_have_names() -> None:
    assert numbered_columns() <= NUMBERED, "give the row names: a frozen value or a NamedTuple"


def test_each_text_says_why_it_is_one() -> None:
    assert {place for place, _, _ in statements()} == WHY.keys()
