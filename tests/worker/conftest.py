"""A Studio on each engine, with people in it."""

from studio_tui.domain.people.access import Actor
from studio_tui.services.system.context import Studio
from tests.made_once import made_once
from tests.organisation import import_people
from tests.services.conftest import MovableClock, clock, database_url, studio
from tests.services.conftest import admin as first_admin

__all__ = ["MovableClock", "admin", "clock", "database_url", "first_admin", "studio"]


@made_once
def admin(studio: Studio, first_admin: Actor) -> Actor:
    """The admin, after the people of `tests.organisation` are imported."""
    import_people(studio, first_admin)
    return first_admin
