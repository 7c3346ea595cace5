"""The table of users has a column for each fact that declares one, and no other."""

from tests.storage.people.fact_columns import without_column, without_fact


def test_the_table_and_the_declarations_are_the_same() -> None:
    assert without_column() == []
    assert without_fact() == set()
