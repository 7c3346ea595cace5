"""Teams, leaders and coaches in an import, and the managers derived from them (U2 to U4, U6)."""

import pytest

from studio_tui.demo.story.building import build_organisation
from studio_tui.demo.story.constants import DEMO_NOW
from studio_tui.demo.story.export import organisation_csv
from studio_tui.demo.story.text_files import demo_plan
from studio_tui.domain.people.access import Actor
from studio_tui.services.people import imports
from studio_tui.services.people.hr_files import read
from studio_tui.services.system.context import Studio
from studio_tui.storage.engine.sql import rows
from tests.services.people.importing import SAMPLES, found, import_lines, managers, user

pytestmark = pytest.mark.one_engine

HEAD = "email,given_name,family_name"
KNOWING_MANAGERS = [
    "bamboohr.csv",
    "belgian_payroll.csv",
    "entra_powershell.csv",
    "excel_unicode_text.txt",
    "google_workspace.csv",
    "workday.csv",
]


def row(login: str, *cells: str) -> str:
    return ",".join((f"{login}@example.org", login.title(), "Maes", *cells))


def teams_by_manager(studio: Studio) -> dict[str, bool]:
    with studio.store.reading():
        return {path: bool(made) for path, made in rows("SELECT path, by_manager FROM team")}


def test_managers_are_all_leaders_of_all_teams_and_all_coaches(
    studio: Studio, admin: Actor
) -> None:
    import_lines(
        studio,
        admin,
        HEAD + ",teams,leads,coaches,active",
        row("ann", "Sales|Works council", "", "cas|bob", "yes"),
        row("bob", "", "Sales", "", "yes"),
        row("bea", "", "Sales", "", "yes"),
        row("cas", "", "", "", "yes"),
        row("wim", "", "Works council", "", "no"),
    )
    assert managers(studio, admin, "ann") == {
        "bob": {"leads Sales", "coach"},
        "bea": {"leads Sales"},
        "cas": {"coach"},
    }
    assert managers(studio, admin, "bob") == {"bea": {"leads Sales"}}
    assert managers(studio, admin, "cas") == {}


def test_the_only_leader_of_a_team_is_managed_by_the_leader_of_the_team_above(
    studio: Studio, admin: Actor
) -> None:
    import_lines(
        studio,
        admin,
        HEAD + ",teams,leads",
        row("top", "", "Company"),
        row("mid", "Company > Sales > Belgium", "Company > Sales > Belgium"),
        row("low", "Company > Sales > Belgium", ""),
    )
    assert managers(studio, admin, "low") == {"mid": {"leads Belgium"}}
    assert managers(studio, admin, "mid") == {"top": {"leads Company"}}
    assert managers(studio, admin, "top") == {}
    assert teams_by_manager(studio) == {
        "Company": False,
        "Company > Sales": False,
        "Company > Sales > Belgium": False,
    }


def test_the_demo_organisation_has_the_managers_it_was_built_with(
    studio: Studio, admin: Actor
) -> None:
    organisation = build_organisation(demo_plan())
    file = read(organisation_csv(organisation).encode())
    assert imports.apply(studio, admin, file).refusals == ()
    today = DEMO_NOW.date()
    for one in organisation.users:
        if one.hired_on <= today:
            expected = set(organisation.managers_of(one.login, today))
            assert set(managers(studio, admin, one.login)) == expected, one.login
    assert imports.apply(studio, admin, file).touched == ()


@pytest.mark.parametrize("name", KNOWING_MANAGERS)
def test_a_user_joins_the_team_of_the_manager_in_the_file(
    studio: Studio, admin: Actor, name: str
) -> None:
    plan = imports.apply(studio, admin, read(SAMPLES / name))
    login = {one.name: one.login for one in plan.added}
    ann, bob = user(studio, admin, login["Ann Peeters"]), user(studio, admin, login["Bob Smets"])
    assert managers(studio, admin, ann.login) == {bob.login: {f"leads {ann.department}"}}
    above = {login["Ingrid Van den Berghe"]: {"leads Team of Ingrid Van den Berghe"}}
    assert managers(studio, admin, bob.login) == above
    assert managers(studio, admin, login["Ingrid Van den Berghe"]) == {}
    # Google exports units with their parents: “Sales” exists without a manager.
    assert teams_by_manager(studio)[ann.department] == (name != "google_workspace.csv")


def test_a_user_with_a_new_manager_moves_to_the_team_of_that_manager(
    studio: Studio, admin: Actor
) -> None:
    head = HEAD + ",manager"
    import_lines(
        studio, admin, HEAD + ",teams", row("ann", "Works council"), row("bob", ""), row("bea", "")
    )
    import_lines(studio, admin, head, row("ann", "bob"))
    assert user(studio, admin, "ann").teams == ("Team of Bob Maes", "Works council")
    assert user(studio, admin, "bob").leads == ("Team of Bob Maes",)
    import_lines(studio, admin, head, row("ann", "bea"))
    assert user(studio, admin, "ann").teams == ("Team of Bea Maes", "Works council")
    assert managers(studio, admin, "ann") == {"bea": {"leads Team of Bea Maes"}}
    assert found(studio, admin, "team of bob") == {"bob"}
    import_lines(studio, admin, head, row("ann", ""))
    assert user(studio, admin, "ann").teams == ("Works council",)
    assert teams_by_manager(studio) == {
        "Works council": False,
        "Team of Bob Maes": True,
        "Team of Bea Maes": True,
    }


def test_a_manager_who_is_not_in_the_file_becomes_leader_of_a_team(
    studio: Studio, admin: Actor
) -> None:
    import_lines(studio, admin, HEAD, row("bob"))
    plan = import_lines(studio, admin, HEAD + ",manager", row("ann", "bob"), row("cas", "bob"))
    (bob,) = plan.changed
    assert (bob.login, bob.line) == ("bob", 0)
    assert [change.field for change in bob.changes] == ["leads"]
    again = import_lines(studio, admin, HEAD + ",manager", row("ann", "bob"), row("cas", "bob"))
    assert (again.touched, again.unchanged) == ((), 2)


def test_a_user_joins_the_existing_team_of_their_manager(studio: Studio, admin: Actor) -> None:
    import_lines(studio, admin, HEAD + ",leads", row("bob", "Sales > Belgium"))
    plan = import_lines(studio, admin, HEAD + ",manager", row("ann", "bob"))
    assert plan.teams_created == ()
    assert user(studio, admin, "ann").teams == ("Sales > Belgium",)
    assert teams_by_manager(studio) == {"Sales": False, "Sales > Belgium": False}


def test_a_file_with_both_teams_and_managers(studio: Studio, admin: Actor) -> None:
    head = HEAD + ",teams,leads,manager"
    lines = (row("ann", "Sales|Works council", "", "bob"), row("bob", "", "Sales", ""))
    import_lines(studio, admin, head, *lines)
    assert user(studio, admin, "ann").teams == ("Sales", "Works council")
    lines = (row("ann", "Works council", "", "bob"), row("bob", "", "Sales", ""))
    import_lines(studio, admin, head, *lines)
    assert user(studio, admin, "ann").teams == ("Sales", "Works council")
    lines = (row("ann", "Works council", "", ""), row("bob", "", "", ""))
    import_lines(studio, admin, head, *lines)
    assert user(studio, admin, "ann").teams == ("Works council",)
    assert user(studio, admin, "bob").leads == ()


def test_an_import_sets_exactly_the_coaches_in_the_file(studio: Studio, admin: Actor) -> None:
    head = HEAD + ",coaches"
    others = row("bob", ""), row("bea", "")
    import_lines(studio, admin, head, row("ann", "bob|bea@example.org|BOB"), *others)
    assert user(studio, admin, "ann").coaches == ("bea", "bob")
    plan = import_lines(studio, admin, head, row("ann", "els|bob"), *others)
    assert plan.changed[0].changes == (("coaches", ("bea", "bob"), ("bob", "els")),)
    assert user(studio, admin, "ann").coaches == ("bob", "els")
