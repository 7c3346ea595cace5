"""The Studio that services work on: its database, clock and settings."""

from contextlib import AbstractContextManager
from dataclasses import field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from platformdirs import user_data_path

from studio_tui.config.clock import BootClock, SystemClock
from studio_tui.config.private_files import make_folder
from studio_tui.config.settings import APP, Settings
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.cancellation import CancelToken, stoppable
from studio_tui.domain.shared.clock import Clock, SteadyClock, local_day, zone_named
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import NotInitialized
from studio_tui.storage.engine.database_url import require_database_url
from studio_tui.storage.engine.opening import open_store
from studio_tui.storage.engine.store import CreatePolicy, Store

__all__ = ["CreatePolicy", "Studio", "open_studio", "require_database_url"]


@dataclass(frozen=True, slots=True)
class Studio:
    """An open Studio."""

    store: Store
    clock: Clock
    settings: Settings
    steady: SteadyClock = field(default_factory=BootClock)
    """The clock that measures the leases of workers (N4)."""
    is_temporary: bool = False
    """Whether the database is discarded afterwards, like that of the demo. An older copy never
    takes its place, so it needs no identity of its own and is the same whenever it is made."""

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone."""
        return self.settings.organisation.zone

    def zone_of(self, actor: Actor) -> ZoneInfo:
        """Return the time zone in which ``actor`` reads and enters times of conversations (D1).

        That is the actor's own zone, else the organisation's. Days and times that concern the whole
        organisation use `zone`.
        """
        return zone_named(actor.time_zone, self.zone)

    def seen_by(self, actor: Actor | None) -> "Studio":
        """Return this Studio limited to the sight of ``actor`` (U12).

        None means unlimited sight: for what the program does by itself.
        """
        return replace(self, store=self.store.seen_by(actor.user_id if actor else None))

    @property
    def own_store(self) -> Store:
        """The database for data that a user takes part in, such as conversations (U12)."""
        return self.store.for_own()

    def now(self) -> datetime:
        """Return the current instant, in UTC."""
        return self.clock.now()

    def today(self) -> date:
        """Return the current day in the organisation's time zone (D1)."""
        return local_day(self.now(), self.zone)

    def stamp(self) -> int:
        """Return a number that changes with every change to the database."""
        return self.store.stamp()

    def await_change(self, seconds: float) -> None:
        """Block until the database changes, at most ``seconds``.

        May return early if changes cannot be detected. Raises `Unavailable` if the database does
        not answer.
        """
        self.store.await_change(seconds)

    def transaction(self) -> AbstractContextManager[None]:
        """Return a context manager that runs its block in one transaction."""
        return self.store.writing()

    def until(self, stop: CancelToken) -> AbstractContextManager[None]:
        """Return a context manager that ends its block with `Stopped` once ``stop`` is requested.

        It applies to this thread; the block takes effect as a whole or not at all.
        """
        return stoppable(stop)

    def close(self) -> None:
        """Close the database."""
        self.store.close()


def open_studio(
    settings: Settings,
    clock: Clock,
    making: CreatePolicy = CreatePolicy.ASKED,
    *,
    steady: SteadyClock | None = None,
) -> Studio:
    """Open the Studio of ``settings``, creating its database as ``making`` says and migrating it.

    On PostgreSQL the server's time replaces the clock of the host, so that all hosts agree (N8).
    ``steady`` replaces the clock that measures leases. Raises `Refused` or `Unavailable` if the
    database cannot be used.
    """
    folder = user_data_path(APP)
    if not settings.database.url and not folder.exists():
        # Only the default folder is created: a folder that a user has set must exist.
        if making.forbids_creation:
            raise NotInitialized(
                f"There is no Studio in {folder} yet: “studio-tui db migrate” makes one."
            )
        make_folder(folder)
    store = open_store(settings.database_url, making, settings.database.listen_url)
    shared = store.clock
    if shared is not None and isinstance(clock, SystemClock):
        clock = shared
    studio = Studio(store, clock, settings, steady or shared or BootClock())
    store.set_day(studio.today, studio.zone)
    return studio
