"""An open demo. Opening a played demo needs neither the story nor its player."""

import asyncio
from dataclasses import replace
from pathlib import Path
from random import Random

from studio_tui.config.settings import (
    Database,
    Notifications,
    Organisation,
    Settings,
    Smtp,
    own_screen,
)
from studio_tui.demo.story.constants import ADMIN
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.clock import Clock
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.mail.transport.folder import MailFolder
from studio_tui.services.people.identity import Account, sign_in
from studio_tui.services.system.context import Studio, open_studio

DATABASE = "studio.db"
"""Name of the database in the folder of a demo."""
_HOLD = "10s"
"""Short, so that users who try the demo see mail leave."""


@dataclass(frozen=True, slots=True)
class Demo:
    """An open demo: the Studio, its admin and the folder for mail."""

    studio: Studio
    actor: Actor
    mail: MailFolder

    def at(self, clock: Clock) -> "Demo":
        """Return the same demo with another clock."""
        return replace(self, studio=replace(self.studio, clock=clock))

    def send_mail(self) -> None:
        """Write the mail that is due to the folder."""
        # Imported here to keep the start-up of demos that send no mail short.
        from studio_tui.worker.loop import Worker

        worker = Worker(self.studio, [self.mail], random=Random(0))  # noqa: S311 - no secret
        asyncio.run(worker.run(drain=True))


def reopen(folder: Path, clock: Clock) -> Demo:
    """Open the demo whose database is in ``folder``, signed in as its admin."""
    studio = replace(open_studio(_settings(folder), clock), is_temporary=True)
    try:
        return Demo(studio, sign_in(studio, Account(ADMIN, ADMIN)), MailFolder(folder / "mail"))
    except BaseException:
        studio.close()
        raise


def _settings(folder: Path) -> Settings:
    return Settings(
        database=Database(url=f"sqlite:///{folder / DATABASE}"),
        smtp=Smtp(sender="HR Studio <studio@example.org>"),
        organisation=Organisation(name="Example NV"),
        notifications=Notifications(hold=_HOLD),
        screen=own_screen(),
    )
