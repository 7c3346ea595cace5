"""Coaches and coachees of the demo, within a team and across teams (U3)."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import islice

from studio_tui.demo.story.keyed_random import KeyedRandom
from studio_tui.demo.story.organisation import Coaching, DemoOrganisation, DemoUser, day
from studio_tui.demo.story.plan import DemoPlan

_SENIORITY = timedelta(days=365)
"""Minimum time by which a coach was hired before the coachee."""
_COACHEES = 3
"""Approximate number of coachees per coach from outside the team."""


def coachings(
    organisation: DemoOrganisation, plan: DemoPlan, random: KeyedRandom
) -> tuple[Coaching, ...]:
    """Return the coachings of ``people.toml``, then those within teams, then those across teams."""
    leading = {login for team in organisation.teams for login in team.leaders}
    present = [user for user in organisation.users if user.active(day(0))]
    colleagues = [user for user in present if user.login not in leading]
    coachees = random.shuffled(colleagues, "coachees")
    within, outside = plan.organisation.coached_within, plan.organisation.coached_outside
    # A leader without a manager is at the very top, and coaches nobody.
    leaders = [
        user
        for user in present
        if user.login in leading and organisation.managers_of(user.login, day(0))
    ]
    pool = random.shuffled(leaders, "coaches")[: outside // _COACHEES]
    return (
        *(Coaching(coach, one.login) for one in plan.people.people for coach in one.coaches),
        *islice(_pairs(coachees, colleagues, _together(organisation), random), within),
        *islice(_pairs(coachees[::-1], pool, _apart, random), outside),
    )


def _together(organisation: DemoOrganisation) -> Callable[[DemoUser, DemoUser], bool]:
    pairs = {
        (one, other)
        for team in organisation.teams
        for one in team.members
        for other in team.members
    }
    return lambda coach, coachee: (coach.login, coachee.login) in pairs


def _apart(coach: DemoUser, coachee: DemoUser) -> bool:
    return coach.department != coachee.department


def _pairs(
    coachees: Sequence[DemoUser],
    coaches: Sequence[DemoUser],
    fits: Callable[[DemoUser, DemoUser], bool],
    random: KeyedRandom,
) -> Iterator[Coaching]:
    for coachee in coachees:
        fitting = [
            coach.login
            for coach in coaches
            if coach.hired_on + _SENIORITY < coachee.hired_on and fits(coach, coachee)
        ]
        if fitting:
            yield Coaching(random.pick(fitting, "coach", coachee.login), coachee.login)
