"""What an import adds, changes, marks as left and does not touch (U6)."""

from datetime import date

import pytest

from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.roles import Role
from studio_tui.domain.people.users import User
from studio_tui.domain.shared.errors import Forbidden, Refused
from studio_tui.domain.shared.text import clean_line
from studio_tui.services.people import imports
from studio_tui.services.people.hr_files import read
from studio_tui.services.people.import_plan import FieldChange, PlannedUser
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import (
    EVERYTHING,
    ActivityFilter,
    ActivityLine,
    activity_lines,
)
from tests.hostile import HOSTILE
from tests.services.people.importing import (
    SAMPLES,
    found,
    hr_file_of,
    import_lines,
    user,
    whole_database,
)

pytestmark = pytest.mark.one_engine

HEAD = "login,email,given_name,family_name"
ANN = "ann,ann@example.org,Ann,Peeters"
BOB = "bob,bob@example.org,Bob,Smets"
EVERY_SAMPLE = sorted(path.name for path in SAMPLES.iterdir())


def changes(planned: PlannedUser) -> dict[str, tuple[object, object]]:
    return {change.field: (change.before, change.after) for change in planned.changes}


def activity(studio: Studio) -> list[ActivityLine]:
    with studio.store.reading():
        return [line for line in activity_lines(EVERYTHING, 100) if line.action == "imported users"]


def test_a_new_user_gets_the_defaults_of_the_organisation(studio: Studio, admin: Actor) -> None:
    plan = import_lines(studio, admin, HEAD, ANN)
    ann = user(studio, admin, "ann")
    assert [planned.login for planned in plan.added] == ["ann"]
    assert ann == User(
        id=ann.id,
        login="ann",
        email="ann@example.org",
        given_name="Ann",
        family_name="Peeters",
        language="en",
        time_zone="Europe/Brussels",
        role=Role.USER,
        department="",
        hired_on=None,
        active=True,
    )


def test_an_import_stores_every_fact_of_a_file(studio: Studio, admin: Actor) -> None:
    import_lines(
        studio,
        admin,
        HEAD + ",language,time_zone,groups,teams,leads,coaches,department,role,hired_on,active",
        ANN + ",nl-BE,Asia/Tokyo,staff|Board,Sales > Belgium|Works council,Sales,bob|els"
        ",Selling,support,2020-03-31,yes",
        BOB + ",fr,UTC,,,,,,,,no",
    )
    ann = user(studio, admin, "ann")
    assert (ann.language, ann.time_zone, ann.role) == ("nl-BE", "Asia/Tokyo", Role.SUPPORT)
    assert (ann.department, ann.hired_on, ann.active) == ("Selling", date(2020, 3, 31), True)
    assert ann.groups == ("Board", "staff")
    assert ann.teams == ("Sales > Belgium", "Works council")
    assert ann.leads == ("Sales",)
    assert ann.coaches == ("bob", "els")
    assert not user(studio, admin, "bob").active


def test_a_preview_equals_the_import_and_writes_nothing(studio: Studio, admin: Actor) -> None:
    import_lines(studio, admin, HEAD + ",teams,active", ANN + ",Sales,yes", BOB + ",Sales,no")
    before = whole_database(studio)
    file = hr_file_of(
        HEAD + ",teams,active",
        "ann,ann@example.org,Anna,Peeters,Sales > Belgium,no",
        BOB + ",Sales,yes",
        "eve,eve@example.org,Eve,Maes,Sales,yes",
        "wrong,not an address,Wrong,Wrong,Sales,yes",
    )
    plan = imports.preview(studio, admin, file)
    assert whole_database(studio) == before
    (ann,), (bob,), (eve,) = plan.left, plan.returned, plan.added
    assert changes(ann) == {
        "given_name": ("Ann", "Anna"),
        "teams": (("Sales",), ("Sales > Belgium",)),
        "active": (True, False),
    }
    assert changes(bob) == {"active": (False, True)}
    assert FieldChange("teams", None, ("Sales",)) in eve.changes
    assert (ann.line, bob.line, eve.line) == (2, 3, 4)
    assert plan.changed == ()
    assert [(refusal.line, refusal.column) for refusal in plan.refusals] == [(5, "email")]
    assert plan.teams_created == ("Sales > Belgium",)
    done = imports.apply(studio, admin, file, skip_refused=True)
    assert done.as_json() == plan.as_json()


def test_the_json_of_an_import_plan(studio: Studio, admin: Actor) -> None:
    import_lines(studio, admin, HEAD + ",hired_on,shoe size", ANN + ",2020-03-31,38")
    file = hr_file_of(
        HEAD + ",hired_on,shoe size", "ann,ann@example.org,Ann,Claes,,38", "bob,x,Bob,Smets,,"
    )
    assert imports.preview(studio, admin, file).as_json() == {
        "added": [],
        "changed": [
            {
                "line": 2,
                "login": "ann",
                "email": "ann@example.org",
                "name": "Ann Claes",
                "changes": {
                    "family_name": {"before": "Peeters", "after": "Claes"},
                    "hired_on": {"before": "2020-03-31", "after": None},
                },
            }
        ],
        "left": [],
        "returned": [],
        "unchanged": 0,
        "refused": [
            {
                "line": 3,
                "column": "email",
                "reason": "“x” is not an e-mail address",
                "email": "",
                "sheet": None,
            }
        ],
        "warnings": [],
        "teams_created": [],
        "recognised": {name: name for name in (*HEAD.split(","), "hired_on")},
        "ignored": ["shoe size"],
        "encoding": "UTF-8",
        "delimiter": ",",
        "becomes_admin": [],
        "sheet": None,
    }


@pytest.mark.parametrize("name", EVERY_SAMPLE)
def test_importing_the_same_export_twice_changes_nothing(
    studio: Studio, admin: Actor, name: str
) -> None:
    first = imports.apply(studio, admin, read(SAMPLES / name))
    assert (len(first.added), first.unchanged, first.refusals) == (12, 0, ())
    before = whole_database(studio)
    second = imports.apply(studio, admin, read(SAMPLES / name))
    assert (second.touched, second.unchanged, second.teams_created) == ((), 12, ())
    assert whole_database(studio) == before


def test_a_missing_column_leaves_its_field_unchanged(studio: Studio, admin: Actor) -> None:
    import_lines(
        studio,
        admin,
        HEAD + ",language,time_zone,groups,teams,leads,coaches,department,role,hired_on,active",
        ANN + ",nl,UTC,staff,Sales,Sales,bob,Selling,support,2020-03-31,no",
        BOB + ",nl,UTC,staff,Sales,,,,admin,,yes",
    )
    before = user(studio, admin, "ann"), user(studio, admin, "bob")
    plan = import_lines(studio, admin, HEAD, ANN, BOB)
    assert (plan.touched, plan.unchanged) == ((), 2)
    assert (user(studio, admin, "ann"), user(studio, admin, "bob")) == before


def test_an_empty_cell_clears_its_field(studio: Studio, admin: Actor) -> None:
    columns = ",language,time_zone,groups,teams,leads,coaches,department,role,hired_on"
    told = ",nl,UTC,staff,Sales,Sales,bob,Selling,support,2020-03-31"
    import_lines(studio, admin, HEAD + columns, ANN + told, BOB + told.replace("bob", ""))
    import_lines(studio, admin, HEAD + columns, ANN + ",,,,,,,,,", BOB + told.replace("bob", ""))
    ann = user(studio, admin, "ann")
    assert (ann.language, ann.time_zone, ann.role) == ("en", "Europe/Brussels", Role.USER)
    assert (ann.groups, ann.teams, ann.leads, ann.coaches) == ((), (), (), ())
    assert (ann.department, ann.hired_on, ann.active) == ("", None, True)


def test_a_user_who_is_not_in_the_file_is_unchanged(studio: Studio, admin: Actor) -> None:
    import_lines(
        studio, admin, HEAD + ",teams,groups,coaches", ANN + ",Sales,staff,bob", BOB + ",Sales,,"
    )
    before = user(studio, admin, "ann"), user(studio, admin, "els")
    import_lines(studio, admin, HEAD + ",teams,groups,coaches", BOB + ",Finance,new,")
    assert (user(studio, admin, "ann"), user(studio, admin, "els")) == before


def test_a_login_is_unchanged_if_the_file_has_no_logins(studio: Studio, admin: Actor) -> None:
    import_lines(studio, admin, HEAD, "annp,ann@example.org,Ann,Peeters")
    plan = import_lines(studio, admin, "email,given_name,family_name", "ann@example.org,Ann,Claes")
    assert changes(plan.changed[0]) == {"family_name": ("Peeters", "Claes")}
    assert user(studio, admin, "annp").name == "Ann Claes"


def test_logins_and_addresses_can_change_and_ignore_case(studio: Studio, admin: Actor) -> None:
    import_lines(studio, admin, HEAD, ANN, BOB)
    ids = user(studio, admin, "ann").id, user(studio, admin, "bob").id
    import_lines(
        studio, admin, HEAD, "ANN,Ann@New.org,Ann,Peeters", "bsmets,BOB@example.org,Bob,Smets"
    )
    assert user(studio, admin, "ann@new.org").id == ids[0]
    assert user(studio, admin, "ann").login == "ANN"
    assert user(studio, admin, "bsmets").id == ids[1]
    assert user(studio, admin, "bsmets").email == "BOB@example.org"


def test_the_first_admin_is_updated_by_a_row_with_their_login(studio: Studio, admin: Actor) -> None:
    plan = import_lines(studio, admin, HEAD, "els,els.claes@example.org,Els,De Smet")
    assert changes(plan.changed[0]) == {
        "email": ("els@localhost.localdomain", "els.claes@example.org"),
        "family_name": ("Claes", "De Smet"),
    }
    els = user(studio, admin, "els")
    assert (els.id, els.role) == (admin.user_id, Role.ADMIN)


def test_renaming_a_coach_keeps_their_coachees(studio: Studio, admin: Actor) -> None:
    import_lines(studio, admin, HEAD + ",coaches", ANN + ",bob", BOB + ",")
    file = hr_file_of(HEAD + ",coaches", ANN + ",bobby", "bobby,bob@example.org,Bob,Smets,")
    plan = imports.apply(studio, admin, file)
    assert [(one.login, list(changes(one))) for one in plan.changed] == [("bobby", ["login"])]
    assert user(studio, admin, "ann").coaches == ("bobby",)


def test_names_that_differ_only_in_case_are_the_same(studio: Studio, admin: Actor) -> None:
    head = HEAD + ",groups,teams"
    import_lines(
        studio, admin, head, ANN + ",Staff|STAFF,Sales > Belgium", BOB + ",staff,SALES > belgium"
    )
    assert user(studio, admin, "ann").groups == ("Staff",)
    assert user(studio, admin, "bob").groups == ("staff",)
    assert user(studio, admin, "bob").teams == ("Sales > Belgium",)
    plan = import_lines(
        studio, admin, head, ANN + ",STAFF,sales > BELGIUM > Ghent", BOB + ",staff,"
    )
    assert user(studio, admin, "ann").groups == ("STAFF",)
    assert plan.teams_created == ("Sales > Belgium > Ghent",)


def test_a_filter_searches_every_fact_of_a_user(studio: Studio, admin: Actor) -> None:
    head = HEAD + ",groups,teams,leads,department"
    import_lines(studio, admin, head, ANN + ",,Sales > Belgium,,", BOB + ",Équipe,,Sales,Sélling")
    assert found(studio, admin, "sales") == {"ann", "bob"}
    assert found(studio, admin, "belgium") == {"ann"}
    assert found(studio, admin, "equipe") == found(studio, admin, "selling") == {"bob"}
    import_lines(studio, admin, HEAD + ",teams", ANN + ",Finance", BOB + ",")
    assert found(studio, admin, "belgium") == set()
    assert found(studio, admin, "finance") == {"ann"}
    import_lines(studio, admin, HEAD + ",groups,leads", ANN + ",Board,", BOB + ",,")
    assert found(studio, admin, "board") == found(studio, admin, "ann board") == {"ann"}
    assert found(studio, admin, "equipe") == found(studio, admin, "sales") == set()


def test_an_import_adds_one_line_of_activity_about_the_changed_users(
    studio: Studio, admin: Actor
) -> None:
    import_lines(studio, admin, HEAD, ANN, BOB)
    import_lines(studio, admin, HEAD + ",active,teams", ANN + ",no,Sales", BOB + ",yes,")
    import_lines(studio, admin, HEAD + ",active,teams", ANN + ",no,Sales", BOB + ",yes,")
    second, first = activity(studio)
    assert (first.actor, first.subject, first.users) == ("els", "2 added", 2)
    assert (second.at, second.subject, second.users) == (studio.now(), "1 left", 1)
    assert second.before == {"users": 3, "active": 3}
    assert second.after == {
        "users": 3,
        "active": 2,
        "added": 0,
        "changed": 0,
        "left": 1,
        "returned": 0,
        "refused": 0,
        "teams_created": 1,
    }
    with studio.store.reading():
        about_ann = activity_lines(ActivityFilter(user_id=user_id_in(studio, admin, "ann")), 9)
    assert [line.subject for line in about_ann] == ["1 left", "2 added"]


def user_id_in(studio: Studio, admin: Actor, login: str) -> int:
    return user(studio, admin, login).id


def test_hostile_and_long_names_are_kept_as_typed(studio: Studio, admin: Actor) -> None:
    names = [clean_line(name) for name in HOSTILE]
    names = [name.replace("|", "/").replace(">", "/").replace('"', "") for name in names]
    names = [name.lstrip("/") for name in names if name.lstrip("/")]
    lines = [
        f'u{i},u{i}@example.org,"{name}","{name}","{name}","{name}","{name}"'
        for i, name in enumerate(names)
    ]
    head = HEAD + ",groups,teams,department"
    plan = import_lines(studio, admin, head, *lines)
    assert len(plan.added) == len(names)
    for i, name in enumerate(names):
        one = user(studio, admin, f"u{i}")
        assert (one.given_name, one.family_name, one.department) == (name, name, name)
        assert (one.groups, one.teams) == ((name,), (name,))
    assert import_lines(studio, admin, head, *lines).touched == ()


def test_importing_needs_permission(studio: Studio, admin: Actor) -> None:
    import_lines(studio, admin, HEAD, ANN)
    for role in (Role.SUPPORT, Role.USER):
        actor = Actor(admin.user_id, "ann", "Ann Peeters", role)
        with pytest.raises(Forbidden, match="may not import users"):
            imports.preview(studio, actor, hr_file_of(HEAD, BOB))
        with pytest.raises(Forbidden, match="may not import users"):
            imports.apply(studio, actor, hr_file_of(HEAD, BOB))
    assert found(studio, admin, "") == {"ann", "els"}


def test_a_file_without_users_changes_nothing(studio: Studio, admin: Actor) -> None:
    before = whole_database(studio)
    plan = import_lines(studio, admin, HEAD)
    assert (plan.touched, plan.unchanged, plan.summary) == ((), 0, "nobody added or changed")
    assert whole_database(studio) == before


def test_a_refusal_names_the_first_refused_lines(studio: Studio, admin: Actor) -> None:
    lines = [f"u{i},u{i},U,{i}" for i in range(5)]
    with pytest.raises(Refused) as refused:
        import_lines(studio, admin, HEAD, ANN, *lines)
    assert str(refused.value) == (
        "Nothing was imported, because 5 lines are refused: "
        "line 3, column “email”: “u0” is not an e-mail address; "
        "line 4, column “email”: “u1” is not an e-mail address; "
        "line 5, column “email”: “u2” is not an e-mail address; and 2 more. "
        "Correct the file, or import the other lines by skipping those refused."
    )
