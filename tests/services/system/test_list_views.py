"""A user's own settings of lists (S5, S9), on each engine."""

import json
from dataclasses import replace

import pytest

from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import Invalid, NothingToDo, Refused
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.list_views import MAX_VIEWS, ListView, StoredViews
from studio_tui.services.system import list_views
from studio_tui.services.system.context import Studio
from studio_tui.services.system.list_views import ViewNameTaken
from tests.acting import as_user

LATE = ListView(
    "Late in Sales", "sales late", "overdue", Sort("name", descending=True), ("name", "teams")
)


@pytest.mark.usefixtures("people")
def test_views_are_stored_per_user_and_list(studio: Studio, admin: Actor) -> None:
    ann = as_user(studio, "ann")
    list_views.save(studio, admin, "users", LATE)
    list_views.save(studio, ann, "users", replace(LATE, name="Mine"))
    list_views.choose_columns(studio, admin, "outbox", ["state"])
    assert list_views.every(studio, admin) == {
        "users": StoredViews((), (LATE,)),
        "outbox": StoredViews(("state",), ()),
    }
    list_views.remove(studio, ann, "users", "MINE")
    assert list_views.every(studio, ann) == {}
    assert list_views.every(studio, admin)["users"].named == (LATE,)


def test_view_names_ignore_case(studio: Studio, admin: Actor) -> None:
    list_views.save(studio, admin, "users", LATE)
    other = replace(LATE, name="  late in SALES ", text="other")
    with pytest.raises(ViewNameTaken):
        list_views.save(studio, admin, "users", other)
    kept = list_views.save(studio, admin, "users", other, replacing=True)["users"]
    assert [(view.name, view.text) for view in kept.named] == [("late in SALES", "other")]


@pytest.mark.parametrize("name", ["", "  ", "\x1b", "x" * 201])
def test_the_name_of_a_view_has_a_minimum_and_maximum_length(
    studio: Studio, admin: Actor, name: str
) -> None:
    with pytest.raises(Invalid):
        list_views.save(studio, admin, "users", replace(LATE, name=name))


def test_a_list_opens_with_the_chosen_view_or_the_default(studio: Studio, admin: Actor) -> None:
    for name in ("One", "Two"):
        list_views.save(studio, admin, "users", ListView(name, name))
    for name in ("One", "two"):
        kept = list_views.open_with(studio, admin, "users", name)["users"]
        assert [view.name for view in kept.named if view.opens] == [name.title()]
    list_views.save(studio, admin, "users", ListView("Two", "else"), replacing=True)
    opening = list_views.every(studio, admin)["users"].opening
    assert opening == ListView("Two", "else", opens=True)
    assert list_views.open_with(studio, admin, "users", None)["users"].opening is None
    with pytest.raises(NothingToDo):
        list_views.open_with(studio, admin, "users", "Three")


def test_removing_an_unknown_view_keeps_the_columns(studio: Studio, admin: Actor) -> None:
    list_views.choose_columns(studio, admin, "users", ["name"])
    for name in ("", "none"):
        with pytest.raises(NothingToDo):
            list_views.remove(studio, admin, "users", name)
    assert list_views.every(studio, admin)["users"].columns == ("name",)


def test_the_number_of_views_is_limited(studio: Studio, admin: Actor) -> None:
    for number in range(MAX_VIEWS):
        list_views.save(studio, admin, "users", ListView(str(number)))
    with pytest.raises(Refused, match="remove one"):
        list_views.save(studio, admin, "users", LATE)


@pytest.mark.parametrize(
    "kept", ["", "[]", "nothing", '{"sort": 3, "columns": "x", "text": null}', '{"columns": [1]}']
)
def test_an_unreadable_view_falls_back_to_the_defaults(kept: str) -> None:
    assert ListView.from_json("x", kept) == ListView("x")


def test_a_view_survives_a_json_round_trip() -> None:
    assert ListView.from_json(LATE.name, LATE.to_json()) == LATE
    assert json.loads(ListView("x").to_json()) == {}
