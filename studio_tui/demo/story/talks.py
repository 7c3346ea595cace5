"""Conversations of the demo outside pushes (C2)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from studio_tui.demo.story.days import MEETING_HOURS, moment, working_days
from studio_tui.demo.story.events import DemoConversation
from studio_tui.demo.story.keyed_random import KeyedRandom
from studio_tui.demo.story.organisation import DemoOrganisation, DemoUser, day
from studio_tui.demo.story.plan import DemoPlan, TalkPlan
from studio_tui.domain.conversations.conversation import ConversationState
from studio_tui.domain.shared.dataclass import dataclass

_NOTICE = 14
"""Maximum days between planning and holding a conversation."""


@dataclass(frozen=True, slots=True)
class DemoTalk:
    """A conversation outside a push."""

    template: str
    """Name of a starter template."""
    planning: bool
    """False if the template skips planning and preparation."""
    conversation: DemoConversation


def build_talks(organisation: DemoOrganisation, plan: DemoPlan) -> tuple[DemoTalk, ...]:
    """Return the conversations of ``plan`` outside pushes, in the order of the file."""
    random = KeyedRandom(plan.organisation.seed)
    return tuple(
        talk
        for number, talk_plan in enumerate(plan.talks.talks)
        for talk in _talks(organisation, talk_plan, random, number)
    )


def _talks(
    organisation: DemoOrganisation, plan: TalkPlan, random: KeyedRandom, number: int
) -> Iterator[DemoTalk]:
    around = range(plan.first - _NOTICE, plan.last + 1)
    able = [
        user
        for user in organisation.users
        if user.hired_on <= day(around[0])
        and all(user.active(day(offset)) for offset in (around[0], around[-1]))
        and _managers(organisation, user, around)
    ]
    named = [user for user in able if user.login in plan.logins]
    others = random.shuffled((user for user in able if user not in named), "talks", number)
    for user in [*named, *others][: plan.people]:
        managers = _managers(organisation, user, around)
        conductor = random.pick(managers, "talk", number, user.login)
        conversation = _conversation(plan, user, conductor, random, number)
        yield DemoTalk(plan.template, plan.planning, conversation)


def _managers(organisation: DemoOrganisation, user: DemoUser, around: range) -> list[str]:
    """Return the logins of those who manage the user throughout and were hired before."""
    found = set(organisation.managers_of(user.login, day(around[0])))
    found &= set(organisation.managers_of(user.login, day(around[-1])))
    return sorted(
        login for login in found if organisation.by_login[login].hired_on <= day(around[0])
    )


def _conversation(
    plan: TalkPlan, user: DemoUser, conductor: str, random: KeyedRandom, number: int
) -> DemoConversation:
    key = (number, user.login)
    met = random.pick(working_days(plan.first, plan.last), "met", *key)
    hour = random.pick(MEETING_HOURS, "hour", *key)
    before = working_days(met - _NOTICE, min(met, 0) - 1)
    planned = random.pick(before[: len(before) // 2], "planned", *key)
    later = random.pick(before[len(before) // 2 :], "later", *key)
    planned_for = moment(met, hour, random.pick((0, 30), "half", *key))
    conversation = DemoConversation(
        user=user.login,
        conductor=conductor,
        planned_at=moment(planned, random.between(9, 16, "planned at", *key)),
        planned_for=planned_for,
        written=True,
    )
    if plan.ends is ConversationState.CANCELLED:
        return replace(conversation, cancelled_at=moment(later, 16, 20))
    if plan.ends is ConversationState.PLANNED:
        return conversation
    length = timedelta(minutes=random.between(15, 60, "length", *key))
    return replace(
        conversation,
        prepared_at=moment(later, 15, 40) if plan.planning else None,
        started_at=planned_for,
        finished_at=planned_for + length,
    )
