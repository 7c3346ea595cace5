"""Who coaches whom in the demo, inside the team and outside it (U3)."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import islice

from studio_tui.domain.demo.chance import Chance
from studio_tui.domain.demo.organisation import Coaching, DemoOrganisation, DemoUser, day
from studio_tui.domain.demo.plan import DemoPlan

_SENIORITY = timedelta(days=365)
"""A coach has been there this much longer than the coachee."""
_COACHEES = 3
"""How many coachees a coach from outside the team has, more or less."""


def coachings(
    organisation: DemoOrganisation, plan: DemoPlan, chance: Chance
) -> tuple[Coaching, ...]:
    """Those of ``people.toml``, then coaches in the team, then coaches from elsewhere."""
    named = [Coaching(coach, one.login) for one in plan.people.people for coach in one.coaches]
    teams = {
        user.login: {team.path for team in organisation.teams if user.login in team.members}
        for user in organisation.users
    }
    leading = {login for team in organisation.teams for login in team.leaders}
    present = [user for user in organisation.users if user.active(day(0)) and teams[user.login]]
    colleagues = [user for user in present if user.login not in leading]
    leaders = [user for user in present if organisation.managers_of(user.login, day(0))]
    leaders = [user for user in leaders if user.login in leading]
    coachees = chance.shuffled(colleagues, "coachees")

    within = _pairs(
        coachees,
        colleagues,
        lambda coach, coachee: bool(teams[coach.login] & teams[coachee.login]),
        chance,
    )
    first = list(islice(within, plan.organisation.coached_within))
    wanted = plan.organisation.coached_outside
    pool = chance.shuffled(leaders, "coaches")[: max(1, wanted // _COACHEES)]
    outside = _pairs(
        coachees[::-1], pool, lambda coach, coachee: coach.department != coachee.department, chance
    )
    return (*named, *first, *islice(outside, wanted))


def _pairs(
    coachees: Sequence[DemoUser],
    coaches: Sequence[DemoUser],
    fits: Callable[[DemoUser, DemoUser], bool],
    chance: Chance,
) -> Iterator[Coaching]:
    for coachee in coachees:
        fitting = [
            coach.login
            for coach in coaches
            if coach.hired_on + _SENIORITY < coachee.hired_on and fits(coach, coachee)
        ]
        if fitting:
            yield Coaching(chance.pick(fitting, "coach", coachee.login), coachee.login)
