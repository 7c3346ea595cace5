"""The widget that lists the facts about a record."""

from studio_tui.tui.widgets.facts import Facts

LONG = "Anna-Margarethe von der Leyen-Bartholdy (leads Belgium), Bob Smith (coach)"


def test_wrapped_lines_of_a_value_are_indented_to_the_value_column() -> None:
    drawn = Facts.drawn([("To", "Ann"), ("Managers", LONG)], 40)
    first, *lines = drawn.plain.split("\n")
    assert first == "To        Ann"
    assert lines[0].startswith("Managers  Anna")
    assert len(lines) > 2
    assert {line[:10] for line in lines[1:]} == {" " * 10}
    assert " ".join(line[10:].strip() for line in lines) == LONG
    assert max(map(len, lines)) <= 40


def test_a_value_is_not_wrapped_if_its_column_is_too_narrow() -> None:
    assert Facts.drawn([("Managers", LONG)], 25).plain == f"Managers  {LONG}"
