"""A real Studio of Example NV on SQLite, with people, pushes and mail in all states."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from textual.pilot import Pilot

from studio_tui.config.settings import Database, Organisation, Settings, Smtp
from studio_tui.domain.outbox.notification import NotificationFilter, NotificationState
from studio_tui.domain.people import hr_file
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import PushDraft, PushFacts
from studio_tui.domain.shared.selection import Selection
from studio_tui.mail.transport.outcomes import (
    ClearToSend,
    Delivered,
    Outcome,
    Rejected,
    send_immediately,
)
from studio_tui.services.outbox import outbox
from studio_tui.services.people import imports
from studio_tui.services.people.identity import Account, sign_in
from studio_tui.services.pushes import assign, pushes
from studio_tui.services.system.context import Studio, open_studio
from studio_tui.services.templates import templates
from studio_tui.storage.engine.opening import open_store
from studio_tui.tui.places import Place
from studio_tui.tui.start import OpenedStudio
from studio_tui.worker.loop import Worker
from tests.hostile import HOSTILE
from tests.services.conftest import MovableClock

HEADINGS = (
    "login,email,given_name,family_name,teams,leads,coaches,department,language,hired_on,role"
)
PEOPLE = """\
bob,bob@example.org,Bob,Janssens,Management,Sales > Belgium,,Sales,nl,2015-02-01,
ann,ann@example.org,Ann,Peeters,Sales > Belgium,,carl,Sales,nl,2019-09-01,
carl,carl@example.org,Carl,Maes,Management,Finance,,Finance,fr,2012-05-15,
dina,dina@example.org,Dina,Willems,Finance,,bob|ann,Finance,fr,2023-01-09,
lone,lone@example.org,Lou,Alone,,,,Legal,en,2024-11-01,
sam,sam@example.org,Sam,Claes,Management,,,People,en,2020-03-01,support
"""


class StartsAfterToday(OpenedStudio):
    """The app with all its places, which starts on the one after Today.

    A test of another screen does not wait until Today has been read.
    """

    def first_place(self) -> Place | None:
        return next((place for place in self.open_places() if place.id != "today"), None)


@dataclass
class Example:
    """An open Studio, its admin and its clock."""

    studio: Studio
    admin: Actor
    clock: MovableClock

    def load(self, rows: str, headings: str = HEADINGS) -> None:
        """Import these users."""
        file = hr_file.read(f"{headings}\n{rows}".encode())
        imports.apply(self.studio, self.admin, file)

    def push(self, name: str, *logins: str) -> PushFacts:
        """Create a push of the starter template and assign these users."""
        template = templates.find(self.studio, self.admin, "Regular")
        draft = PushDraft(name, date(2026, 3, 1), date(2026, 3, 31))
        (push,) = pushes.create(self.studio, self.admin, template.id, [draft])
        chosen = assign.users_named(self.studio, self.admin, logins)
        return assign.assign(self.studio, self.admin, push, chosen).push

    def app(self, actor: Actor | None = None) -> OpenedStudio:
        """Return an app that starts on the templates or the conversations."""
        return StartsAfterToday(lambda _: (self.studio, actor or self.admin))

    def whole_app(self, actor: Actor | None = None) -> OpenedStudio:
        """Return an app that starts as for users: on Today or the conversations."""
        return OpenedStudio(lambda _: (self.studio, actor or self.admin))

    def check_for_changes(self, pilot: Pilot[Any]) -> None:
        """Make the app check for changes by others at once."""
        cast(OpenedStudio, pilot.app).check_for_changes()

    def actor(self, login: str) -> Actor:
        """Return the actor of a user other than the admin."""
        return sign_in(self.studio, Account(login, login))


class FakeTransport:
    """A transport that delivers nothing, and permanently refuses some recipients."""

    def __init__(self, *refused: str) -> None:
        self.refused = refused

    async def send(
        self, sender: str, recipient: str, message: bytes, leave: ClearToSend = send_immediately
    ) -> Outcome:
        if recipient in self.refused:
            return Rejected(550, "5.1.1 <[/x]>: no such user here")
        return Delivered(250, "kept")

    async def close(self) -> None:
        """Do nothing: there is no connection."""


@contextmanager
def example(folder: Path, smtp: Smtp | None = None) -> Iterator[Example]:
    """Open a new Studio that contains only its admin."""
    path = folder / "studio.db"
    path.touch(0o600)
    path.write_bytes(_migrated())
    settings = Settings(
        database=Database(url=f"sqlite:///{path}"),
        organisation=Organisation(name="Example NV"),
        smtp=smtp or Smtp(),
    )
    clock = MovableClock()
    studio = open_studio(settings, clock)
    try:
        yield Example(studio, sign_in(studio, Account("els", "Els Claes")), clock)
    finally:
        studio.close()


@cache
def _migrated() -> bytes:
    """Return a migrated, empty database. Making one takes a third of a second."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "studio.db")
        open_store(f"sqlite:///{path}").close()
        return path.read_bytes()


def hostile_rows(
    team: str = "", names: Sequence[str] = HOSTILE, sign: str = "h", most: int = 150
) -> str:
    """Return rows under `HEADINGS`, one user per name, with logins that begin with ``sign``.

    Each user is in a team with their own name, or in ``team`` if it is given.
    """
    cells = []
    for number, name in enumerate(names):
        quoted = name.replace("\x00", "").replace('"', '""')[:most]
        login = f"{sign}{number}"
        cells.append(
            f'{login},{login}@example.org,"{quoted}",H{number:02},"{team or _team(quoted)}",'
        )
    return "".join(f"{row},,,,,\n" for row in cells)


def _team(name: str) -> str:
    return name.replace(">", "").replace("|", "")[:100]


async def fill_outbox(example: Example) -> PushFacts:
    """Fill the outbox with mail that was sent, failed, was dropped or waits."""
    example.load(PEOPLE)
    push = example.push("Q1 review", "ann", "dina", "lone")
    example.clock.move(minutes=5)
    worker = Worker(example.studio, [FakeTransport("carl@example.org")])
    await worker.run(drain=True)
    example.push("Check-in [/x]", "ann", "bob")
    waiting = outbox.every(
        example.studio, example.admin, NotificationFilter(state=NotificationState.HELD)
    )
    dropped = Selection[NotificationFilter].of([waiting[-1].id])
    await asyncio.to_thread(outbox.drop, example.studio, example.admin, dropped)
    return push
