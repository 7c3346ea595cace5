"""Parsing audiences from text (P13)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio_tui.domain.audiences.audience import (
    MAX_LENGTH,
    Audience,
    Condition,
    Day,
    Name,
    Not,
    WrongAudience,
    all_of,
    any_of,
    from_plain,
    to_plain,
)
from studio_tui.domain.audiences.words import STANDINGS, UNITS, WORDS, ConditionForm
from studio_tui.domain.shared.text import clean_line
from studio_tui.services.audiences.parsing import parse

pytestmark = pytest.mark.one_engine

WRITTEN = {
    'team under "Sales" and hired before 2025-01-01 and not in push "Review 2025" done': None,
    'team = Sales or group in (a, "b c") and not (left or no manager)': 'team "Sales" or '
    'group in (a, "b c") and not (left or no manager)',
    'in push "A" not_planned and not in push "B"': None,
    'in push "A" not planned or in push B held': 'in push "A" not_planned or in push "B" done',
    "IN PUSH x Conductor No Longer Manager": "in push x conductor_no_manager",
    "hired within 90 days": None,
    "hired within 1 week": None,
    "hired within 1 weeks": "hired within 1 week",
    "hired after today-3 months": "hired after today - 3 months",
    "hired before today": None,
    "hired before today + 1 day": None,
    'hired on "31 mar 2025"': "hired on 2025-03-31",
    'leads and leads "Sales"': None,
    "department not in (a,b)": "not department in (a, b)",
    "team 'Sales'": 'team "Sales"',
    "team is “Sales”": 'team "Sales"',
    "Team Under sales AND no_manager": "team under sales and no manager",
    'email "*@x.example"': None,
    "team #12": None,
    "name O'Brien": 'name "O\'Brien"',
    'group "a \\"b\\""': None,
    'group "and"': None,
    'group "(a"': None,
    "group 'a\nb'": 'group "a b"',
    'group "\\\\"': None,
    "(left) or ((left and left) and left)": "left or left and left and left",
    f"{'(' * 50}left{')' * 50}": "left",
    "not not left": None,
    "group left and left": None,
}
"""Written text, and its printed form if that differs."""

WRONG = {
    "": (0, "is empty"),
    "deparment Sales": (0, "Did you mean “department”?"),
    "hired befor 2018-01-01": (6, "Did you mean “hired before”?"),
    "foo": (0, "a condition is to stand here"),
    "team": (4, "a name is to stand here"),
    "team and left": (5, "a name is to stand here"),
    'in push "A" donee': (12, "Did you mean “done”?"),
    "in push A in progres": (13, "Did you mean “in progress”?"),
    "left left": (5, "go on with “and” or “or”"),
    "left an left": (5, "Did you mean “and”?"),
    "left andd left": (5, "Did you mean “and”?"),
    "left andleft": (5, "Did you mean “and”?"),
    "notleft": (0, "Did you mean “left”?"),
    "(left": (5, "close the bracket"),
    "left)": (4, "no bracket is open"),
    "left or ": (7, "a condition is to stand here"),
    "hired before foo": (13, "is not a date"),
    "hired before fri": (13, "is another day tomorrow"),
    "hired on 31/2/2020": (9, "is not a date"),
    "hired within x days": (13, "write a number"),
    "hired within 3 dayz": (15, "Did you mean “days”?"),
    'group "abc': (6, "no second one"),
    'group ""': (6, "nothing stands between the quotes"),
    "team in ()": (9, "a name is to stand here"),
    '"Sales"': (0, "a condition is to stand here"),
    f"{'not ' * 21}left": (0, "more than 20 brackets"),
    " or ".join(["left"] * 101): (800, "more than 100 conditions"),
    "x" * (MAX_LENGTH + 1): (MAX_LENGTH, "longer than 10,000 characters"),
    "(" * MAX_LENGTH: (MAX_LENGTH, "a condition is to stand here"),
}
"""Invalid text: the position of the error and part of its message."""


@pytest.mark.parametrize("written", WRITTEN, ids=lambda text: text[:30])
def test_equivalent_texts_are_printed_in_one_form(written: str) -> None:
    printed = str(parse(written))
    assert printed == (WRITTEN[written] or written)
    assert parse(printed) == parse(written)


@pytest.mark.parametrize("written", WRONG, ids=lambda text: text[:30])
def test_a_syntax_error_names_the_word_and_its_position(written: str) -> None:
    with pytest.raises(WrongAudience) as wrong:
        parse(written)
    at, reason = WRONG[written]
    assert wrong.value.at == at
    assert reason in wrong.value.reason


_NAMES = st.one_of(
    st.text("aZé豈9 '\"“(),=_*.-", min_size=1, max_size=6).map(clean_line).filter(bool),
    st.sampled_from(["and", 'a "b" (c)', "today", "#12", "\\", "in", "left", "O'Brien"]),
).map(Name)
_DAYS = st.one_of(
    st.dates().map(lambda day: Day(day.replace(year=1900 + day.year % 1000))),
    st.builds(Day, st.none(), st.integers(1, 999), st.sampled_from(UNITS)),
    st.just(Day()),
)


def _condition(word: str) -> st.SearchStrategy[Audience]:
    names = st.lists(_NAMES, min_size=1, max_size=3).map(tuple)
    match WORDS[word].form:
        case ConditionForm.NAMED:
            return st.builds(Condition, st.just(word), names)
        case ConditionForm.PERHAPS_NAMED:
            return st.builds(Condition, st.just(word), st.one_of(st.just(()), names))
        case ConditionForm.DATED:
            return st.builds(Condition, st.just(word), day=_DAYS)
        case ConditionForm.WITHIN:
            span = st.builds(Day, st.none(), st.integers(-999, -1), st.sampled_from(UNITS))
            return st.builds(Condition, st.just(word), day=span)
        case ConditionForm.IN_PUSH:
            standings = st.sampled_from(["", *STANDINGS])
            return st.builds(Condition, st.just(word), names, standing=standings)
    return st.just(Condition(word))


AUDIENCES: st.SearchStrategy[Audience] = st.recursive(
    st.sampled_from(list(WORDS)).flatmap(_condition),
    lambda parts: st.one_of(
        parts.map(Not),
        st.lists(parts, min_size=2, max_size=3).map(all_of),
        st.lists(parts, min_size=2, max_size=3).map(any_of),
    ),
    max_leaves=6,
)


@given(AUDIENCES)
@settings(max_examples=100, deadline=None)
def test_a_printed_audience_parses_to_the_same_audience(audience: Audience) -> None:
    """With any names, both as text and in the stored form."""
    assert parse(str(audience)) == audience
    assert from_plain(to_plain(audience)) == audience


_PIECES = st.sampled_from(
    [*WORDS, *STANDINGS, "and", "or", "not", "in", "is", "(", ")", ",", '"', "'", "“", "#1", "=",
     "\\", "today", "-", "90", "days", "Sales", "\n", "\x00", "\ud800", "İ", "_"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=40), st.lists(_PIECES, max_size=12).map(" ".join)))
@settings(max_examples=100, deadline=None)
def test_any_text_is_parsed_or_refused_with_an_error(text: str) -> None:
    """No other error is raised, and its position is within the text."""
    found, wrong = _tried(text)
    if wrong is not None:
        assert 0 <= wrong.at <= len(text)
        assert wrong.reason
    if found is not None:
        assert parse(str(found)) == found


def _tried(text: str) -> tuple[Audience | None, WrongAudience | None]:
    try:
        return parse(text), None
    except WrongAudience as error:
        return None, error
