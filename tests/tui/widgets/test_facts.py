"""Facts about one thing."""

from studio_tui.tui.widgets.facts import Facts

LONG = "Anna-Margarethe von der Leyen-Bartholdy (leads Belgium), Bob Smith (coach)"


def test_a_value_of_several_lines_stays_below_its_beginning() -> None:
    drawn = Facts.drawn([("To", "Ann"), ("Managers", LONG)], 40)
    first, *lines = drawn.plain.split("\n")
    assert first == "To        Ann"
    assert lines[0].startswith("Managers  Anna")
    assert len(lines) > 2
    assert {line[:10] for line in lines[1:]} == {" " * 10}
    assert " ".join(line[10:].strip() for line in lines) == LONG
    assert max(map(len, lines)) <= 40


def test_where_there_is_no_room_the_terminal_breaks_the_lines() -> None:
    assert Facts.drawn([("Managers", LONG)], 25).plain == f"Managers  {LONG}"
