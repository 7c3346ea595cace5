"""The people, teams and coaches of the demo (U1 to U4)."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cached_property

from studio_tui.demo.story.constants import DEMO_NOW
from studio_tui.domain.people.roles import Role
from studio_tui.domain.shared.dataclass import dataclass


def day(offset: int) -> date:
    """Return the day at this offset in days from the present day of the demo."""
    return DEMO_NOW.date() + timedelta(days=offset)


@dataclass(frozen=True, slots=True)
class DemoUser:
    """A person; ``left_on`` is the first day on which they no longer work here."""

    login: str
    email: str
    given_name: str
    family_name: str
    language: str
    time_zone: str
    role: Role
    department: str
    groups: tuple[str, ...]
    hired_on: date
    left_on: date | None

    def active(self, day: date) -> bool:
        """Return whether the person has not left by ``day``. Does not check the hire date."""
        return self.left_on is None or day < self.left_on


@dataclass(frozen=True, slots=True)
class DemoTeam:
    """A team by its path (``Sales > Belgium``), with the logins of its members and leaders."""

    path: str
    members: tuple[str, ...]
    leaders: tuple[str, ...]

    @property
    def parent(self) -> str:
        """Path of the parent team; empty for a team at the top."""
        return self.path.rpartition(" > ")[0]


@dataclass(frozen=True, slots=True)
class Coaching:
    """A coach and a coachee, by login."""

    coach: str
    coachee: str


@dataclass(frozen=True)
class DemoOrganisation:
    """All users, teams and coachings, in a fixed order."""

    users: tuple[DemoUser, ...]
    teams: tuple[DemoTeam, ...]
    coachings: tuple[Coaching, ...]

    @cached_property
    def by_login(self) -> Mapping[str, DemoUser]:
        """The users by login."""
        return {user.login: user for user in self.users}

    @cached_property
    def by_path(self) -> Mapping[str, DemoTeam]:
        """The teams by path."""
        return {team.path: team for team in self.teams}

    def managers_of(self, login: str, day: date) -> tuple[str, ...]:
        """Return the logins of the managers of a user on ``day`` (U4), leaders first."""
        found = [
            leader
            for team in self.teams
            if login in team.members
            for leader in self._leaders_above(team, login)
        ]
        found += [coaching.coach for coaching in self.coachings if coaching.coachee == login]
        return tuple(one for one in dict.fromkeys(found) if self.by_login[one].active(day))

    def _leaders_above(self, team: DemoTeam | None, login: str) -> tuple[str, ...]:
        # The only leader of a team is managed by the leaders of the team above.
        while team and team.leaders == (login,):
            team = self.by_path.get(team.parent)
        return tuple(one for one in team.leaders if one != login) if team else ()
