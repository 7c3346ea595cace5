"""The player of the demo's story, from the first import to `DEMO_NOW`."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from studio_tui.demo.conversation_writer import ConversationWriter
from studio_tui.demo.demo import Demo, reopen
from studio_tui.demo.story.building import build_organisation
from studio_tui.demo.story.constants import DEMO_NOW
from studio_tui.demo.story.demo_texts import DemoTexts
from studio_tui.demo.story.events import DemoConversation, DemoPush, build_story
from studio_tui.demo.story.export import organisation_csv
from studio_tui.demo.story.keyed_random import KeyedRandom
from studio_tui.demo.story.organisation import DemoOrganisation
from studio_tui.demo.story.talks import build_talks
from studio_tui.demo.story.text_files import demo_plan
from studio_tui.demo.story.timeline import StoryAct, StoryEvent, timeline
from studio_tui.domain.conversations.conversation import Conversation, ConversationRequest, Plan
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import PushDraft
from studio_tui.domain.shared.cancellation import Progress, ignore_progress
from studio_tui.domain.shared.clock import FixedClock
from studio_tui.services import conversations
from studio_tui.services.people import hr_files, imports, users
from studio_tui.services.people.identity import Account, sign_in
from studio_tui.services.pushes import assign, pushes
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import templates

_MAIL_BEFORE = (StoryAct.ASSIGN, StoryAct.CLOSE, StoryAct.IMPORT)


def play(folder: Path, progress: Progress = ignore_progress) -> Demo:
    """Play the story into a new database in ``folder``, up to `DEMO_NOW`.

    ``progress`` is called with the played fraction of the story, from 0 to 1.
    """
    plan = demo_plan()
    organisation = build_organisation(plan)
    talks = build_talks(organisation, plan)
    events = timeline(organisation, build_story(organisation, plan), talks)
    demo = reopen(folder, FixedClock(events[0].at))
    player = _Player(
        organisation,
        ConversationWriter(DemoTexts(plan.words.words, KeyedRandom(plan.organisation.seed))),
    )
    played = 0
    for stretch in _stretches(events):
        # Send the mail that fell due since the previous stretch.
        demo.at(FixedClock(stretch[0].at)).send_mail()
        # One transaction per stretch, to wait for the disk only once.
        with demo.studio.transaction():
            for event in stretch:
                player.play(demo.at(FixedClock(event.at)), event)
                played += 1
                progress(played / len(events))
    demo = demo.at(FixedClock(DEMO_NOW))
    demo.send_mail()
    return demo


def _stretches(events: Sequence[StoryEvent]) -> Iterator[list[StoryEvent]]:
    """Split ``events`` into stretches, each beginning with an event before which mail is sent."""
    stretch: list[StoryEvent] = []
    for event in events:
        if event.act in _MAIL_BEFORE and stretch:
            yield stretch
            stretch = []
        stretch.append(event)
    yield stretch


class _Player:
    """A player that performs story events through the services."""

    def __init__(self, organisation: DemoOrganisation, writer: ConversationWriter) -> None:
        self._organisation = organisation
        self._writer = writer
        self._conversations: dict[DemoConversation, Conversation] = {}

    def play(self, demo: Demo, event: StoryEvent) -> None:
        """Perform one event, at its instant."""
        if event.act is StoryAct.IMPORT:
            exported = organisation_csv(self._organisation, event.at.date())
            imports.apply(demo.studio, demo.actor, hr_files.read(exported.encode()))
        elif event.conversation is not None:
            self._converse(demo, event, event.conversation)
        elif event.push is not None:
            self._push(demo, event.act, event.push)

    def _push(self, demo: Demo, act: StoryAct, push: DemoPush) -> None:
        match act:
            case StoryAct.CREATE:
                _create(demo, push)
            case StoryAct.ASSIGN:
                _assign(demo, push)
            case _:
                _close(demo, push)

    def _converse(self, demo: Demo, event: StoryEvent, script: DemoConversation) -> None:
        studio, actor = demo.studio, sign_in(demo.studio, Account(event.actor, event.actor))
        match event.act:
            case StoryAct.PLAN:
                plan = Plan(script.first_for or script.planned_for)
                self._conversations[script] = conversations.plan(
                    studio, actor, _ask(demo, event, script), plan
                )
            case StoryAct.MOVE:
                plan = Plan(script.planned_for)
                self._conversations[script] = conversations.move(
                    studio, actor, self._conversations[script], plan
                )
            case StoryAct.CANCEL:
                conversations.cancel(studio, actor, self._conversations[script].id)
            case StoryAct.PREPARE:
                self._prepare(studio, actor, script)
            case StoryAct.START:
                self._start(demo, actor, event, script)
            case _:
                self._finish(studio, actor, script)

    def _prepare(self, studio: Studio, actor: Actor, script: DemoConversation) -> None:
        conversation = self._conversations[script]
        if script.written:
            self._writer.prepare(studio, actor, conversation.id)
        conversations.submit(studio, actor, conversation.id)

    def _start(self, demo: Demo, actor: Actor, event: StoryEvent, script: DemoConversation) -> None:
        if script not in self._conversations:
            begun = conversations.start(demo.studio, actor, _ask(demo, event, script))
            self._conversations[script] = begun
        else:
            if script.written:
                self._prepare(demo.studio, actor, script)
            conversations.begin(demo.studio, actor, self._conversations[script].id)
        if script.written and script.finished_at is None:
            self._writer.note(demo.studio, actor, self._conversations[script].id, share=0.4)

    def _finish(self, studio: Studio, actor: Actor, script: DemoConversation) -> None:
        if script.written:
            self._writer.note(studio, actor, self._conversations[script].id)
        conversations.finish(studio, actor, self._conversations[script].id)


def _ask(demo: Demo, event: StoryEvent, script: DemoConversation) -> ConversationRequest:
    if event.push is not None:
        return conversations.find(demo.studio, event.push.name, script.user)
    user = users.find(demo.studio, demo.actor, script.user).user
    name = event.talk.template if event.talk else ""
    return ConversationRequest(
        user.id, template_id=templates.find(demo.studio, demo.actor, name).id
    )


def _create(demo: Demo, push: DemoPush) -> None:
    template = templates.find(demo.studio, demo.actor, push.template)
    draft = PushDraft(push.name, push.available_from, push.deadline)
    pushes.create(demo.studio, demo.actor, template.id, [draft])


def _assign(demo: Demo, push: DemoPush) -> None:
    chosen = assign.users_named(demo.studio, demo.actor, push.assigned)
    found = pushes.find(demo.studio, demo.actor, push.name)
    assign.assign(demo.studio, demo.actor, found, chosen)


def _close(demo: Demo, push: DemoPush) -> None:
    pushes.close(demo.studio, demo.actor, pushes.find(demo.studio, demo.actor, push.name))
