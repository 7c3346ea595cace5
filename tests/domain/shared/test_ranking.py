"""The rank of a name for a typed search text (S4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_tui.domain.shared.ranking import Rank, rank_of
from tests.hostile import HOSTILE


@pytest.mark.parametrize(
    ("text", "name", "rank"),
    [
        ("ann peeters", "Ann Peeters", Rank.EXACT),
        ("  ANN   Peeters ", "Ann Peeters", Rank.EXACT),
        ("helene", "Hélène", Rank.EXACT),
        ("ann p", "Ann Peeters", Rank.START),
        ("pee", "Ann Peeters", Rank.WORDS),
        ("pee an", "Ann Peeters", Rank.WORDS),
        ("brien", "O'Brien [HR]", Rank.WORDS),
        ("[hr", "O'Brien [HR]", Rank.WITHIN),
        ("eet", "Ann Peeters", Rank.WITHIN),
        ("2026", "Q1 review 2026", Rank.WORDS),
        ("ann x", "Ann Peeters", None),
        ("anna", "Ann Peeters", None),
    ],
)
def test_the_rank_of_a_name(text: str, name: str, rank: Rank | None) -> None:
    assert rank_of(text, [name]) is rank


def test_the_best_of_several_names_counts() -> None:
    assert rank_of("ann", ["Joanna Maes", "ann"]) is Rank.EXACT
    assert rank_of("ann", []) is None


@pytest.mark.parametrize("name", HOSTILE)
def test_special_characters_have_no_meaning_in_a_search(name: str) -> None:
    assert rank_of(name, [name]) is Rank.EXACT
    assert rank_of(name, [f"x{name}"]) is not Rank.EXACT


@given(st.text(max_size=8), st.text(max_size=20))
def test_a_name_matches_every_text_that_it_contains(text: str, name: str) -> None:
    assert rank_of(text, [f"{name}{text}"]) is not None
    assert rank_of(text, [text]) is Rank.EXACT
