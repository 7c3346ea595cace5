"""Pasted lists of people."""

import pytest

from studio_tui.domain.people.name_list import parse_names

BOTH = ["ann@example.org", "bob@example.org"]


@pytest.mark.parametrize(
    "text",
    [
        "ann@example.org\r\n\r\n bob@example.org",
        "Ann Peeters <ann@example.org>; Bob Smith <bob@example.org>;",
        "Peeters, Ann <ann@example.org>, Smith, Bob <bob@example.org>",
        '"Peeters, Ann" <ann@example.org>\n"Smith, Bob (bob@example.org)"',
        "ann@example.org, bob@example.org",
        "ann@example.org\tbob@example.org",
        "mailto:ann@example.org\nSMTP:bob@example.org",
        "email\nann@example.org\nbob@example.org",
        "E-Mail Address\nAnn <ann@example.org>\nBob <bob@example.org>",
        "email\nAnn <ann@example.org>; bob@example.org",
        'email\n"Peeters, Ann" <ann@example.org>; bob@example.org',
        "email\nPeeters, Ann <ann@example.org>\nSmith, Bob <bob@example.org>",
        "Team,Email\nSales,ann@example.org; Bob <bob@example.org>",
        'Name,Email\n"Peeters, Ann",ann@example.org\n"Smith, Bob",bob@example.org',
        "Name;Work Email\nPeeters, Ann;ann@example.org\n;bob@example.org\nNobody;",
    ],
)
def test_addresses(text: str) -> None:
    assert parse_names(text) == BOTH


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ann\nbob", ["ann", "bob"]),
        ("ann; bob,cas", ["ann", "bob", "cas"]),
        ("login,email\nann,a@example.org", ["ann"]),
        ("Ann Peeters, who is new", ["Ann Peeters, who is new"]),
        ("", []),
        (" \n", []),
    ],
)
def test_logins(text: str, names: list[str]) -> None:
    assert parse_names(text) == names
