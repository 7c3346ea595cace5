"""Parsing of single cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_tui.domain.people.hr_file import values
from studio_tui.domain.people.languages import language_tag
from studio_tui.domain.people.roles import Role
from studio_tui.domain.people.wrong_cell import WrongCell
from studio_tui.domain.shared.text import clean_line


@given(st.text(max_size=60))
def test_the_fast_cleaning_matches_the_thorough_one(text: str) -> None:
    assert values.line(text) == clean_line(text)
    assert values.short(text) == clean_line(text)


@pytest.mark.parametrize(
    "address",
    [
        "ann@example.org",
        "Ann.O'Brien+hr@sub-domain.example.co.uk",
        "josé@exämple.org",
        "用户@例子.广告",
        "ann@example",
        "x@" + "a" * 63 + ".be",
    ],
)
def test_addresses(address: str) -> None:
    assert values.email(f" {address} ") == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ann@",
        "@example.org",
        "a@b@example.org",
        "ann@example.org\r\nBcc: eve@example.org",
        "ann peeters@example.org",
        "ann@exam ple.org",
        "ann@-x.org",
        "ann@x-.org",
        "ann@127.0.0.1",
        ".ann@example.org",
        "a..b@example.org",
        "ann@example..org",
        "ann@example.org,bob@example.org",
        "a" * 65 + "@example.org",
        "x@" + "a" * 64 + ".be",
        "x@" + "é" * 62 + "." + "é" * 62 + "." + "é" * 3 + ".be",
    ],
)
def test_invalid_addresses(address: str) -> None:
    with pytest.raises(WrongCell):
        values.email(address)


def test_a_leading_formula_sign_is_kept() -> None:
    assert values.short("'=Ann") == "'=Ann"


def test_lengths() -> None:
    assert values.short("x" * 200) == "x" * 200
    for parse, text in ((values.short, "x" * 201), (values.login, "x" * 101)):
        with pytest.raises(WrongCell, match="at most"):
            parse(text)


@pytest.mark.parametrize("text", ["a b", "a|b"])
def test_logins(text: str) -> None:
    assert values.login(" ann ") == "ann"
    with pytest.raises(WrongCell, match="is not a login"):
        values.login(text)


@pytest.mark.parametrize(
    ("given_name", "family_name", "name", "whole"),
    [
        ("", "", "Ann Peeters", ("Ann", "Peeters")),
        ("", "", "Ingrid Van den Berghe", ("Ingrid", "Van den Berghe")),
        ("", "", "Peeters, Ann", ("Ann", "Peeters")),
        ("", "", "Ann Peeters (10023) (On Leave)", ("Ann", "Peeters")),
        ("", "", "Ann", ("Ann", "")),
        ("Ann", "", "Ann Peeters", ("Ann", "Peeters")),
        ("Ann", "", "Peeters", ("Ann", "Peeters")),
        ("Ann", "", "Peeters Ann", ("Ann", "Peeters")),
        ("Ann", "", "Peeters, Ann", ("Ann", "Peeters")),
        ("", "Peeters", "Ann Peeters", ("Ann", "Peeters")),
        ("A", "B", "C D", ("A", "B")),
    ],
)
def test_whole_names(given_name: str, family_name: str, name: str, whole: tuple[str, str]) -> None:
    assert values.whole_name(given_name, family_name, name) == whole


def test_lists_and_teams() -> None:
    assert values.several(" a | b||a|") == ("a", "b")
    assert values.teams("Sales > Belgium|Sales>Belgium| Council") == (
        ("Sales", "Belgium"),
        ("Council",),
    )
    assert values.teams("/Sales/Belgium") == (("Sales", "Belgium"),)
    assert values.teams("/") == ()
    with pytest.raises(WrongCell, match="leaves out a team"):
        values.teams("Sales > ")


def test_time_zones() -> None:
    assert values.time_zone("europe/brussels") == "Europe/Brussels"
    assert values.time_zone("") is None
    for text in ("Mars/Base", "../../etc/passwd", "Europe", "/etc/localtime", "Romance Standard"):
        with pytest.raises(WrongCell, match="is not a time zone"):
            values.time_zone(text)


def test_roles() -> None:
    assert values.role("Admin") is Role.ADMIN
    assert values.role("") is None
    with pytest.raises(WrongCell, match="it is admin, support, user"):
        values.role("king")


@pytest.mark.parametrize(
    "text", ["1", "TRUE", "yes", "Active", "ja", "oui", "Actief", "On Leave", "Full-Time", ""]
)
def test_words_that_mean_active(text: str) -> None:
    assert values.active(text)


@pytest.mark.parametrize(
    "text", ["0", "False", "no", "Terminated", "suspended", "nee", "non", "Uit dienst"]
)
def test_words_that_mean_left(text: str) -> None:
    assert not values.active(text)


def test_other_words_are_refused() -> None:
    with pytest.raises(WrongCell, match="write yes or no"):
        values.active("perhaps")


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("", None),
        ("nl", "nl"),
        ("NL_be", "nl-BE"),
        ("zh-hant-TW", "zh-Hant-TW"),
        ("N", "nl"),
        ("Nederlands", "nl"),
        ("Français", "fr"),
        ("Néerlandais", "nl"),
        ("English (United States)", "en"),
        ("English - United States (en_US)", "en-US"),
        ("fra", "fr"),
    ],
)
def test_languages(text: str, tag: str | None) -> None:
    assert language_tag(text) == tag


@pytest.mark.parametrize("text", ["xx", "Klingon", "12", "en--US"])
def test_invalid_languages(text: str) -> None:
    with pytest.raises(WrongCell, match="is not a language"):
        language_tag(text)
