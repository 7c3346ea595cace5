"""An open demo: what is played into it, and what plays it, need not be there."""

import asyncio
from dataclasses import dataclass, replace
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
from studio_tui.mail.transport.folder import MailFolder
from studio_tui.services.people.identity import Account, sign_in
from studio_tui.services.system.context import Studio, open_studio

DATABASE = "studio.db"
"""Name of the database in the folder of a demo."""
_HOLD = "10s"
"""Short, so that whoever tries the demo sees mail leave."""


@dataclass(frozen=True, slots=True)
class Demo:
    """An open demo."""

    studio: Studio
    actor: Actor
    mail: MailFolder

    def at(self, clock: Clock) -> "Demo":
        """The same demo at another time."""
        return replace(self, studio=replace(self.studio, clock=clock))

    def send_mail(self) -> None:
        """Send what is due, into the folder."""
        # Who only looks at the demo need not wait for it.
        from studio_tui.worker.loop import Worker

        worker = Worker(self.studio, [self.mail], random=Random(0))  # noqa: S311 - no secret
        asyncio.run(worker.run(drain=True))


def reopen(folder: Path, clock: Clock) -> Demo:
    """The demo whose database is in ``folder``, as its admin sees it."""
    studio = replace(open_studio(_settings(folder), clock), passing=True)
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
