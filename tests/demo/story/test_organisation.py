"""The people, teams and coaches of the demo."""

import csv
import hashlib
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from studio_tui.demo.story.building import build_organisation
from studio_tui.demo.story.constants import ADMIN, DEMO_NOW
from studio_tui.demo.story.export import organisation_csv
from studio_tui.demo.story.organisation import Coaching, DemoOrganisation, DemoTeam, DemoUser, day
from studio_tui.demo.story.plan import DemoPlan, NamedPerson, People
from studio_tui.domain.people.hr_file.records import EXPORTED
from studio_tui.domain.people.roles import Role
from studio_tui.domain.shared.errors import Refused
from studio_tui.domain.shared.text import clean_line, fold

TODAY = DEMO_NOW.date()
CSV_SHA256 = "22d75511df0950bf5857188b7f2a2d4cf03efbca13b766fdc6d7cee076fa3ea6"


def test_it_is_the_same_on_every_run_and_every_python(organisation: DemoOrganisation) -> None:
    text = organisation_csv(organisation)
    assert hashlib.sha256(text.encode()).hexdigest() == CSV_SHA256, (
        "data/demo or its generator changed: if you meant it, put the new hash here"
    )


def test_another_seed_gives_other_people(plan: DemoPlan, organisation: DemoOrganisation) -> None:
    other = build_organisation(replace(plan, organisation=replace(plan.organisation, seed=1)))
    assert {team.path for team in other.teams} == {team.path for team in organisation.teams}
    assert len(other.users) == len(organisation.users)
    assert organisation_csv(other) != organisation_csv(organisation)


def test_about_250_people_in_three_languages(organisation: DemoOrganisation) -> None:
    assert 240 <= len(organisation.users) <= 260
    languages = Counter(user.language for user in organisation.users)
    assert languages.keys() == {"en", "nl", "fr"}
    assert min(languages.values()) >= 40


def test_logins_addresses_and_names_are_unique_and_clean(organisation: DemoOrganisation) -> None:
    users = organisation.users
    for values in (
        [fold(user.login) for user in users],
        [fold(user.email) for user in users],
        [fold(f"{user.given_name} {user.family_name}") for user in users],
    ):
        assert len(set(values)) == len(users)
    for user in users:
        assert user.email.isascii()
        assert user.email == f"{user.login}@example.org"
        assert clean_line(user.given_name) == user.given_name != ""
        assert clean_line(user.family_name) == user.family_name != ""
        assert user.given_name != user.family_name


@pytest.mark.parametrize("name", ["O'Brien", "Lefèvre-Dubois", "王", "حداد", "van den Berg"])
def test_names_that_often_break_programs_are_included(
    organisation: DemoOrganisation, name: str
) -> None:
    assert name in {user.family_name for user in organisation.users}


def test_one_admin_and_two_for_support(organisation: DemoOrganisation) -> None:
    assert organisation.by_login[ADMIN].role is Role.ADMIN
    assert Counter(user.role for user in organisation.users if user.role is not Role.USER) == {
        Role.ADMIN: 1,
        Role.SUPPORT: 2,
    }


def test_teams_are_several_deep_each_after_its_parent(organisation: DemoOrganisation) -> None:
    seen = {""}
    for team in organisation.teams:
        assert team.parent in seen
        seen.add(team.path)
        assert team.leaders
    assert "Sales > Belgium > Antwerp" in seen


def test_leaders_and_coaches_are_older_hires(organisation: DemoOrganisation) -> None:
    hired = {user.login: user.hired_on for user in organisation.users}
    for team in organisation.teams:
        for leader in team.leaders:
            for member in set(team.members) - set(team.leaders):
                assert hired[leader] < hired[member], (team.path, leader, member)
    for coaching in organisation.coachings:
        assert hired[coaching.coach] < hired[coaching.coachee]


def test_hire_and_leaving_dates_are_plausible(organisation: DemoOrganisation) -> None:
    for user in organisation.users:
        assert user.hired_on <= TODAY
        assert user.left_on is None or user.hired_on < user.left_on <= TODAY
    assert sum(user.left_on is not None for user in organisation.users) >= 6


def test_exactly_one_person_has_two_leaders_in_one_team(organisation: DemoOrganisation) -> None:
    having_two = [
        member
        for team in organisation.teams
        for member in team.members
        if len(set(team.leaders) - {member}) > 1
    ]
    assert len(having_two) == 1
    assert len(organisation.managers_of(having_two[0], TODAY)) >= 2


def test_people_without_a_manager(organisation: DemoOrganisation) -> None:
    without = [
        user.login for user in organisation.users if not organisation.managers_of(user.login, TODAY)
    ]
    assert without == ["helene.vandenbroucke", "jonas.wouters"]


def test_a_leader_of_all_teams_above_is_managed_from_the_top(
    organisation: DemoOrganisation,
) -> None:
    login = "anne-sophie.lefevre"
    assert [team.path for team in organisation.teams if login in team.members] == [
        "Management > Legal > Privacy"
    ]
    assert organisation.managers_of(login, TODAY) == ("helene.vandenbroucke",)


def test_coaches_are_in_the_team_and_outside_it(organisation: DemoOrganisation) -> None:
    def together(coaching: Coaching) -> bool:
        return any(
            coaching.coach in team.members and coaching.coachee in team.members
            for team in organisation.teams
        )

    within = Counter(map(together, organisation.coachings))
    assert within[True] >= 10
    assert within[False] >= 10
    assert len(set(organisation.coachings)) == len(organisation.coachings)
    assert max(Counter(one.coach for one in organisation.coachings).values()) > 1
    assert max(Counter(one.coachee for one in organisation.coachings).values()) > 1


def test_a_coach_who_left_manages_nobody(organisation: DemoOrganisation) -> None:
    assert Coaching("didier.lambotte", "ann") in organisation.coachings
    left_on = organisation.by_login["didier.lambotte"].left_on
    assert left_on is not None
    assert "didier.lambotte" in organisation.managers_of("ann", left_on - timedelta(days=1))
    assert "didier.lambotte" not in organisation.managers_of("ann", left_on)


def test_groups(organisation: DemoOrganisation) -> None:
    sizes = Counter(group for user in organisation.users for group in user.groups)
    assert sizes.keys() == {"works-council", "first-aid", "part-time", "remote", "graduates"}
    assert all(4 <= size <= 60 for size in sizes.values())
    leaders = {login for team in organisation.teams for login in team.leaders}
    assert not any(organisation.by_login[login].groups for login in leaders)


def test_managers_of_a_team_with_two_leaders() -> None:
    organisation = DemoOrganisation(
        tuple(map(_user, ("top", "one", "two", "ann"))),
        (
            DemoTeam("Top", ("top",), ("top",)),
            DemoTeam("Top > Shop", ("one", "two", "ann"), ("one", "two")),
        ),
        (Coaching("two", "ann"), Coaching("top", "ann")),
    )
    assert organisation.managers_of("ann", TODAY) == ("one", "two", "top")
    assert organisation.managers_of("one", TODAY) == ("two",)
    assert organisation.managers_of("top", TODAY) == ()


def _user(login: str) -> DemoUser:
    return DemoUser(
        login, f"{login}@example.org", login, "X", "en", "UTC", Role.USER, "", (), TODAY, None
    )


def test_the_csv_has_a_row_for_every_user(organisation: DemoOrganisation) -> None:
    header, *rows = csv.reader(organisation_csv(organisation).splitlines())
    assert tuple(header) == EXPORTED
    assert [row[0] for row in rows] == [user.login for user in organisation.users]
    ann = next(dict(zip(header, row, strict=True)) for row in rows if row[0] == "ann")
    assert ann["teams"] == "Sales > Belgium > Antwerp"
    assert ann["coaches"] == "xiaoming.wang|didier.lambotte"
    assert ann["active"] == "yes"
    bob = next(dict(zip(header, row, strict=True)) for row in rows if row[0] == "bob")
    assert (bob["teams"], bob["leads"]) == ("Management|Sales", "Sales")


def test_an_earlier_csv_lacks_later_hires_and_departures(organisation: DemoOrganisation) -> None:
    then = day(-30)
    earlier = {row["login"]: row for row in _rows(organisation_csv(organisation, then))}
    now = {row["login"]: row for row in _rows(organisation_csv(organisation))}
    came = {user.login for user in organisation.users if user.hired_on > then}
    left = {user.login for user in organisation.users if user.left_on and user.left_on > then}
    assert "jonas.wouters" in came
    assert left
    assert now.keys() - earlier.keys() == came
    assert {login for login in earlier if earlier[login] != now[login]} == left
    assert {now[login]["active"] for login in left} == {"no"}


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


@pytest.mark.parametrize(
    ("person", "message"),
    [
        (NamedPerson("x", "X", "X", "en", teams=("Sails",)), "x is in “Sails”, which is no team"),
        (NamedPerson("x", "X", "X", "en", leads=("Sails",)), "x is in “Sails”, which is no team"),
        (NamedPerson("x", "X", "X", "en", coaches=("nob",)), "x has a coach “nob”, who is nobody"),
        (NamedPerson("ann", "X", "X", "en"), "two people with the login “ann”"),
    ],
)
def test_a_plan_that_contradicts_itself_is_refused(
    plan: DemoPlan, person: NamedPerson, message: str
) -> None:
    people = People((*plan.people.people, person))
    with pytest.raises(Refused, match=message):
        build_organisation(replace(plan, people=people))
