"""Generation of the demo's organisation from its plan."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from studio_tui.demo.story.coaching import coachings
from studio_tui.demo.story.generated_people import all_people
from studio_tui.demo.story.keyed_random import KeyedRandom
from studio_tui.demo.story.organisation import DemoOrganisation, DemoTeam, DemoUser, day
from studio_tui.demo.story.plan import DemoPlan, GroupPlan, NamedPerson
from studio_tui.domain.people.roles import Role
from studio_tui.domain.shared.errors import Refused

_FIRST_YEAR = 2005
_YEARS = 3
"""Leaders of one level are hired within this many years, those of the next level afterwards."""
_LAST_HIRE = date(2025, 12, 31)
_STAY = timedelta(days=180)
"""Minimum time between hiring and leaving."""


def build_organisation(plan: DemoPlan) -> DemoOrganisation:
    """Return the organisation that ``plan`` describes.

    Raises `Refused` if ``plan`` is inconsistent.
    """
    people = all_people(plan)
    _check(people, {team.path for team in plan.teams.teams})
    teams = tuple(_team(team.path, people) for team in plan.teams.teams)
    random = KeyedRandom(plan.organisation.seed)
    hired = _hire_days(people, random)
    left = _leave_days(plan, people, hired, random)
    users = tuple(_user(person, plan, hired, left, random) for person in people)
    organisation = DemoOrganisation(users, teams, ())
    return replace(organisation, coachings=coachings(organisation, plan, random))


def _check(people: Sequence[NamedPerson], paths: set[str]) -> None:
    logins = [person.login for person in people]
    for person in people:
        if unknown := {*person.teams, *person.leads} - paths:
            raise Refused(f"The demo's {person.login} is in “{min(unknown)}”, which is no team.")
        if unknown := set(person.coaches) - set(logins):
            raise Refused(f"The demo's {person.login} has a coach “{min(unknown)}”, who is nobody.")
        if logins.count(person.login) > 1:
            raise Refused(f"The demo has two people with the login “{person.login}”.")


def _team(path: str, people: Sequence[NamedPerson]) -> DemoTeam:
    return DemoTeam(
        path,
        tuple(person.login for person in people if path in person.teams),
        tuple(person.login for person in people if path in person.leads),
    )


def _hire_days(people: Sequence[NamedPerson], random: KeyedRandom) -> dict[str, date]:
    """Return a hire date per login: higher leaders first, members after all leaders."""
    lowest = max(path.count(" > ") for person in people for path in person.leads) + 1
    days = {}
    for person in people:
        level = min((path.count(" > ") for path in person.leads), default=lowest)
        first = date(_FIRST_YEAR + _YEARS * level, 1, 1)
        end = date(first.year + _YEARS, 1, 1) if person.leads else _LAST_HIRE
        some_day = first + timedelta(days=random.below((end - first).days, "hired", person.login))
        days[person.login] = person.hired_on or some_day.replace(day=1)
    return days


def _leave_days(
    plan: DemoPlan, people: Sequence[NamedPerson], hired: Mapping[str, date], random: KeyedRandom
) -> dict[str, date]:
    left = {person.login: person.left_on for person in people if person.left_on}
    named = {person.login for person in plan.people.people}
    ordinary = [one.login for one in people if not one.leads and one.login not in named]
    order = random.shuffled(ordinary, "leavers")
    for leaving in map(day, plan.organisation.leavers):
        chosen = next(one for one in order if hired[one] + _STAY < leaving)
        order.remove(chosen)
        left[chosen] = leaving
    return left


def _user(
    person: NamedPerson,
    plan: DemoPlan,
    hired: Mapping[str, date],
    left: Mapping[str, date],
    random: KeyedRandom,
) -> DemoUser:
    departments = {team.path: team.department for team in plan.teams.teams}
    path = person.teams[-1] if person.teams else ""
    return DemoUser(
        login=person.login,
        email=f"{person.login}@{plan.organisation.mail_domain}",
        given_name=person.given_name,
        family_name=person.family_name,
        language=person.language,
        time_zone=person.time_zone,
        role=person.role,
        department=person.department or departments.get(path) or path.partition(" > ")[0],
        groups=person.groups + _groups(plan.organisation.groups, person, hired, random),
        hired_on=hired[person.login],
        left_on=left.get(person.login),
    )


def _groups(
    groups: Sequence[GroupPlan], person: NamedPerson, hired: Mapping[str, date], random: KeyedRandom
) -> tuple[str, ...]:
    if person.leads or person.role is not Role.USER:
        return ()
    return tuple(
        group.name
        for group in groups
        if group.name not in person.groups
        and random.below(100, "group", group.name, person.login) < group.percent
        and (group.hired_after is None or hired[person.login] > group.hired_after)
    )
