"""The story of the demo in chronological order: who did what, and when."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum

from studio_tui.demo.story.constants import ADMIN, DEMO_NOW
from studio_tui.demo.story.events import DemoConversation, DemoPush
from studio_tui.demo.story.organisation import DemoOrganisation
from studio_tui.demo.story.talks import DemoTalk
from studio_tui.domain.shared.dataclass import dataclass

_EXPORTED = time(7)
"""Time of day of the HR system's exports."""


class StoryAct(StrEnum):
    """The kind of a `StoryEvent`."""

    IMPORT = "import"
    """Imports the `organisation_csv` of the day of the event."""
    CREATE = "create"
    ASSIGN = "assign"
    PLAN = "plan"
    MOVE = "move"
    CANCEL = "cancel"
    PREPARE = "prepare"
    START = "start"
    FINISH = "finish"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class StoryEvent:
    """An act that ``actor``, a login, performed at an instant."""

    at: datetime
    act: StoryAct
    actor: str
    push: DemoPush | None = None
    talk: DemoTalk | None = None
    """The conversation outside a push that the event belongs to, if any."""
    conversation: DemoConversation | None = None


def timeline(
    organisation: DemoOrganisation, story: Sequence[DemoPush], talks: Sequence[DemoTalk] = ()
) -> tuple[StoryEvent, ...]:
    """Return all events up to `DEMO_NOW` in order. Imports precede the events that need them."""
    events = [event for push in story for event in _push_events(push)]
    events += [event for talk in talks for event in _talk_events(talk)]
    first = min(event.at for event in events)
    return tuple(sorted([*_imports(organisation, first), *events], key=lambda event: event.at))


def _imports(organisation: DemoOrganisation, first: datetime) -> Iterator[StoryEvent]:
    start = first.date() - timedelta(days=1)
    news = {day for user in organisation.users for day in (user.hired_on, user.left_on) if day}
    for day in sorted({start, *(day for day in news if start < day <= DEMO_NOW.date())}):
        at = datetime.combine(day, _EXPORTED, tzinfo=DEMO_NOW.tzinfo)
        yield StoryEvent(at, StoryAct.IMPORT, ADMIN)


def _push_events(push: DemoPush) -> Iterator[StoryEvent]:
    yield StoryEvent(push.created_at, StoryAct.CREATE, ADMIN, push)
    if push.assigned:
        yield StoryEvent(push.assigned_at, StoryAct.ASSIGN, ADMIN, push)
    for conversation in push.conversations:
        for at, act, actor in _acts(conversation):
            yield StoryEvent(at, act, actor, push=push, conversation=conversation)
    if push.closed_at:
        yield StoryEvent(push.closed_at, StoryAct.CLOSE, ADMIN, push)


def _talk_events(talk: DemoTalk) -> Iterator[StoryEvent]:
    for at, act, actor in _acts(talk.conversation):
        if act is not StoryAct.PLAN or talk.planning:
            yield StoryEvent(at, act, actor, talk=talk, conversation=talk.conversation)


def _acts(conversation: DemoConversation) -> Iterator[tuple[datetime, StoryAct, str]]:
    conductor = conversation.conductor
    for at, act, actor in (
        (conversation.planned_at, StoryAct.PLAN, conductor),
        (conversation.moved_at, StoryAct.MOVE, conductor),
        (conversation.prepared_at, StoryAct.PREPARE, conversation.user),
        (conversation.cancelled_at, StoryAct.CANCEL, conductor),
        (conversation.started_at, StoryAct.START, conductor),
        (conversation.finished_at, StoryAct.FINISH, conductor),
    ):
        if at:
            yield at, act, actor
