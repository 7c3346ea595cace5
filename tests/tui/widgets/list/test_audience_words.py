"""What is said below what is typed as an audience (P13)."""

from studio_tui.services.audiences.completing import Completion
from studio_tui.tui.widgets.list.audiences import ParsedAudience, completion_lines


def _said(*ways: str, wrong: str = "") -> ParsedAudience:
    return ParsedAudience(None, wrong, tuple(Completion(way, way) for way in ways))


def test_what_may_follow_is_whole_and_in_one_line() -> None:
    said = completion_lines(_said('"Sales > Belgium"', '"Sales > France"', '"Sales > Spain"'), 40)
    assert said.plain == 'tab "Sales > Belgium" · …'
    assert said.cell_length <= 40


def test_all_that_may_follow_is_said_where_there_is_room() -> None:
    assert completion_lines(_said("and", "or"), 12).plain == "tab and · or"


def test_what_is_wrong_leaves_room_for_what_may_follow() -> None:
    said = completion_lines(_said("team", "role", wrong="something is missing at the end"), 40)
    assert said.plain.splitlines() == ["something is missing at the end", "tab team · role"]


def test_one_name_that_is_too_long_is_said_nevertheless() -> None:
    assert completion_lines(_said("a" * 50), 40).plain == "tab " + "a" * 50
