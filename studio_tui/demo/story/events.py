"""The history of the demo's organisation, up to `DEMO_NOW`.

A story is data; `studio_tui.demo.story_player` performs it through the services. All assigned
users are employed on the day of assigning, and every conversation is held by a manager whom the
user has on that day (U4).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from studio_tui.demo.story.constants import DEMO_NOW
from studio_tui.demo.story.days import MEETING_HOURS, moment, working_days
from studio_tui.demo.story.keyed_random import KeyedRandom
from studio_tui.demo.story.organisation import DemoOrganisation, DemoUser, day
from studio_tui.demo.story.plan import DemoPlan, PushPlan
from studio_tui.domain.conversations.conversation import ConversationState
from studio_tui.domain.shared.dataclass import dataclass

_AHEAD = 12
"""Maximum days from the present at which future conversations are planned."""
_NOTICE = 4
"""Days between the first day of a push and its first meetings, which are planned in between."""
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class DemoConversation:
    """The course of one user's conversation. An instant is None if that step was not reached."""

    user: str
    conductor: str
    """Login of the manager who planned the conversation and conducts it."""
    planned_at: datetime
    planned_for: datetime
    first_for: datetime | None = None
    """Instant for which the conversation was planned before it was moved."""
    moved_at: datetime | None = None
    """Instant at which the conversation was moved."""
    prepared_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    cancelled_at: datetime | None = None
    written: bool = False
    """Whether the conversation has any text."""


@dataclass(frozen=True, slots=True)
class DemoPush:
    """A push. ``assigned`` and the conversations identify users by login."""

    name: str
    template: str
    """Name of a starter template."""
    created_at: datetime
    available_from: date
    deadline: date
    assigned_at: datetime
    assigned: tuple[str, ...]
    conversations: tuple[DemoConversation, ...]
    closed_at: datetime | None


def build_story(organisation: DemoOrganisation, plan: DemoPlan) -> tuple[DemoPush, ...]:
    """Return the pushes of ``plan`` with their conversations, in the order of the file."""
    random = KeyedRandom(plan.organisation.seed)
    return tuple(
        _PushHistory(organisation, push, random).build(number)
        for number, push in enumerate(plan.pushes.pushes)
    )


class _PushHistory:
    """A generator of the history of one push."""

    def __init__(self, organisation: DemoOrganisation, push: PushPlan, random: KeyedRandom) -> None:
        self._organisation = organisation
        self._push = push
        self._random = random

    def build(self, number: int) -> DemoPush:
        """Return the push. Each next ``number`` is created five minutes later in the day."""
        push = self._push
        created = moment(push.created, 10, 5 * number)
        assigned = self._assigned()
        return DemoPush(
            name=push.name,
            template=push.template,
            created_at=created,
            available_from=day(push.available_from),
            deadline=day(push.deadline),
            assigned_at=created + timedelta(minutes=3),
            assigned=tuple(user.login for user in assigned),
            conversations=tuple(self._conversations(assigned)),
            closed_at=None if push.closed is None else moment(push.closed, 17, 0),
        )

    def _assigned(self) -> list[DemoUser]:
        push, created = self._push, day(self._push.created)
        present = [
            user
            for user in self._organisation.users
            if user.hired_on <= created and user.active(created)
        ]
        named = [user for user in present if user.login in push.logins]
        others = [user for user in present if user not in named and self._meant(user)]
        if push.size:
            others = self._random.shuffled(others, push.name)[: push.size - len(named)]
        chosen = {user.login for user in (*named, *others)}
        return [user for user in present if user.login in chosen]

    def _meant(self, user: DemoUser) -> bool:
        groups = set(self._push.groups) & set(user.groups)
        return bool(groups) or any(
            team.path == path or team.path.startswith(f"{path} > ")
            for team in self._organisation.teams
            if user.login in team.members
            for path in self._push.teams
        )

    def _conversations(self, assigned: Sequence[DemoUser]) -> Iterator[DemoConversation]:
        managed = [user for user in assigned if self._managers(user, self._push.created)]
        begun = [user for user in managed if user.login in self._push.begun]
        others = [user for user in managed if user not in begun]
        order = self._random.shuffled(others, "order", self._push.name)
        for user, state in (
            *((user, ConversationState.IN_PROGRESS) for user in begun),
            *zip(order, self._states(len(assigned)), strict=False),
        ):
            if conversation := self._conversation(user, state):
                yield conversation

    def _states(self, assigned: int) -> Iterator[ConversationState]:
        push = self._push
        for state, percent in (
            (ConversationState.DONE, push.done),
            (ConversationState.IN_PROGRESS, push.in_progress),
            (ConversationState.PREPARED, push.prepared),
            (ConversationState.PLANNED, push.planned),
            (ConversationState.CANCELLED, push.cancelled),
        ):
            yield from [state] * (assigned * percent // 100)

    def _managers(self, user: DemoUser, offset: int) -> tuple[str, ...]:
        return self._organisation.managers_of(user.login, day(offset))

    def _conversation(self, user: DemoUser, state: ConversationState) -> DemoConversation | None:
        """Return the conversation; None if the user or all possible conductors left before it."""
        key = (self._push.name, user.login)
        meetings = self._meeting_days(user, state)
        if not meetings:
            return None
        met = self._random.pick(meetings, "met", *key)
        ready = min(met, 0) - 1
        planned = self._random.pick(working_days(self._push.available_from, ready), "planned", *key)
        conversation = DemoConversation(
            user=user.login,
            conductor=self._random.pick(self._managers(user, met), "conductor", *key),
            planned_at=self._moment(planned, 9, 12, "planned", *key),
            planned_for=self._meeting(met, *key),
            written=self._written(state, *key),
        )
        if self._random.below(100, "moved", *key) < self._push.moved:
            conversation = _moved(conversation)
        if state is ConversationState.PLANNED:
            return conversation
        later = self._random.pick(working_days(planned, ready), "prepared", *key)
        later_at = self._moment(later, 13, 17, "prepared", *key)
        if state is ConversationState.CANCELLED:
            return replace(conversation, cancelled_at=later_at)
        return self._held(replace(conversation, prepared_at=later_at), state, *key)

    def _written(self, state: ConversationState, *key: object) -> bool:
        if state is ConversationState.DONE:
            return self._random.below(100, "written", *key) < self._push.written
        return state in (ConversationState.PREPARED, ConversationState.IN_PROGRESS)

    def _held(
        self, conversation: DemoConversation, state: ConversationState, *key: object
    ) -> DemoConversation:
        started = conversation.planned_for
        if state is ConversationState.IN_PROGRESS:
            return replace(conversation, started_at=started)
        if state is ConversationState.DONE:
            length = timedelta(minutes=self._random.between(30, 70, "length", *key))
            return replace(conversation, started_at=started, finished_at=started + length)
        return conversation

    def _meeting_days(self, user: DemoUser, state: ConversationState) -> list[int]:
        """Return the offsets of the days on which the conversation can take place."""
        push = self._push
        days = [0] if state is ConversationState.IN_PROGRESS else working_days(1, _AHEAD)
        if state is ConversationState.DONE:
            days = working_days(push.available_from, min(0, push.closed or 0) - 1)
        return [
            one
            for one in days
            if min(one, 0) >= push.available_from + _NOTICE
            and user.active(day(one))
            and self._managers(user, one)
        ]

    def _meeting(self, offset: int, *key: object) -> datetime:
        if offset == 0:
            return DEMO_NOW - timedelta(minutes=45)
        return moment(offset, self._random.pick(MEETING_HOURS, "hour", *key), 0)

    def _moment(self, offset: int, first_hour: int, last_hour: int, *key: object) -> datetime:
        hour = self._random.between(first_hour, last_hour, "hour of", *key)
        return moment(offset, hour, self._random.below(60, "minute of", *key))


def _moved(conversation: DemoConversation) -> DemoConversation:
    """Return the conversation as moved: first planned a week later, moved before preparation."""
    planned = conversation.planned_at
    moved = planned + (planned.replace(hour=13, minute=0) - planned) / 2
    return replace(
        conversation, first_for=conversation.planned_for + _WEEK, moved_at=moved.replace(second=0)
    )
