"""Finding people, pushes and templates by a few letters of their names (S4), on each engine."""

from datetime import date

import pytest

from studio_tui.domain.people import hr_file
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.roles import Role
from studio_tui.domain.pushes.push import PushDraft, PushFacts
from studio_tui.domain.shared.ranking import FoundKind, Rank, SearchResult
from studio_tui.services.people import imports
from studio_tui.services.pushes import assign, pushes
from studio_tui.services.system import search
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import templates
from tests.hostile import HOSTILE

_PEOPLE = """\
login,email,given_name,family_name,department,teams,active
ann,ann@example.org,Ann,Peeters,Sales,Sales,yes
joanna,joanna@example.org,Joanna,Maes,Sales,Sales,yes
annika,annika@example.org,Annika,Annon,Legal,Legal,yes
zoe,zoe@example.org,Zoé,Hannes,Legal,Legal,yes
anton,ann.ton@example.org,Ton,Ann,Legal,Legal,no
"""


def load(studio: Studio, admin: Actor, text: str = _PEOPLE) -> None:
    imports.apply(studio, admin, hr_file.read(text.encode()))


def push(studio: Studio, admin: Actor, name: str, *logins: str) -> PushFacts:
    regular = templates.find(studio, admin, "Regular")
    draft = PushDraft(name, date(2026, 3, 1), date(2026, 3, 31))
    (made,) = pushes.create(studio, admin, regular.id, [draft])
    if logins:
        assign.assign(studio, admin, made, assign.users_named(studio, admin, logins))
    return made


def named(found: tuple[SearchResult, ...], kind: FoundKind) -> list[tuple[str, Rank]]:
    return [(one.name, one.rank) for one in found if one.kind is kind]


def test_the_best_match_comes_first_and_users_who_left_last(studio: Studio, admin: Actor) -> None:
    load(studio, admin)
    found = search.find(studio, admin, "ann")
    assert named(found, FoundKind.USER) == [
        ("Ann Peeters", Rank.EXACT),
        ("Annika Annon", Rank.START),
        ("Ton Ann", Rank.START),
        ("Zoé Hannes", Rank.WITHIN),
        ("Joanna Maes", Rank.WITHIN),
    ]
    assert [one.about for one in found if one.over] == ["anton · Legal · left"]


def test_a_user_is_found_by_login_address_and_team(studio: Studio, admin: Actor) -> None:
    load(studio, admin)
    assert named(search.find(studio, admin, "ZOE@example.org"), FoundKind.USER) == [
        ("Zoé Hannes", Rank.EXACT)
    ]
    assert named(search.find(studio, admin, "peeters ann"), FoundKind.USER) == [
        ("Ann Peeters", Rank.EXACT)
    ]
    by_team = named(search.find(studio, admin, "sales"), FoundKind.USER)
    assert by_team == [("Joanna Maes", Rank.ELSEWHERE), ("Ann Peeters", Rank.ELSEWHERE)]


def test_pushes_and_templates_are_found_by_name(studio: Studio, admin: Actor) -> None:
    load(studio, admin)
    push(studio, admin, "Regular check", "ann")
    closed = push(studio, admin, "Irregular", "ann")
    pushes.close(studio, admin, closed)
    push(studio, admin, "Q1 regular")
    found = search.find(studio, admin, "regular")
    assert [(one.kind, one.name, one.about, one.rank, one.over) for one in found] == [
        (FoundKind.PUSH, "Regular check", "open · until 31 Mar", Rank.START, False),
        (FoundKind.PUSH, "Q1 regular", "draft · until 31 Mar", Rank.WORDS, False),
        (FoundKind.PUSH, "Irregular", "closed", Rank.WITHIN, True),
        (FoundKind.TEMPLATE, "Regular", "", Rank.EXACT, False),
    ]
    assert pushes.show(studio, admin, found[0].id).name == "Regular check"
    assert templates.show(studio, admin, found[-1].id).name == "Regular"


def test_an_archived_template_is_marked_as_archived(studio: Studio, admin: Actor) -> None:
    templates.set_archived(studio, admin, templates.find(studio, admin, "Quick"), True)
    (found,) = search.find(studio, admin, "quic")
    assert (found.name, found.about, found.over) == ("Quick", "archived", True)


def test_an_empty_search_finds_nothing(studio: Studio, admin: Actor) -> None:
    load(studio, admin)
    assert search.find(studio, admin, " ") == ()


def test_a_user_without_permission_finds_nobody(studio: Studio, admin: Actor) -> None:
    load(studio, admin)
    push(studio, admin, "Annual", "ann")
    nobody = Actor(99, "ann", "Ann Peeters", Role.USER)
    assert search.find(studio, nobody, "ann") == ()
    support = Actor(98, "sam", "Sam Claes", Role.SUPPORT)
    assert search.find(studio, support, "ann") == search.find(studio, admin, "ann")


@pytest.mark.parametrize("text", ["an", "ann"])
def test_the_best_matches_are_found_among_more_people_than_are_ranked(
    studio: Studio, admin: Actor, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """An exact match is found however many others contain the text."""
    monkeypatch.setattr(search, "_LOOKED_AT", 20)
    crowd = "".join(f"x{n:03},x{n:03}@example.org,Johanna{n},Hann,,,yes\n" for n in range(60))
    best = (
        f"{text},e1@example.org,By,Login,,,yes\n"
        f"l2,{text}@example.org,By,Address,,,yes\n"
        f"l3,e3@example.org,By,{text.title()},,,yes\n"
        f"l4,e4@example.org,{text.title()},Verlinden,,,yes\n"
    )
    heading = _PEOPLE.splitlines()[0]
    load(studio, admin, f"{heading}\n{crowd}{best}")
    found = named(search.find(studio, admin, text), FoundKind.USER)
    assert {("By Login", Rank.EXACT), (f"By {text.title()}", Rank.START)} <= set(found[:3])
    by_name = search.find(studio, admin, f"{text} verlinden")
    assert named(by_name, FoundKind.USER) == [(f"{text.title()} Verlinden", Rank.EXACT)]
    by_address = search.find(studio, admin, f"{text}@example.org")
    assert ("By Address", Rank.EXACT) in named(by_address, FoundKind.USER)


def test_the_number_of_results_per_kind_is_limited(
    studio: Studio, admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST", 2)
    load(studio, admin)
    for name in ("Annual", "Annual 2", "Annual 3"):
        push(studio, admin, name)
    found = search.find(studio, admin, "ann")
    assert named(found, FoundKind.PUSH) == [("Annual", Rank.START), ("Annual 2", Rank.START)]
    assert len(named(found, FoundKind.USER)) == 2


def test_hostile_text_is_searched_literally(studio: Studio, admin: Actor) -> None:
    load(studio, admin)
    push(studio, admin, "50% [/x] a_b", "ann")
    for text in (*HOSTILE, "%", "_", "'", '"', "\\", "*", "\x00", "a" * 20_000):
        search.find(studio, admin, text)
    assert named(search.find(studio, admin, "% [/x]"), FoundKind.PUSH) == [
        ("50% [/x] a_b", Rank.WITHIN)
    ]
