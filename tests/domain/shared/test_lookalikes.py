"""Names that look alike count as one name (P1)."""

import pytest

from studio_tui.domain.shared.lookalikes import appearance, find_lookalike, why_taken

ALIKE = [
    ("Q1 review", "q1  REVIEW"),
    ("Q1 review", "Q1 r\u0435view"),
    ("Q1 review", "Q1\u200b review"),
    ("Q1 review", "Q1\u00a0review"),
    ("Q1 review", "Q1\u2003review\u2060"),
    ("Q1 review", "Q1 re\u00adview"),
    ("Q1 review", "\uff31\uff11\u3000\uff32\uff45\uff56\uff49\uff45\uff57"),
    (
        "Q1 review",
        "Q1 \U0001d42b\U0001d41evi\U0001d41ew",
    ),
    ("HELLO", "\u0397\u0395LLO"),
    ("Coach", "\u0421\u043e\u0430\u0441h"),
    ("Sales", "\u0405\u0430les"),
    ("Year-end", "Year\u2013end"),
    ("Ann's", "Ann\u2019s"),
    ("José", "Jose\u0301"),
    ("Talk 👩\u200d💻", "Talk 👩💻"),
    ("ΗΜΕΡΑ", "HMEPA"),
]
APART = [
    ("Q1", "Q2"),
    ("Q1", "Ql"),
    ("Mail", "Mall"),
    ("Level 0", "Level O"),
    ("José", "Jose"),
    ("Größe", "Grosse 2"),
    ("Обзор", "Итоги"),
    ("東京", "京都"),
    ("Q1 review", "Q1 reviews"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_names_that_look_alike_count_as_one(one: str, other: str) -> None:
    assert find_lookalike(one, ["Another", other]) == other
    assert find_lookalike(other, ["Another", one]) == one
    assert "the name of another push" in str(why_taken(one, "push", [other]))


@pytest.mark.parametrize(("one", "other"), APART)
def test_names_that_read_differently_are_two(one: str, other: str) -> None:
    assert find_lookalike(one, [other]) is None
    assert why_taken(one, "push", [other]) is None


def test_the_error_distinguishes_the_same_name_from_a_lookalike() -> None:
    assert why_taken("a", "push", ["A"]) == "“a” is the name of another push"
    other = "\u0430"
    assert why_taken("a", "push", [other]) == f"“a” looks like “{other}”, the name of another push"


def test_the_appearance_of_an_appearance_is_unchanged() -> None:
    for one, _ in ALIKE + APART:
        assert appearance(appearance(one)) == appearance(one)
