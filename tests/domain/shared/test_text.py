"""Typed text: cleaned on input, compared without case (A5)."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from studio_tui.domain.shared.text import clean_line, clean_text, fold, fold_search
from tests.hostile import CONTROLS, HOSTILE

NASTY = st.text(
    st.characters()
    | st.sampled_from("\x00\x1b\x07\x7f\x85\x9b\u200e\u200f\u202e\u2066\u2028\u2029\ufeff\u061c")
    | st.sampled_from("\t\n\r \u00a0\u3000\u0301\u0345ßẞİıſℌKÅ")
)
_UNSEEN = {"Cc", "Cs", "Zl", "Zp"}
_BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


@given(NASTY)
@example("\x1b]52;c;aGVsbG8=\x07")
def test_a_clean_line_has_no_control_character_and_is_one_line(text: str) -> None:
    cleaned = clean_line(text)
    assert not [c for c in cleaned if unicodedata.category(c) in _UNSEEN or c in _BIDI]
    assert cleaned == " ".join(cleaned.split())
    assert clean_line(cleaned) == cleaned


@given(NASTY)
def test_a_clean_text_keeps_its_lines_and_tabs(text: str) -> None:
    cleaned = clean_text(text)
    unseen = [c for c in cleaned if unicodedata.category(c) in _UNSEEN or c in _BIDI]
    assert set(unseen) <= {"\n", "\t"}
    assert clean_text(cleaned) == cleaned


def test_line_ends_are_normalised() -> None:
    assert clean_text("a\r\nb\rc\nd\te\x1b[31m") == "a\nb\nc\nd\te[31m"


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cleaned_name_contains_control_characters(text: str) -> None:
    assert not set(clean_line(text)) & set(CONTROLS)


def test_equivalent_texts_are_equal() -> None:
    assert clean_line("e\u0301 \u00a0 x") == "é x"
    assert fold(" ÉCOLE  de\tpeinture ") == fold("e\u0301cole de peinture") == "école de peinture"
    assert fold("STRASSE") == fold("straße")
    assert fold_search("  José ÅNGSTRÖM ") == "jose angstrom"


@given(NASTY)
def test_typed_and_stored_text_compare_equal(text: str) -> None:
    """A name is looked up as typed and stored as cleaned."""
    assert fold(clean_line(text)) == fold(text)
    assert fold_search(clean_line(text)) == fold_search(text)


@given(NASTY)
def test_folding_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold_search(fold_search(text)) == fold_search(text)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_ascii_text_is_folded_like_any_other(text: str) -> None:
    """The fast path and the thorough one agree."""
    with_accent = fold(text + "é")
    assert fold(text + "e") == with_accent[:-1] + "e"
    assert fold_search(text + "é") == fold_search(text + "e")
