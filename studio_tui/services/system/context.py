"""The Studio that services work on: its database, its clock, its settings."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from platformdirs import user_data_path

from studio_tui.config.clock import BootClock, SystemClock
from studio_tui.config.private import make_folder
from studio_tui.config.settings import APP, Settings
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.cancellation import Stop, stoppable
from studio_tui.domain.shared.clock import Clock, SteadyClock, local_day, zone_named
from studio_tui.domain.shared.errors import NotMade
from studio_tui.storage.engine.store import Making, Store, open_store

__all__ = ["Making", "Studio", "open_studio"]


@dataclass(frozen=True, slots=True)
class Studio:
    """An open Studio."""

    store: Store
    clock: Clock
    settings: Settings
    steady: SteadyClock = field(default_factory=BootClock)
    """What the leases of workers are measured by (N4)."""
    passing: bool = False
    """Whether it is gone afterwards, as the demo: nobody puts an older copy in its place, so that
    it need not be known once more, and is the same whenever it is made."""

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone."""
        return self.settings.organisation.zone

    def zone_of(self, actor: Actor) -> ZoneInfo:
        """The zone in which ``actor`` reads and enters the times of conversations: their own, else
        the organisation's (D1). Days and what is about the whole organisation stay in `zone`."""
        return zone_named(actor.time_zone, self.zone)

    def seen_by(self, actor: Actor | None) -> "Studio":
        """This Studio as ``actor`` sees it, whose sight may be limited (U12); for None, all of it:
        for what the program does by itself."""
        return replace(self, store=self.store.seen_by(actor.user_id if actor else None))

    @property
    def own_store(self) -> Store:
        """The database for what somebody has a part of their own in, as conversations (U12)."""
        return self.store.for_own()

    def now(self) -> datetime:
        """The current instant, in UTC."""
        return self.clock.now()

    def today(self) -> date:
        """The current day in the organisation's time zone (D1)."""
        return local_day(self.now(), self.zone)

    def stamp(self) -> int:
        """A number that changes when anybody changes anything."""
        return self.store.stamp()

    def await_change(self, seconds: float) -> None:
        """Return once anybody has changed anything, after ``seconds`` at the latest; sooner where
        that cannot be told. Raises `Unavailable` where the database does not answer."""
        self.store.await_change(seconds)

    def at_once(self) -> AbstractContextManager[None]:
        """Let all that is done inside be one transaction: all of it, or nothing."""
        return self.store.writing()

    def until(self, stop: Stop) -> AbstractContextManager[None]:
        """What this thread does inside ends with `Stopped`, all of it or nothing, once ``stop`` is
        asked."""
        return stoppable(stop)

    def close(self) -> None:
        """Let go of the database."""
        self.store.close()


def open_studio(
    settings: Settings,
    clock: Clock,
    making: Making = Making.ASKED,
    *,
    steady: SteadyClock | None = None,
) -> Studio:
    """The Studio that ``settings`` name, its database made as ``making`` says and migrated.

    On PostgreSQL the server's time stands in for the clock of the host, so that all hosts agree
    (N8). ``steady`` replaces what leases are measured by. Raises `Refused` or `Unavailable` where
    the database cannot be used.
    """
    folder = user_data_path(APP)
    if not settings.database.url and not folder.exists():
        # Nobody has set the folder for user data, nor has to make it.
        if making.makes_none:
            raise NotMade(f"There is no Studio in {folder} yet: “studio-tui db migrate” makes one.")
        make_folder(folder)
    store = open_store(settings.database_url, making, settings.database.listen_url)
    shared = store.clock
    if shared is not None and isinstance(clock, SystemClock):
        clock = shared
    studio = Studio(store, clock, settings, steady or shared or BootClock())
    store.set_day(studio.today, studio.zone)
    return studio
