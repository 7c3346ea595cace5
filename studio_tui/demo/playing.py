"""Playing the story of the demo, from the first import to the demo's today."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from studio_tui.config.settings import Database, Notifications, Organisation, Settings, Smtp
from studio_tui.domain import hr_file
from studio_tui.domain.access import Actor
from studio_tui.domain.clock import Clock, FixedClock
from studio_tui.domain.conversations import Ask, Plan
from studio_tui.domain.demo.building import build_organisation
from studio_tui.domain.demo.export import organisation_csv
from studio_tui.domain.demo.organisation import ADMIN, DEMO_NOW, DemoOrganisation
from studio_tui.domain.demo.story import DemoPush, build_story
from studio_tui.domain.demo.timeline import Act, Event, timeline
from studio_tui.domain.pushes import PushDraft
from studio_tui.mail.mailbox import MailFolder
from studio_tui.services import assigning, conversations, imports, pushes, templates
from studio_tui.services.context import Studio, open_studio
from studio_tui.services.demo_text import demo_plan
from studio_tui.services.identity import Account, sign_in
from studio_tui.worker.sending import Worker

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
        worker = Worker(self.studio, [self.mail], random=Random(0))  # noqa: S311 - no secret
        asyncio.run(worker.run(drain=True))


def play(folder: Path, progress: Callable[[float], None] = lambda share: None) -> Demo:
    """Play the story into a new database in ``folder``, up to `DEMO_NOW`.

    ``progress`` hears how much of the story has been played, from 0 to 1.
    """
    plan = demo_plan()
    organisation = build_organisation(plan)
    events = timeline(organisation, build_story(organisation, plan))
    demo = reopen(folder, FixedClock(events[0].at))
    for number, event in enumerate(events):
        _play(demo.at(FixedClock(event.at)), organisation, event)
        progress((number + 1) / len(events))
    demo = demo.at(FixedClock(DEMO_NOW))
    demo.send_mail()
    return demo


def reopen(folder: Path, clock: Clock) -> Demo:
    """The demo whose database is in ``folder``, as its admin sees it."""
    studio = open_studio(_settings(folder), clock)
    return Demo(studio, sign_in(studio, Account(ADMIN, ADMIN)), MailFolder(folder / "mail"))


def _settings(folder: Path) -> Settings:
    return Settings(
        database=Database(url=f"sqlite:///{folder / DATABASE}"),
        smtp=Smtp(sender="HR Studio <studio@example.org>"),
        organisation=Organisation(name="Example NV"),
        notifications=Notifications(hold=_HOLD),
    )


def _play(demo: Demo, organisation: DemoOrganisation, event: Event) -> None:
    # Mail that fell due in the meantime left in the meantime.
    if event.act in (Act.ASSIGN, Act.CLOSE, Act.IMPORT):
        demo.send_mail()
    if event.act is Act.IMPORT:
        exported = organisation_csv(organisation, event.at.date())
        imports.apply(demo.studio, demo.actor, hr_file.read(exported.encode()))
    elif event.push is not None:
        _PLAYERS[event.act](demo, event, event.push)


def _create(demo: Demo, _: Event, push: DemoPush) -> None:
    template = templates.find(demo.studio, demo.actor, push.template)
    draft = PushDraft(push.name, push.available_from, push.deadline)
    pushes.create(demo.studio, demo.actor, template.id, [draft])


def _assign(demo: Demo, _: Event, push: DemoPush) -> None:
    chosen = assigning.users_named(demo.studio, demo.actor, push.assigned)
    found = pushes.find(demo.studio, demo.actor, push.name)
    assigning.assign(demo.studio, demo.actor, found, chosen)


def _converse(demo: Demo, event: Event, push: DemoPush) -> None:
    planned = event.conversation
    if planned is None:
        return
    studio, actor = demo.studio, sign_in(demo.studio, Account(event.actor, event.actor))
    ask = conversations.find(studio, push.name, planned.user)
    match event.act:
        case Act.PLAN:
            conversations.plan(studio, actor, ask, Plan(planned.planned_for))
        case Act.PREPARE:
            _prepare(studio, actor, ask)
        case Act.START:
            conversations.start(studio, actor, ask)
        case _:
            conversations.record_held(studio, actor, ask)


def _prepare(studio: Studio, actor: Actor, ask: Ask) -> None:
    waiting = (one for one in conversations.matters(studio, actor) if one.push_id == ask.push_id)
    for matter in waiting:
        if matter.mine and matter.conversation_id is not None:
            conversations.submit(studio, actor, matter.conversation_id)


def _close(demo: Demo, _: Event, push: DemoPush) -> None:
    pushes.close(demo.studio, demo.actor, pushes.find(demo.studio, demo.actor, push.name))


_PLAYERS: dict[Act, Callable[[Demo, Event, DemoPush], None]] = {
    Act.CREATE: _create,
    Act.ASSIGN: _assign,
    Act.PLAN: _converse,
    Act.PREPARE: _converse,
    Act.START: _converse,
    Act.FINISH: _converse,
    Act.CLOSE: _close,
}
