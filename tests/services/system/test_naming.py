"""Finding what a person named."""

import pytest

from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import NotFound
from studio_tui.services.people import users
from studio_tui.services.pushes import pushes
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from tests.hostile import HOSTILE
from tests.organisation import create_push, import_people

pytestmark = pytest.mark.one_engine


@pytest.fixture(autouse=True)
def people(studio: Studio, admin: Actor) -> None:
    """Somebody to be named."""
    import_people(studio, admin)


def test_a_user_is_named_by_login_or_address_in_any_case(studio: Studio, admin: Actor) -> None:
    """U1."""
    ann = users.find(studio, admin, "ann").user
    for name in ("ANN", " ann ", "Ann@Example.ORG"):
        assert users.find(studio, admin, name).user == ann
    with studio.store.reading():
        assert naming.user_ids_named(["Ann", "ann@example.org"]) == [ann.id, ann.id]


def test_of_pushes_of_one_name_the_open_one_is_meant_and_then_the_newest(
    studio: Studio, admin: Actor
) -> None:
    first = pushes.close(studio, admin, create_push(studio, admin)).push
    second = create_push(studio, admin, "q1 REVIEW")
    assert pushes.find(studio, admin, "Q1 Review").id == second.id
    pushes.close(studio, admin, second)
    assert pushes.find(studio, admin, "Q1 Review").id == second.id
    assert first.id != second.id


@pytest.mark.parametrize("name", ["\x1b[31m", "x" * 5_000, "' OR 1=1 --", "", "%"])
def test_what_is_not_there_is_said_in_one_clean_line(
    studio: Studio, admin: Actor, name: str
) -> None:
    """A5."""
    for find in (users.find, pushes.find):
        with pytest.raises(NotFound) as caught:
            find(studio, admin, name)
        assert "\x1b" not in str(caught.value)
        assert len(str(caught.value)) < 200


def test_hostile_names_are_unknown_and_shown_clean(studio: Studio) -> None:
    with studio.store.reading(), pytest.raises(NotFound, match="users are unknown: ") as caught:
        naming.user_ids_named(HOSTILE)
    assert f"and {len(HOSTILE) - 10} more" in str(caught.value)
    assert "\x1b" not in str(caught.value)
