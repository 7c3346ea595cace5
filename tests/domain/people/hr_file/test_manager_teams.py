"""Teams derived from managers: their names, and that a second import changes nothing."""

import random

from hypothesis import given
from hypothesis import strategies as st

from studio_tui.domain.people.hr_file import CheckedFile, TeamPath, check, read
from tests.domain.people.hr_file.studios import EMPTY, FakeStudio

HEAD = "login,email,given_name,family_name,department,manager"


def run(*rows: str, head: str = HEAD, studio: FakeStudio = EMPTY) -> CheckedFile:
    return check(read("\n".join([head, *rows]).encode()), studio)


def row(login: str, department: str = "", manager: str = "", name: str = "") -> str:
    return f"{login},{login}@x.example,{name or login.title()},Maes,{department},{manager}"


def joined(result: CheckedFile) -> dict[str, TeamPath | None]:
    return {one.record.login: one.joins for one in result.people}


def test_a_team_is_named_after_the_department() -> None:
    result = run(row("bob", "Board"), row("ann", "Sales", "bob"), row("eve", "sales", "bob"))
    assert joined(result) == {"bob": None, "ann": ("Sales",), "eve": ("Sales",)}
    assert [(team.path, team.leader) for team in result.manager_teams] == [
        (("Sales",), "bob@x.example")
    ]


def test_a_team_is_named_after_the_manager_without_a_common_department() -> None:
    assert joined(run(row("bob"), row("ann", "", "bob")))["ann"] == ("Team of Bob Maes",)
    result = run(row("bob"), row("ann", "Sales", "bob"), row("eve", "Finance", "bob"))
    assert joined(result)["ann"] == joined(result)["eve"] == ("Team of Bob Maes",)


def test_several_managers_in_one_department() -> None:
    rows = [row("bob"), row("zoe"), row("ann", "Sales", "bob"), row("eve", "SALES", "zoe")]
    assert joined(run(*rows)) == {
        "bob": None,
        "zoe": None,
        "ann": ("Sales (Bob Maes)",),
        "eve": ("SALES (Zoe Maes)",),
    }


def test_managers_with_the_same_name() -> None:
    rows = [row("b1", name="Bob"), row("b2", name="Bob")]
    sales = [row("ann", "Sales", "b1"), row("eve", "Sales", "b2")]
    assert [team.path for team in run(*rows, *sales).manager_teams] == [
        ("Sales (Bob Maes)",),
        ("Sales (Bob Maes, b2)",),
    ]
    none = [row("ann", "", "b1"), row("eve", "", "b2")]
    assert [team.path for team in run(*rows, *none).manager_teams] == [
        ("Team of Bob Maes",),
        ("Team of Bob Maes (b2)",),
    ]


def test_a_team_led_by_others_is_not_joined() -> None:
    studio = FakeStudio(teams={("Sales",)})
    rows = [row("bob"), row("ann", "Sales", "bob")]
    assert joined(run(*rows, studio=studio))["ann"] == ("Sales (Bob Maes)",)


def test_the_only_team_of_a_manager_is_joined_whatever_its_name() -> None:
    studio = FakeStudio()
    studio.add("bob", "bob@x.example", "Bob Maes", ("Company", "Key accounts"))
    result = run(row("ann", "Sales", "bob"), studio=studio)
    assert joined(result)["ann"] == ("Company", "Key accounts")
    assert result.manager_teams[0].leader == 1


def test_of_several_teams_that_of_the_department_is_joined() -> None:
    studio = FakeStudio()
    studio.add("bob", "bob@x.example", "Bob Maes", ("Company", "Sales"), ("Council",))
    assert joined(run(row("ann", "sales", "bob"), studio=studio))["ann"] == ("Company", "Sales")
    assert joined(run(row("ann", "Finance", "bob"), studio=studio))["ann"] == ("Finance",)


def test_no_team_is_derived_if_the_manager_leads_a_team_of_the_row() -> None:
    head = HEAD + ",teams,leads"
    rows = [row("bob") + ",,Sales > Belgium", row("ann", "Sales", "bob") + ",sales > belgium,"]
    result = run(*rows, head=head)
    assert joined(result)["ann"] is None
    assert result.manager_teams == ()


def test_derived_names_contain_no_separator_and_fit_the_length() -> None:
    result = run(row("bob"), row("ann", "Sales > B|C", "bob"))
    assert joined(result)["ann"] == ("Sales / B/C",)
    rows = [row("bob"), row("zoe"), row("ann", "S" * 200, "bob"), row("eve", "S" * 200, "zoe")]
    paths = [team.path for team in run(*rows).manager_teams]
    assert [len(path[0]) for path in paths] == [200, 200]
    assert len(set(paths)) == 2


@st.composite
def organisations(draw: st.DrawFn) -> list[str]:
    size = draw(st.integers(2, 12))
    rows = []
    for number in range(size):
        manager = draw(st.integers(-1, size - 1))
        who = f"p{manager}" if manager not in (-1, number) else ""
        department = draw(st.sampled_from(["", "Sales", "sales", "Finance"]))
        name = draw(st.sampled_from(["Ann", "Bob"]))
        leads = draw(st.sampled_from(["", "", "", "Sales", "Finance|Council"]))
        rows.append(row(f"p{number}", department, who, name) + f",{leads}")
    return rows


@given(organisations(), st.booleans(), st.randoms(use_true_random=False))
def test_the_same_file_twice_gives_identical_teams(
    rows: list[str],
    tells_leads: bool,
    shuffler: random.Random,
) -> None:
    head = HEAD + (",leads" if tells_leads else ",shoe size")
    studio = FakeStudio()
    file = read("\n".join([head, *rows]).encode())
    first = check(file, studio)
    shuffler.shuffle(rows)
    assert joined(run(*rows, head=head)) == joined(first)
    studio.apply(file, first)
    teams, second = set(studio.teams), check(file, studio)
    assert joined(second) == joined(first)
    studio.apply(file, second)
    assert studio.teams == teams
