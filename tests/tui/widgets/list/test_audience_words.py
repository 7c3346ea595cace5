"""The completions and errors below an audience input (P13)."""

from studio_tui.services.audiences.completing import Completion
from studio_tui.tui.widgets.list.audiences import ParsedAudience, completion_lines


def _said(*ways: str, wrong: str = "") -> ParsedAudience:
    return ParsedAudience(None, wrong, tuple(Completion(way, way) for way in ways))


def test_completions_fit_on_one_line_and_none_is_cut() -> None:
    said = completion_lines(_said('"Sales > Belgium"', '"Sales > France"', '"Sales > Spain"'), 40)
    assert said.plain == 'tab "Sales > Belgium" · …'
    assert said.cell_length <= 40


def test_all_completions_are_displayed_if_they_fit() -> None:
    assert completion_lines(_said("and", "or"), 12).plain == "tab and · or"


def test_an_error_and_the_completions_are_both_displayed() -> None:
    said = completion_lines(_said("team", "role", wrong="something is missing at the end"), 40)
    assert said.plain.splitlines() == ["something is missing at the end", "tab team · role"]


def test_a_single_completion_that_is_too_long_is_still_displayed() -> None:
    assert completion_lines(_said("a" * 50), 40).plain == "tab " + "a" * 50
