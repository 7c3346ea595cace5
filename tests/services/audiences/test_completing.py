"""Recognising and completing audiences while the user types (P13)."""

import pytest

from studio_tui.domain.audiences.words import is_audience_text
from studio_tui.domain.people.access import Actor
from studio_tui.services.audiences.completing import complete
from studio_tui.services.audiences.resolving import audience_of
from studio_tui.services.system.context import Studio
from tests.organisation import create_push

pytestmark = pytest.mark.one_engine


@pytest.mark.parametrize(
    "text",
    ["", "ann", "sales team", "team sales", "left wing", "no managers", "coach anna",
     "name O'Brien", "leads", "languages", "lefty and co", '"ann"', "mail", "(ann)", "and", "group",
     "notes", "lef"],
)  # fmt: skip
def test_plain_search_words_are_not_read_as_an_audience(text: str) -> None:
    assert not is_audience_text(text)


@pytest.mark.parametrize(
    "text",
    ['team "Sales"', "team under Sales", "left and no manager", "not left", "(left)",
     "Role = admin",
     "in push x", "hired before", "reminded within 7 days", 'group "x', "team #3", "email *@x.org",
     "not (department in (", "no_manager or left", "left", " Left ", "no manager", "mail failed"],
)  # fmt: skip
def test_text_that_begins_like_an_audience_is_read_as_one(text: str) -> None:
    assert is_audience_text(text)


WAYS = {
    "": ["coach", "department"],
    "dep": ["department"],
    "hired ": ["hired after", "hired before"],
    "hired be": ["hired before"],
    "team ": ['"Sales"', '"Sales > Belgium"'],
    'team "': ['"Sales"'],
    'team "Sales > b': ['"Sales > Belgium"'],
    "team under bel": ['"Sales > Belgium"'],
    "team in (": ['"Sales"'],
    'team in ("Sales", fr': ['"Sales > France"'],
    "left and gr": ["group"],
    "left ": ["and", "or"],
    "group ": ["remote"],
    "role su": ["support"],
    "manager bo": ["bob"],
    "in push q": ['"Q1 review"'],
    'in push "Q1 review" no': ["no manager", "not planned"],
    "hired within 3 ": ["days", "weeks"],
    "left left ": [],
    "not manager ": [],
    "left or no ": ["no manager"],
    'group "a" and "': [],
}
"""Typed text, and some of the completions that it must offer."""


@pytest.mark.usefixtures("people")
def test_completions_of_a_typed_audience(studio: Studio, admin: Actor) -> None:
    """Completions are words and values; a chosen one parses as an audience or can be continued."""
    create_push(studio, admin)
    for typed, expected in WAYS.items():
        found = {each.shown: each.text for each in complete(studio, admin, typed)}
        assert set(expected) <= set(found), (typed, found)
        assert bool(found) == bool(expected)
    (first, *_) = complete(studio, admin, "left or team under bel")
    assert first.text == 'left or team under "Sales > Belgium"'
    assert str(audience_of(studio, admin, first.text)) == first.text
