"""Checks of the rows of an HR file against each other and against the Studio."""

import pytest

from studio_tui.domain.people.hr_file import CheckedFile, check, read
from tests.domain.people.hr_file.studios import EMPTY, FakeStudio

HEAD = "login,email,given_name,family_name,manager,coaches,teams"


def checked(*rows: str, head: str = HEAD, studio: FakeStudio = EMPTY) -> CheckedFile:
    return check(read("\n".join([head, *rows]).encode()), studio)


def person(login: str, manager: str = "", coaches: str = "", teams: str = "") -> str:
    return f"{login},{login}@example.org,{login.title()},Maes,{manager},{coaches},{teams}"


def reasons(result: CheckedFile) -> list[str]:
    return [str(refusal) for refusal in result.refusals]


def warnings(result: CheckedFile) -> list[str]:
    return [str(warning) for warning in result.warnings]


def logins(result: CheckedFile) -> list[str]:
    return [one.record.login for one in result.people]


@pytest.mark.parametrize("name", ["bob", "BOB", "Bob@Example.org", "Bob Maes", "Maes, Bob"])
@pytest.mark.parametrize("late", [False, True])
def test_a_reference_is_resolved_to_any_row(name: str, late: bool) -> None:
    rows = [person("ann", f'"{name}"', f'"{name}"'), person("bob")]
    result = checked(*(rows if late else reversed(rows)))
    ann = next(one for one in result.people if one.record.login == "ann")
    assert (ann.manager, ann.coaches) == ("bob@example.org", ("bob@example.org",))
    assert ann.user_id is None


def test_a_reference_is_resolved_to_a_user_of_the_studio() -> None:
    studio = FakeStudio()
    bob = studio.add("bob", "robert@example.org", "Bob Smets")
    result = checked(person("ann", "Robert@example.org", "bob"), studio=studio)
    assert (result.people[0].manager, result.people[0].coaches) == (bob, (bob,))


@pytest.mark.parametrize("manager", ["E2", "Bob Maes (E2)", "Bob Maes (E2) (On Leave)"])
def test_employee_numbers_distinguish_namesakes(manager: str) -> None:
    head = "employee id,email,given_name,family_name,manager"
    rows = ["E1,bob@a.example,Bob,Maes,", "E2,bob2@a.example,Bob,Maes,"]
    result = checked(*rows, f"E3,ann@a.example,Ann,Maes,{manager}", head=head)
    assert result.people[2].manager == "bob2@a.example"


def test_an_ambiguous_name_is_refused() -> None:
    rows = ["b1,b1@x.example,Bob,Maes,,,", "b2,b2@x.example,Bob,Maes,,,", person("ann", "bob maes")]
    assert reasons(checked(*rows)) == [
        (
            "line 4, column “manager”: “bob maes” may be 2 people (lines 2, 3): "
            "name them by e-mail address"
        )
    ]


def test_an_address_that_is_the_login_of_another_is_refused() -> None:
    rows = ["x@y.example,a@y.example,A,A,,,", "bob,x@y.example,B,B,,,", person("c", "x@y.example")]
    result = checked(*rows)
    assert "the login “x@y.example” is the address on line 3" in reasons(result)[0]
    assert result.people[-1].manager == "x@y.example"


def test_an_unknown_manager_or_coach_causes_a_warning() -> None:
    result = checked(person("ann", "zed"), person("bob", "", "eve|zed"), person("eve"))
    assert warnings(result) == [
        (
            "line 2, column “manager”: “zed” is nobody in this file or in the Studio; "
            "imported without this manager"
        ),
        (
            "line 3, column “coaches”: “zed” is nobody in this file or in the Studio; "
            "imported without this coach"
        ),
    ]
    assert result.refusals == ()
    assert (result.people[0].manager, result.people[1].coaches) == (None, ("eve@example.org",))


def test_nobody_is_their_own_manager_or_coach() -> None:
    result = checked(person("ann", "ann"), person("bob", "", "Bob Maes"))
    assert warnings(result) == [
        (
            "line 2, column “manager”: Ann Maes cannot be their own manager; "
            "imported without this manager"
        ),
        "line 3, column “coaches”: Bob Maes cannot be their own coach; imported without this coach",
    ]
    assert (result.people[0].manager, result.people[1].coaches) == (None, ())


@pytest.mark.parametrize(
    "text",
    [
        "N/A",
        "#N/A",
        "-",
        "—",
        "None",
        "NULL",
        "0",
        "NO_MANAGER",
        "n.v.t.",
        "kein",
        "(none)",
        "k. A.",
    ],
)
def test_words_that_mean_no_manager(text: str) -> None:
    result = checked(person("ann", text, text))
    assert (result.refusals, result.warnings) == ((), ())
    assert result.people[0].manager is None


def test_a_login_like_a_word_for_no_manager_is_found() -> None:
    result = checked(person("ann", "na"), person("na"))
    assert result.people[0].manager == "na@example.org"


def test_two_may_manage_each_other() -> None:
    result = checked(person("ann", "bob"), person("bob", "ann"))
    assert result.refusals == ()
    assert [team.path for team in result.manager_teams] == [
        ("Team of Ann Maes",),
        ("Team of Bob Maes",),
    ]


LOOK_LIKE_SALES = ["S\u0430les", "Sales\u200b", "SALE\u0405", "\uff33ales"]


@pytest.mark.parametrize("name", LOOK_LIKE_SALES)
def test_a_team_that_looks_like_another_is_taken_for_it(name: str) -> None:
    studio = FakeStudio(teams={("Sales",), ("Sales", "West")})
    result = checked(
        person("ann", teams=f"{name}|IT"),
        person("ben", teams=f"{name} > West|{name} > East"),
        person("cor", teams="sales > \u0415ast|I\u0422"),
        studio=studio,
    )
    found = [tuple(" > ".join(path) for path in one.record.teams) for one in result.people]
    assert found == [("Sales", "IT"), ("Sales > West", "Sales > East"), ("Sales > East", "IT")]
    said = warnings(result)
    assert len(said) >= 4
    assert all("looks like" in each and "is taken for it" in each for each in said)


def test_existing_lookalike_teams_stay_apart_and_case_is_ignored() -> None:
    twin = "S\u0430les"
    studio = FakeStudio(teams={("Sales",), (twin,)})
    result = checked(person("ann", teams=f"{twin}|SALES"), studio=studio)
    assert result.people[0].record.teams == ((twin,), ("SALES",))
    assert warnings(result) == []


def test_a_team_named_after_a_department_avoids_lookalikes() -> None:
    head = "login,email,given_name,family_name,manager,department,teams"
    rows = [
        "bob,bob@example.org,Bob,Maes,,,",
        "ann,ann@example.org,Ann,Maes,bob,S\u0430les,",
        "eve,eve@example.org,Eve,Maes,,,Sales",
    ]
    (team,) = checked(*rows, head=head).manager_teams
    assert team.path == ("S\u0430les (Bob Maes)",)


def test_a_login_that_looks_like_another_is_refused() -> None:
    studio = FakeStudio()
    studio.add("ann", "ann@example.org", "Ann Maes")
    rows = [
        f"{login},{place}@example.org,X,Maes,,,"
        for place, login in enumerate(["\u0430nn", "ben", "b\u0435n", "\u00e5ke", "cor"])
    ]
    said = reasons(checked(*rows, studio=studio))
    assert [each.partition("looks like ")[2] for each in said] == [
        "“ann”, which is Ann Maes",
        "that on line 3",
    ]


def test_the_error_about_a_duplicate_names_the_first_line() -> None:
    rows = [person("ann"), "ANN,other@example.org,A,A,,,", "x,Ann@Example.org,A,A,,,"]
    assert reasons(checked(*rows)) == [
        "line 3, column “login”: the login “ANN” is on line 2 already",
        "line 4, column “email”: the address “Ann@Example.org” is on line 2 already",
    ]


def test_a_duplicate_of_a_refused_line_is_refused_too() -> None:
    result = checked(
        "ann@example.org,Ann,Peeters,king",
        "Ann@example.org,Ann,Double,user",
        head="email,given_name,family_name,role",
    )
    assert reasons(result)[1] == (
        "line 3, column “email”: the address “Ann@example.org” is on line 2 already"
    )
    assert logins(result) == []


def test_derived_logins_that_clash() -> None:
    rows = ["jan@a.example,Jan,A", "jan@b.example,Jan,B"]
    result = checked(*rows, head="email,given_name,family_name")
    assert "give the file a column login" in reasons(result)[0]


def test_login_and_address_of_two_users() -> None:
    studio = FakeStudio()
    studio.add("ann", "ann@example.org", "Ann Maes")
    studio.add("bob", "bob@example.org", "Bob Smets")
    result = checked("ann,bob@example.org,Ann,Maes,,,", studio=studio)
    assert reasons(result) == [
        (
            "line 2, column “login”: the login “ann” is Ann Maes, but the address "
            "“bob@example.org” is Bob Smets (bob)"
        )
    ]


def test_a_row_is_matched_to_an_existing_user() -> None:
    studio = FakeStudio()
    ann = studio.add("ann", "ann@example.org", "Ann Maes")
    assert checked("ANN,new@example.org,A,A,,,", studio=studio).people[0].user_id == ann
    assert checked("new,Ann@example.org,A,A,,,", studio=studio).people[0].user_id == ann
    assert checked("new,new@example.org,A,A,,,", studio=studio).people[0].user_id is None
    twice = checked("ann,new@example.org,A,A,,,", "new,ann@example.org,A,A,,,", studio=studio)
    assert reasons(twice) == [
        "line 3, column “login”: this is the user whom line 2 is about already"
    ]


def test_a_derived_login_never_matches_a_user() -> None:
    studio = FakeStudio()
    ann = studio.add("apeeters", "ann@example.org", "Ann Peeters")
    studio.add("ann", "ann.maes@example.org", "Ann Maes")
    head = "email,given_name,family_name"
    assert checked("ann@example.org,A,P", head=head, studio=studio).people[0].user_id == ann
    assert reasons(checked("ann@new.example,A,P", head=head, studio=studio)) == [
        (
            "line 2, column “email”: the login would be “ann”, which is Ann Maes with another "
            "address: give the file a column login to tell who is who"
        )
    ]


def test_a_refusal_never_spreads() -> None:
    rows = [person("a", "b"), person("b", "", "c"), person("c", "", "", " > "), person("d", "e")]
    result = checked(*rows, person("e"))
    assert logins(result) == ["a", "b", "d", "e"]
    assert reasons(result) == [
        "line 4, column “teams”: “>” leaves out a team: write it as Sales > Belgium"
    ]


def test_a_reference_to_a_refused_line_is_left_out_with_a_warning() -> None:
    rows = [person("ann", "bob@example.org"), person("bob", "", "", " > ")]
    assert warnings(checked(*rows)) == [
        (
            "line 2, column “manager”: “bob@example.org” is on line 3, which is refused; "
            "imported without this manager"
        )
    ]
    rows = [person("ann", "bob"), person("cas"), "bob,cas@example.org,Bob,Maes,,,"]
    assert warnings(checked(*rows)) == [
        (
            "line 2, column “manager”: “bob” is on line 4, which is refused; "
            "imported without this manager"
        )
    ]


def test_a_reference_to_a_user_on_a_refused_line_is_valid() -> None:
    studio = FakeStudio()
    studio.add("bob", "bob@example.org", "Bob Maes")
    result = checked(person("ann", "bob"), person("bob", "", "", " > "), studio=studio)
    assert logins(result) == ["ann"]


def test_a_refused_duplicate_does_not_affect_references_to_the_first() -> None:
    result = checked(person("bob"), person("bob"), person("ann", "bob"))
    assert logins(result) == ["bob", "ann"]


@pytest.mark.parametrize("path", ["A > B > A", "A > b > B", "A > a"])
def test_a_team_above_itself(path: str) -> None:
    assert "puts a team above itself" in reasons(checked(person("ann", "", "", path)))[0]


def test_a_parent_loop_of_two_rows() -> None:
    result = checked(person("ann", "", "", "A > B"), person("bob", "", "", "B > A"))
    assert reasons(result) == [
        "line 3, column “teams”: “B > A” puts “A” under “B”, which is itself under “A”"
    ]


def test_a_parent_loop_of_three_and_one_with_the_studio() -> None:
    rows = [person(f"p{i}", "", "", path) for i, path in enumerate(["A > B", "B > C", "C > A"])]
    assert [refusal.line for refusal in checked(*rows).refusals] == [4]
    studio = FakeStudio(teams={("A",), ("A", "B")})
    assert [
        r.line for r in checked(rows[2], person("x", "", "", "B > A"), studio=studio).refusals
    ] == [3]


def test_a_team_name_repeated_below_another_top_is_no_loop() -> None:
    paths = ["North > Sales > Retail", "South > Retail > Sales", "Sales > North-West", "Retail"]
    rows = [person(f"p{i}", "", "", path) for i, path in enumerate(paths)]
    assert checked(*rows).refusals == ()


def test_every_row_is_a_person_or_refused_once() -> None:
    rows = [person("a", "a", "zed", "A > A"), person("b", "zed", "zed"), "x,y,z", person("c")]
    result = checked(*rows)
    lines = [one.record.line for one in result.people] + [r.line for r in result.refusals]
    assert sorted(lines) == [2, 3, 4, 5]
    assert [r.line for r in result.refusals] == [2, 4]
    assert [w.line for w in result.warnings] == [3, 3]
