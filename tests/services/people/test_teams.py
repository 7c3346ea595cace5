"""Editing teams by hand (U2, U8), on each engine."""

from collections.abc import Callable

import pytest

from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.teams import Team
from studio_tui.domain.shared.errors import Conflict, Invalid, NotFound, NothingToDo, Refused
from studio_tui.services.people import by_hand, teams, users
from studio_tui.services.people.person_input import PersonInput
from studio_tui.services.people.teams import TOP, TeamEdit
from studio_tui.services.system.context import Studio
from tests.acting import as_user, lines
from tests.organisation import PEOPLE, import_people
from tests.services.people.importing import found

pytestmark = pytest.mark.usefixtures("people")


@pytest.fixture
def team(studio: Studio, admin: Actor) -> Callable[[str], Team]:
    """A function that finds a team by its name."""
    return lambda name: teams.find(studio, admin, name)


def managers(studio: Studio, login: str) -> set[str]:
    user = users.find(studio, as_user(studio, "els"), login).user
    return {each.login for each in user.managers}


def test_the_tree_of_teams_with_leaders_and_counts(studio: Studio, admin: Actor) -> None:
    """Cas is in two teams below Sales and counts there once."""
    by_hand.leave(studio, admin, [users.find(studio, admin, "ben").user.id])
    listed = teams.every(studio, admin)
    assert [(each.path, each.depth, each.led_by) for each in listed] == [
        ("Sales", 0, "Dan Dewit"),
        ("Sales > Belgium", 1, "Bob Smith"),
        ("Sales > France", 1, "Béatrice Moreau"),
    ]
    assert [(each.members, each.people, each.below) for each in listed] == [
        (1, 4, 2), (3, 3, 0), (1, 1, 0),
    ]  # fmt: skip
    shown = teams.show(studio, admin, listed[1].id)
    assert [each.login for each in shown.members] == ["cas", "ann", "bob", "ben"]


def test_a_team_is_added_renamed_moved_and_removed(
    studio: Studio, admin: Actor, team: Callable[[str], Team]
) -> None:
    teams.add(studio, admin, "Field sales", leaders=["cor"])
    assert managers(studio, "bob") == {"dan"}
    belgium = team("belgium")
    moved = teams.edit(studio, admin, belgium.id, TeamEdit("België", "field SALES"))
    assert moved.after is not None
    assert (moved.after.path, moved.other_managers) == ("Field sales > België", 1)
    # The only leader of a team is managed by the leader of the team above (U4).
    assert managers(studio, "bob") == {"cor"}
    assert managers(studio, "ann") == {"bob", "cor"}
    assert found(studio, admin, "belgie field") == {"ann", "ben", "bob", "cas"}
    assert users.find(studio, admin, "ann").user.teams == ("Field sales > België",)
    line = lines(studio, admin)[0]
    assert (line.action, line.users) == ("changed team", 4)
    assert (line.before, line.after) == (
        {"path": "Sales > Belgium"},
        {"path": "Field sales > België"},
    )
    with pytest.raises(NothingToDo):
        teams.edit(studio, admin, belgium.id, TeamEdit("België", "Field sales"))
    teams.edit(studio, admin, belgium.id, TeamEdit(under=TOP))
    assert team("België").path == "België"
    for login in ("ann", "ben", "bob", "cas"):
        user_id = users.find(studio, admin, login).user.id
        by_hand.edit(studio, admin, user_id, PersonInput(removed={"teams": ["België"]}))
    with pytest.raises(Refused, match="led by Bob Smith"):
        teams.remove(studio, admin, belgium.id)
    teams.edit(studio, admin, belgium.id, TeamEdit(no_leaders=["bob"]))
    teams.remove(studio, admin, belgium.id)
    with pytest.raises(NotFound, match="Did you mean"):
        team("Franse")


def test_moving_a_team_moves_the_teams_below_it(
    studio: Studio, admin: Actor, team: Callable[[str], Team]
) -> None:
    teams.add(studio, admin, "Group", leaders=["els"])
    moved = teams.edit(studio, admin, team("Sales").id, TeamEdit(under="Group"))
    assert moved.other_managers == 1
    assert managers(studio, "dan") == {"els"}
    assert [each.path for each in teams.every(studio, admin)] == [
        "Group", "Group > Sales", "Group > Sales > Belgium", "Group > Sales > France",
    ]  # fmt: skip
    assert found(studio, admin, "group") == {"els", "dan", "bea", "bob", "ann", "ben", "cas"}
    # Once the team is moved back, the same import finds its teams again.
    teams.edit(studio, admin, team("Group > Sales").id, TeamEdit(under=TOP))
    import_people(studio, admin, PEOPLE)
    assert len(teams.every(studio, admin)) == 4


def test_a_cycle_of_teams_is_refused_also_if_two_edits_create_it(
    studio: Studio, admin: Actor, team: Callable[[str], Team]
) -> None:
    """U2: each edit was valid when its admin read the tree."""
    for name in ("North", "South"):
        teams.add(studio, admin, name)
    north, south = team("North"), team("South")
    teams.edit(studio, admin, north.id, TeamEdit(under="South"), was=north)
    for name in ("North", "South > North"):
        with pytest.raises(Invalid, match="below it"):
            teams.edit(studio, admin, south.id, TeamEdit(under=name), was=south)
    with pytest.raises(Invalid, match="itself"):
        teams.edit(studio, admin, south.id, TeamEdit(under="South"))
    with pytest.raises(Invalid, match="above itself"):
        teams.add(studio, admin, "South", under="North")


def test_the_second_of_two_edits_of_a_team_is_a_conflict(
    studio: Studio, admin: Actor, team: Callable[[str], Team]
) -> None:
    """A4: the error names the current value; edits of other properties do not conflict."""
    read = team("France")
    teams.edit(studio, admin, read.id, TeamEdit("Frankrijk"), was=read)
    with pytest.raises(Conflict, match="Frankrijk"):
        teams.edit(studio, admin, read.id, TeamEdit("Francia"), was=read)
    teams.edit(studio, admin, read.id, TeamEdit(leaders=["cor"]), was=read)
    with pytest.raises(Conflict, match="Cor Coach"):
        teams.edit(studio, admin, read.id, TeamEdit(no_leaders=["bea"]), was=read)
    assert [each.login for each in team("Frankrijk").leaders] == ["cor", "bea"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_invalid_names_of_teams_are_refused(
    studio: Studio, admin: Actor, team: Callable[[str], Team]
) -> None:
    teams.add(studio, admin, "Other")
    before = teams.every(studio, admin)
    for name, said in (
        ("", "needs a name"),
        ("\x1b[", "needs a name"),
        ("x" * 201, "at most 200"),
        ("a|b", "“|”"),
        ("/a", "“/”"),
        ("SALES", "name of another team"),
        ("Sаles", "looks like"),
    ):
        with pytest.raises(Invalid) as refused:
            teams.add(studio, admin, name)
        assert said in refused.value.fields["name"]
        with pytest.raises(Invalid) as refused:
            teams.edit(studio, admin, team("Other").id, TeamEdit(name))
        assert said in refused.value.fields["name"]
        assert teams.every(studio, admin) == before


def test_an_ambiguous_team_name_requires_the_path(
    studio: Studio, admin: Actor, team: Callable[[str], Team]
) -> None:
    teams.add(studio, admin, "Support")
    teams.add(studio, admin, "Support > Belgium")
    with pytest.raises(Refused, match="Sales > Belgium, Support > Belgium"):
        team("Belgium")
    assert team("support>belgium").path == "Support > Belgium"
    teams.add(studio, admin, "Belgium")
    assert team("belgium").path == "Belgium"
