"""The events of the demo are consistent with its people, its templates and the rules."""

import hashlib
from itertools import pairwise

import pytest

from studio_tui.demo.story.constants import ADMIN, DEMO_NOW
from studio_tui.demo.story.events import DemoConversation, DemoPush
from studio_tui.demo.story.organisation import DemoOrganisation
from studio_tui.demo.story.plan import DemoPlan
from studio_tui.demo.story.talks import DemoTalk, build_talks
from studio_tui.demo.story.timeline import StoryAct, StoryEvent, timeline
from studio_tui.domain.pushes.push import (
    PushDraft,
    PushState,
    Status,
    check_drafts,
    is_overdue,
    state_of,
    status_of,
)
from studio_tui.domain.templates.template import Definition
from studio_tui.services.templates.text_files import starter_templates

TODAY = DEMO_NOW.date()
STORY_SHA256 = "751aec1dcfd1289bf730176b8b74539e3557055277b8f410703541f47c63531e"


@pytest.fixture(scope="module")
def talks(organisation: DemoOrganisation, plan: DemoPlan) -> tuple[DemoTalk, ...]:
    return build_talks(organisation, plan)


@pytest.fixture(scope="module")
def events(
    organisation: DemoOrganisation, story: tuple[DemoPush, ...], talks: tuple[DemoTalk, ...]
) -> tuple[StoryEvent, ...]:
    return timeline(organisation, story, talks)


@pytest.fixture(scope="module")
def templates() -> dict[str, Definition]:
    return {definition.name: definition for definition in starter_templates()}


def state(push: DemoPush) -> PushState:
    return state_of(
        assigned=len(push.assigned),
        available_from=push.available_from,
        closed_at=push.closed_at,
        today=TODAY,
    )


def overdue(push: DemoPush) -> bool:
    done = sum(one.finished_at is not None for one in push.conversations)
    return is_overdue(
        state=state(push),
        deadline=push.deadline,
        overdue_conversations=len(push.assigned) - done,
        today=TODAY,
    )


def status(conversation: DemoConversation) -> Status:
    return status_of(
        planned_for=conversation.planned_for,
        prepared_at=conversation.prepared_at,
        started_at=conversation.started_at,
        finished_at=conversation.finished_at,
    )


def test_it_is_the_same_on_every_run_and_every_python(events: tuple[StoryEvent, ...]) -> None:
    lines = [
        f"{event.at.isoformat()} {event.act} {event.actor} "
        f"{event.push and event.push.name} {event.conversation and event.conversation.user}"
        for event in events
    ]
    assert hashlib.sha256("\n".join(lines).encode()).hexdigest() == STORY_SHA256, (
        "data/demo or its generator changed: if you meant it, put the new hash here"
    )


def test_pushes_are_in_every_state(story: tuple[DemoPush, ...]) -> None:
    assert {(state(push), overdue(push)) for push in story} == {
        (PushState.DRAFT, False),
        (PushState.SCHEDULED, False),
        (PushState.OPEN, False),
        (PushState.OPEN, True),
        (PushState.CLOSED, False),
    }


def test_the_pushes_are_valid(
    story: tuple[DemoPush, ...], templates: dict[str, Definition]
) -> None:
    check_drafts([PushDraft(one.name, one.available_from, one.deadline) for one in story], [])
    for push in story:
        assert templates[push.template].permissions.through_push
        assert push.created_at.date() <= push.available_from


def test_an_open_push_has_every_status_and_a_user_without_a_manager(
    organisation: DemoOrganisation, story: tuple[DemoPush, ...]
) -> None:
    push = next(one for one in story if one.name == "Q1 review")
    assert len(push.assigned) == 42
    of_a_conversation = set(Status) - {Status.NOT_PLANNED, Status.EXCUSED}
    assert {status(one) for one in push.conversations} == of_a_conversation
    assert len(push.conversations) < len(push.assigned)
    assert any(not organisation.managers_of(login, TODAY) for login in push.assigned)


def test_the_overdue_push_has_a_user_who_left_and_a_talk_of_the_admin(
    organisation: DemoOrganisation, story: tuple[DemoPush, ...]
) -> None:
    push = next(one for one in story if overdue(one))
    assert any(not organisation.by_login[login].active(TODAY) for login in push.assigned)
    assert ADMIN in push.assigned
    assert Status.IN_PROGRESS in {
        status(one) for one in push.conversations if one.conductor == ADMIN
    }


def test_every_assigned_user_was_employed_at_that_time(
    organisation: DemoOrganisation, story: tuple[DemoPush, ...]
) -> None:
    for push in story:
        assert len(set(push.assigned)) == len(push.assigned)
        for user in map(organisation.by_login.__getitem__, push.assigned):
            assert user.hired_on <= push.assigned_at.date()
            assert user.active(push.assigned_at.date())


def test_conversations_are_held_by_a_manager_among_those_assigned(
    organisation: DemoOrganisation, story: tuple[DemoPush, ...]
) -> None:
    for push in story:
        users = [one.user for one in push.conversations]
        assert len(set(users)) == len(users)
        assert set(users) <= set(push.assigned)
        for one in push.conversations:
            met = one.planned_for.date()
            assert one.conductor in organisation.managers_of(one.user, met)
            assert organisation.by_login[one.user].active(met)


def test_instants_are_in_order(story: tuple[DemoPush, ...]) -> None:
    for push in story:
        assert push.created_at < push.assigned_at <= DEMO_NOW
        for one in push.conversations:
            past = [one.planned_at, one.moved_at, one.prepared_at, one.started_at]
            past += [one.finished_at, one.cancelled_at]
            known = [push.assigned_at, *(at for at in past if at), push.closed_at or DEMO_NOW]
            assert all(earlier < later for earlier, later in pairwise(known))
            assert one.planned_at.date() >= push.available_from
            assert one.planned_for == (one.started_at or one.planned_for)
            assert one.started_at or one.planned_for > DEMO_NOW


def test_some_conversations_are_moved_cancelled_or_written(story: tuple[DemoPush, ...]) -> None:
    told = [one for push in story for one in push.conversations]
    assert 4 < sum(one.moved_at is not None for one in told) < len(told) / 4
    assert 2 < sum(one.cancelled_at is not None for one in told) < len(told) / 10
    assert 20 < sum(one.written for one in told) < len(told) / 2
    for one in told:
        assert not (one.cancelled_at and one.prepared_at)
        assert one.first_for is None or one.first_for > one.planned_for


def test_conversations_without_a_push_are_held_by_managers(
    organisation: DemoOrganisation,
    talks: tuple[DemoTalk, ...],
    templates: dict[str, Definition],
) -> None:
    assert {talk.template for talk in talks} == {"Regular", "Quick"}
    assert any(talk.conversation.conductor == ADMIN for talk in talks)
    open_ones = [t.conversation.user for t in talks if not t.conversation.started_at]
    assert len(set(open_ones)) == len(open_ones)
    for talk in talks:
        one = talk.conversation
        assert templates[talk.template].permissions.by_managers
        assert talk.planning is templates[talk.template].planning
        for day in (one.planned_at.date(), one.planned_for.date()):
            assert one.conductor in organisation.managers_of(one.user, day)
        past = [one.planned_at, one.prepared_at, one.cancelled_at, one.started_at, one.finished_at]
        known = [at for at in past if at]
        assert all(earlier < later for earlier, later in pairwise([*known, DEMO_NOW]))


def test_the_timeline_has_every_event_in_order(
    story: tuple[DemoPush, ...], events: tuple[StoryEvent, ...]
) -> None:
    assert events[0].act is StoryAct.IMPORT
    assert list(events) == sorted(events, key=lambda event: event.at)
    assert events[-1].at <= DEMO_NOW
    finished = {
        (event.push.name, event.conversation.user)
        for event in events
        if event.act is StoryAct.FINISH and event.push and event.conversation
    }
    assert finished == {
        (push.name, one.user) for push in story for one in push.conversations if one.finished_at
    }
    assert [event.push for event in events if event.act is StoryAct.CREATE] == list(story)
    assert [event.push for event in events if event.act is StoryAct.ASSIGN] == [
        push for push in story if push.assigned
    ]
    assert sum(event.act is StoryAct.CLOSE for event in events) == 2


def test_every_actor_was_imported_before(
    organisation: DemoOrganisation, events: tuple[StoryEvent, ...]
) -> None:
    imported = None
    for event in events:
        if event.act is StoryAct.IMPORT:
            imported = event.at.date()
        assert imported is not None
        assert organisation.by_login[event.actor].hired_on <= imported
        if event.act is StoryAct.ASSIGN and event.push:
            for login in event.push.assigned:
                assert organisation.by_login[login].hired_on <= imported
