"""The organisation of a simulation, made once and copied for each seed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from studio_tui.config.settings import Database, Organisation, Settings
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.clock import FixedClock
from studio_tui.services.people.identity import Account, sign_in
from studio_tui.services.system.context import Studio, open_studio
from tests.acting import assign
from tests.organisation import create_push, import_people

BEGINS = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""The start of a simulation."""
LARGE, SMALL = "Large", "Small"
"""The two pushes."""
ADMIN = Account("admin", "Admin")
_DOMAINS = ("one.example", "two.example", "three.example")
_USERS = 18


def make(path: Path) -> None:
    """Make the database: two pushes whose mail is all due within two minutes."""
    studio = _open(f"sqlite:///{path}", BEGINS - timedelta(minutes=2))
    admin = sign_in(studio, ADMIN)
    logins = [f"u{number:02}" for number in range(_USERS)]
    lines = ["login,email,given_name,family_name,language,teams,leads"]
    for number, login in enumerate(logins):
        domain, team = _DOMAINS[number % 3], f"Team {number % 4}"
        leads = team if number < 4 else ""
        lines.append(f"{login},{login}@{domain},User,Number{login},en,{team},{leads}")
    import_people(studio, admin, "\n".join(lines))
    assign(studio, admin, create_push(studio, admin, LARGE), *logins[:13])
    small = replace(studio, clock=FixedClock(BEGINS - timedelta(minutes=1)))
    assign(small, admin, create_push(studio, admin, SMALL), *logins[11:])
    studio.close()


def opened(url: str) -> tuple[Studio, Actor]:
    """Open a copy of the Studio; return it with its admin."""
    studio = _open(url, BEGINS)
    return replace(studio, is_temporary=True), sign_in(studio, ADMIN)


def _open(url: str, now: datetime) -> Studio:
    settings = Settings(
        database=Database(url=url),
        organisation=Organisation(name="Example NV", time_zone="UTC"),
    )
    return open_studio(settings, FixedClock(now))
