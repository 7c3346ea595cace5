"""Keyset pagination: any window of a list, from anywhere, is a slice of the sorted list."""

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from peewee import SQL, fn

from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.users import User, UserFilter, sort_name
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.selection import Selection
from studio_tui.domain.shared.text import fold_search
from studio_tui.services.people import users
from studio_tui.services.system.context import Studio
from studio_tui.storage.engine.expressions import EVERYBODY, NOBODY, column, selected
from studio_tui.storage.engine.sql import execute, execute_many
from studio_tui.storage.engine.tables import TeamTable
from studio_tui.storage.lists.keyset import Listing
from tests.hostile import HOSTILE
from tests.made_once import made_once
from tests.organisation import import_people

_TEAM: Any = TeamTable.alias("t")
ROWS = 60
FEW = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)

KEYS = st.lists(
    st.sampled_from(["", "a", "b", "B", "ba", "z", "é", "長", "👍🏽", "\\", "%", "_"]),
    min_size=0,
    max_size=ROWS,
)
WINDOWS = st.lists(st.tuples(st.integers(0, ROWS + 5), st.integers(0, 20)), max_size=12)


def fill(keys: list[str]) -> list[tuple[str, int]]:
    """Replace all teams by teams with these keys; return key and id of each."""
    execute("DELETE FROM team")
    execute_many(
        "INSERT INTO team (id, name, path, path_key, by_manager) VALUES (?, ?, ?, ?, ?)",
        [(n + 1, "", key, f"{key} {n}", False) for n, key in enumerate(keys)],
    )
    return [(f"{key} {n}", n + 1) for n, key in enumerate(keys)]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("read", ["by key", "as few", "as many", "by what no index knows"])
def test_windows_in_any_order_are_pieces_of_the_sorted_list(
    studio: Studio, descending: bool, read: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In any order of requests for windows, positions and counts."""
    monkeypatch.setattr("studio_tui.storage.lists.keyset._FEW", 0 if read == "as many" else ROWS)

    @FEW
    @given(KEYS, WINDOWS)
    def check(keys: list[str], windows: list[tuple[int, int]]) -> None:
        with studio.store.writing():
            # Sort by the first character of the key, so that many rows share a sort key.
            half = fn.SUBSTR(_TEAM.path_key, SQL("1"), SQL("1")).collate(f'"{binary(studio)}"')
            expected = [
                i for _, i in sorted(((k[:1], i) for k, i in fill(keys)), reverse=descending)
            ]
            listing = Listing(
                _TEAM,
                _TEAM.id,
                EVERYBODY,
                half,
                descending=descending,
                narrowed=read in ("as few", "as many"),
                computed=read == "by what no index knows",
            )
            for start, length in windows:
                assert listing.ids(start, start + length) == expected[start : start + length]
                if start < len(expected) and length % 3 == 1:
                    assert listing.position(expected[start]) == start
                elif length % 3 == 2:
                    assert listing.count() == len(expected)
            assert listing.count() == len(expected)
            assert [listing.position(row_id) for row_id in expected] == list(range(len(expected)))
            assert listing.position(10**6) is None

    check()


def test_a_row_deep_in_what_a_filter_leaves_is_about_where_it_was(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its position is estimated: counting all rows before it at every change would be slow."""
    monkeypatch.setattr("studio_tui.storage.lists.keyset._FEW", 0)
    monkeypatch.setattr("studio_tui.storage.lists.keyset._NEAR", 2)
    with studio.store.writing():
        expected = [i for _, i in sorted(fill(list("abcdefghijkl")))]
        listing = Listing(_TEAM, _TEAM.id, EVERYBODY, _TEAM.path_key, narrowed=True)
        assert listing.position(expected[1], 5) == 1
        assert listing.position(expected[6]) is None
        assert listing.position(expected[6], 8) == 8
        assert listing.ids(7, 10) == expected[5:8]
        assert listing.position(expected[9], 0) == 3
        assert listing.position(10**6, 8) is None


def binary(studio: Studio) -> str:
    """Return the collation that sorts by code point."""
    return "BINARY" if studio.store.is_sqlite else "C"


MARKS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["mark", "unmark"]), st.frozensets(st.integers(1, 12))),
        st.tuples(
            st.sampled_from(["mark_matching", "unmark_matching"]), st.frozensets(st.integers(1, 12))
        ),
    ),
    max_size=10,
)


def test_a_selection_is_the_same_rows_to_the_database_as_to_the_rule(studio: Studio) -> None:
    """One SQL condition selects the rows for which `Selection.contains` is true."""

    team = _TEAM

    def condition_of(ids: frozenset[int]) -> Any:
        return team.id.in_(sorted(ids)) if ids else NOBODY

    with studio.store.writing():
        fill(["x"] * 12)

    @FEW
    @given(MARKS)
    def check(marks: list[tuple[str, frozenset[int]]]) -> None:
        selection: Selection[frozenset[int]] = Selection()
        model: set[int] = set()
        for act, ids in marks:
            selection = getattr(selection, act)(ids)
            model = model | ids if act.startswith("mark") else model - ids
        with studio.store.reading():
            held = selected(selection, condition_of, team.id)
            assert set(column(team.select(team.id).where(held))) == model

    check()


NAMES = (
    *HOSTILE,
    'He "said" AND left',
    "NEAR(a b) ^x* search:y",
    "50%",
    "a_b",
    "a\\b",
    "ab",
    "Ünal",
    "STRAẞE",
    "José",
)


@made_once
def many(studio: Studio, admin: Actor) -> list[User]:
    """Users with every hostile name, in the order of the list by name."""
    text = "email,given_name,family_name,hired_on,department\n" + "".join(
        f'u{n}@example.org,"{_cell(name)}",Family,{date(2020, 1, 1 + n % 20)},{"abc"[n % 3]}\n'
        for n, name in enumerate(NAMES)
    )
    import_people(studio, admin, text)
    return users.every(studio, admin, UserFilter())


def _cell(name: str) -> str:
    """Return the name as a CSV cell with a visible prefix, so that no line lacks a name."""
    return "n " + name.replace('"', '""')[:190].replace("\n", " ").replace("\r", " ").replace(
        "\0", ""
    )


def search_of(user: User) -> str:
    return fold_search(
        " ".join((user.given_name, user.family_name, user.login, user.email, user.department))
    )


TYPED = (
    *("%", "_", "\\", "a_b", "50%", "👍🏽", "strasse", "jose", "n u1", "[/x]"),
    *('"', '"said"', 'aid" AND', "AND left", "NEAR(a b)", "near(", "^x*", "search:y"),
)


@pytest.mark.parametrize("few", [0, ROWS])
def test_what_is_typed_into_a_filter_means_itself(
    studio: Studio, admin: Actor, many: list[User], few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A5: wildcards and SQL keywords in a filter are ordinary text."""
    monkeypatch.setattr("studio_tui.storage.lists.keyset._FEW", few)
    for words in TYPED:
        expected = [
            u.id for u in many if all(fold_search(w) in search_of(u) for w in words.split())
        ]
        assert expected, words
        source = users.source(studio, admin, UserFilter(words), Sort("name"))
        assert [user.id for user in source.rows(0, 99)] == expected, words
        assert source.matching(UserFilter(words), [u.id for u in many]) == set(expected), words


def test_a_filter_matches_letters_without_accents_and_case(
    studio: Studio, admin: Actor, many: list[User]
) -> None:
    for typed in ("UNAL", "ünal", "u\u0308nal"):
        source = users.source(studio, admin, UserFilter(typed), Sort("name"))
        assert [user.given_name for user in source.rows(0, 9)] == ["n Ünal"]


def test_users_are_sorted_by_any_column(studio: Studio, admin: Actor, many: list[User]) -> None:
    for by in ("name", "login", "email", "department", "hired_on"):
        up = users.source(studio, admin, UserFilter(), Sort(by)).rows(0, 99)
        down = users.source(studio, admin, UserFilter(), Sort(by, descending=True)).rows(0, 99)
        assert list(down) == list(up)[::-1], by
        assert {u.id for u in up} == {u.id for u in many}, by
        keys = [_sort_key(user, by) for user in up]
        assert keys == sorted(keys), by


def _sort_key(user: User, column: str) -> str:
    if column == "name":
        return sort_name(user.given_name, user.family_name)
    return str(getattr(user, column) or "")
