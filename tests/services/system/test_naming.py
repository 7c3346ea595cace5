"""Finding the object that a user named."""

import pytest

from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import NotFound
from studio_tui.services.people import users
from studio_tui.services.pushes import pushes
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from tests.hostile import HOSTILE
from tests.organisation import create_push

pytestmark = [pytest.mark.one_engine, pytest.mark.usefixtures("people")]


def test_a_user_is_named_by_login_or_address_in_any_case(studio: Studio, admin: Actor) -> None:
    """U1."""
    ann = users.find(studio, admin, "ann").user
    for name in ("ANN", " ann ", "Ann@Example.ORG"):
        assert users.find(studio, admin, name).user == ann
    with studio.store.reading():
        assert naming.user_ids_named(["Ann", "ann@example.org"]) == [ann.id, ann.id]


def test_a_name_shared_by_pushes_means_the_open_one_or_else_the_newest(
    studio: Studio, admin: Actor
) -> None:
    first = pushes.close(studio, admin, create_push(studio, admin)).push
    second = create_push(studio, admin, "q1 REVIEW")
    assert pushes.find(studio, admin, "Q1 Review").id == second.id
    pushes.close(studio, admin, second)
    assert pushes.find(studio, admin, "Q1 Review").id == second.id
    assert first.id != second.id


@pytest.mark.parametrize("name", ["\x1b[31m", "x" * 5_000, "' OR 1=1 --", "", "%"])
def test_an_unknown_name_is_reported_in_one_clean_line(
    studio: Studio, admin: Actor, name: str
) -> None:
    """A5."""
    for find in (users.find, pushes.find):
        with pytest.raises(NotFound) as caught:
            find(studio, admin, name)
        assert "\x1b" not in str(caught.value)
        assert len(str(caught.value)) < 200


def test_unknown_hostile_names_are_reported_clean(studio: Studio) -> None:
    with studio.store.reading(), pytest.raises(NotFound, match="users are unknown: ") as caught:
        naming.user_ids_named(HOSTILE)
    assert f"and {len(HOSTILE) - 10} more" in str(caught.value)
    assert "\x1b" not in str(caught.value)
