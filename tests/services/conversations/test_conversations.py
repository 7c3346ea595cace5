"""Conversations from plan to finish, and who may take each step (C1 to C3, P8 to P10, U4)."""

import logging
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from studio_tui.domain.conversations.conversation import (
    Conversation,
    ConversationRequest,
    ConversationState,
    Plan,
)
from studio_tui.domain.people import hr_file
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import Push, Status
from studio_tui.domain.shared.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    NothingToDo,
    Refused,
)
from studio_tui.domain.templates.template import Permissions
from studio_tui.services import conversations
from studio_tui.services.people import imports
from studio_tui.services.pushes import assign as assigning
from studio_tui.services.pushes import pushes
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import templates
from tests.acting import HOUR, as_user, assign, assigned, draft_of, finish, lines, now
from tests.made_once import made_once
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock


@made_once
def push(studio: Studio, admin: Actor) -> Push:
    """A push with Ann (managers Bob and Cor), Bob (manager Dan) and Eve (no manager)."""
    import_people(studio, admin)
    push = create_push(studio, admin)
    assign(studio, admin, push, "ann", "bob", "eve")
    return now(studio, admin, push)


def of(studio: Studio, push: Push, login: str) -> ConversationRequest:
    return conversations.find(studio, push.name, login)


def plan(studio: Studio, push: Push, login: str, *, by: str, hours: int = 1) -> Conversation:
    wanted = Plan(studio.now() + hours * HOUR)
    return conversations.plan(studio, as_user(studio, by), of(studio, push, login), wanted)


def about(studio: Studio, login: str, template: str) -> ConversationRequest:
    """Return a request for a conversation of ``login`` outside any push."""
    found = templates.find(studio, as_user(studio, "els"), template)
    with studio.store.reading():
        user_id = naming.user_id_named(login)
    return ConversationRequest(user_id, template_id=found.id)


def test_a_leader_or_coach_records_a_conversation_that_they_held(
    studio: Studio, admin: Actor, push: Push
) -> None:
    """C2: the manager who records the conversation becomes its conductor."""
    cor = as_user(studio, "cor")
    held = conversations.record_held(studio, cor, of(studio, push, "ann"))
    assert (held.state, held.conductor, held.finished_at) == (
        ConversationState.DONE,
        "Cor Coach",
        studio.now(),
    )
    row = assigned(studio, admin, push)["ann"]
    assert (row.status, row.conductor, row.status_at) == (
        Status.DONE,
        "Cor Coach",
        studio.now(),
    )
    line = lines(studio, admin)[0]
    assert (line.actor, line.action, line.subject, line.users) == (
        "cor",
        "finished conversation",
        "ann",
        1,
    )


def test_only_the_managers_of_a_user_may_plan_start_or_record(
    studio: Studio, admin: Actor, push: Push
) -> None:
    """C2, A2: neither the user, nor the manager of another user, nor support."""
    ask = of(studio, push, "ann")
    before = lines(studio, admin)
    for login in ("ann", "dan", "bea", "sam"):
        for act in (conversations.record_held, conversations.start):
            with pytest.raises(Forbidden, match=f"{login} neither leads nor coaches"):
                act(studio, as_user(studio, login), ask)
        with pytest.raises(Forbidden):
            plan(studio, push, "ann", by=login)
    with pytest.raises(Forbidden, match="in another's name"):
        conversations.record_held(studio, as_user(studio, "bob"), ask, conductor="cor")
    assert lines(studio, admin) == before


def test_an_admin_must_name_the_conductor_if_there_are_several_managers(
    studio: Studio, admin: Actor, push: Push
) -> None:
    ann, bob, eve = (of(studio, push, login) for login in ("ann", "bob", "eve"))
    record = conversations.record_held
    with pytest.raises(Refused, match="several managers: say which of them holds it: "):
        record(studio, admin, ann)
    with pytest.raises(Refused, match="dan neither leads nor coaches Ann Peeters"):
        record(studio, admin, ann, conductor="dan")
    with pytest.raises(NotFound, match="There is no user “nobody”"):
        record(studio, admin, ann, conductor="nobody")
    with pytest.raises(Refused, match="Eve Alone has no manager"):
        record(studio, admin, eve)
    assert record(studio, admin, ann, conductor="COR@example.org").conductor == "Cor Coach"
    assert record(studio, admin, bob).conductor == "Dan Dewit"


def test_a_conversation_goes_from_planned_to_done(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    """C2, P8: the push shows the status after each step."""

    def status() -> Status:
        return assigned(studio, admin, push)["ann"].status

    bob, planned_for = as_user(studio, "bob"), studio.now() + 2 * HOUR
    planned = plan(studio, push, "ann", by="bob", hours=2)
    assert (planned.state, planned.planned_for) == (ConversationState.PLANNED, planned_for)
    assert assigned(studio, admin, push)["ann"].status_at == planned_for
    conversations.submit(studio, bob, planned.id)
    assert status() is Status.PLANNED
    conversations.submit(studio, as_user(studio, "ann"), planned.id)
    assert status() is Status.PREPARED
    clock.move(hours=2)
    conversations.begin(studio, bob, planned.id)
    assert status() is Status.IN_PROGRESS
    clock.move(hours=1)
    done = conversations.finish(studio, bob, planned.id)
    assert (done.state, done.sealed_at, done.conductor) == (
        ConversationState.DONE,
        studio.now(),
        "Bob Smith",
    )
    assert status() is Status.DONE


def test_a_conversation_can_be_held_only_once(studio: Studio, push: Push) -> None:
    conversations.record_held(studio, as_user(studio, "cor"), of(studio, push, "ann"))
    bob, ask = as_user(studio, "bob"), of(studio, push, "ann")
    with pytest.raises(Forbidden, match="Cor Coach holds the conversation with Ann Peeters"):
        conversations.record_held(studio, bob, ask)
    cor = as_user(studio, "cor")
    for act in (conversations.record_held, conversations.start):
        with pytest.raises(Refused, match="was held already, by Cor Coach"):
            act(studio, cor, ask)
    with pytest.raises(Refused, match="was held already"):
        plan(studio, push, "ann", by="cor")


def test_only_one_of_two_leaders_can_plan_or_start_a_conversation(
    studio: Studio, push: Push
) -> None:
    """P10: once one has planned it, the other is refused and reads who holds it."""
    conversation = plan(studio, push, "ann", by="bob")
    with pytest.raises(Forbidden, match="Bob Smith holds the conversation with Ann Peeters"):
        plan(studio, push, "ann", by="cor")
    with pytest.raises(Forbidden, match="hand it over first"):
        conversations.start(studio, as_user(studio, "cor"), of(studio, push, "ann"))
    with pytest.raises(Forbidden, match="hand it over first"):
        conversations.begin(studio, as_user(studio, "cor"), conversation.id)


def test_a_plan_is_in_the_future_and_a_held_conversation_in_the_past(
    studio: Studio, admin: Actor, push: Push
) -> None:
    bob = of(studio, push, "bob")
    with pytest.raises(Refused, match="in the future"):
        conversations.record_held(studio, admin, bob, held_at=studio.now() + HOUR)
    with pytest.raises(Invalid, match="in the past"):
        plan(studio, push, "bob", by="dan", hours=-1)
    for minutes in (0, 481):
        with pytest.raises(Invalid, match="5 to 480 minutes"):
            conversations.plan(studio, admin, bob, Plan(studio.now() + HOUR, minutes))
    yesterday = studio.now() - timedelta(days=1)
    held = conversations.record_held(studio, admin, bob, held_at=yesterday)
    assert (held.finished_at, held.sealed_at) == (yesterday, studio.now())


def test_a_move_based_on_an_outdated_plan_is_a_conflict(
    studio: Studio, admin: Actor, push: Push
) -> None:
    """A4, C5: the error names the current plan."""
    first = plan(studio, push, "ann", by="bob")
    bob = as_user(studio, "bob")
    moved = conversations.move(studio, bob, first, Plan(studio.now() + 3 * HOUR, 30, "Room  9"))
    assert (moved.minutes, moved.place, moved.sequence) == (30, "Room 9", 2)
    with pytest.raises(Conflict, match="30 minutes, with Bob Smith"):
        conversations.move(studio, admin, first, Plan(studio.now() + 4 * HOUR))
    again = plan(studio, push, "ann", by="bob", hours=5)
    assert (again.id, again.sequence) == (first.id, 3)


def test_a_cancelled_conversation_can_be_planned_anew(
    studio: Studio, admin: Actor, push: Push
) -> None:
    """C3: only its conductor or an admin cancels it; the user becomes *not planned* again."""
    first = plan(studio, push, "ann", by="bob")
    for login in ("ann", "sam", "dan", "cor"):
        with pytest.raises(Forbidden):
            conversations.cancel(studio, as_user(studio, login), first.id)
    cancelled = conversations.cancel(studio, as_user(studio, "bob"), first.id)
    assert cancelled.state is ConversationState.CANCELLED
    assert assigned(studio, admin, push)["ann"].status is Status.NOT_PLANNED
    with pytest.raises(Refused, match="was cancelled"):
        conversations.begin(studio, as_user(studio, "bob"), first.id)
    assert plan(studio, push, "ann", by="cor").id != first.id


def test_reopened_by_its_conductor_then_by_an_admin(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    """C3."""
    finish(studio, admin, push, "ann", by="bob")
    held = plan_of(studio, push)
    clock.move(days=2)
    for login in ("ann", "cor"):
        with pytest.raises(Refused, match="Only Bob Smith, who held it"):
            conversations.reopen(studio, as_user(studio, login), held.id)
    again = conversations.reopen(studio, as_user(studio, "bob"), held.id)
    assert again.state is ConversationState.IN_PROGRESS
    conversations.finish(studio, as_user(studio, "bob"), held.id)
    clock.move(days=4)
    with pytest.raises(Refused, match="ask an admin"):
        conversations.reopen(studio, as_user(studio, "bob"), held.id)
    assert conversations.reopen(studio, admin, held.id).state is ConversationState.IN_PROGRESS
    with pytest.raises(NothingToDo, match="is in progress already"):
        conversations.reopen(studio, admin, held.id)


def plan_of(studio: Studio, push: Push) -> Conversation:
    """Return Ann's finished conversation of the push."""
    from studio_tui.domain.conversations.conversation import HistoryFilter
    from studio_tui.domain.shared.list_source import Sort

    source = conversations.history(
        studio, as_user(studio, "ann"), HistoryFilter(), Sort("at", descending=True)
    )
    return next(one for one in source.rows(0, 99) if one.push == push.name)


def test_a_closed_push_allows_only_conversations_in_progress_to_finish(
    studio: Studio, admin: Actor, push: Push
) -> None:
    """P9."""
    ann, bob = of(studio, push, "ann"), of(studio, push, "bob")
    begun = conversations.start(studio, as_user(studio, "cor"), ann)
    pushes.close(studio, admin, now(studio, admin, push))
    with pytest.raises(Refused, match="is closed: it can no longer be used"):
        conversations.record_held(studio, admin, bob)
    done = conversations.finish(studio, as_user(studio, "cor"), begun.id)
    assert done.state is ConversationState.DONE


def test_a_push_cannot_be_used_before_its_first_day(
    studio: Studio, admin: Actor, push: Push
) -> None:
    """P5."""
    later = draft_of(push, available_from=push.deadline)
    pushes.edit(studio, admin, push, later)
    with pytest.raises(Refused, match=f"is available from {push.deadline} on"):
        conversations.record_held(studio, admin, of(studio, push, "bob"))


def test_a_user_outside_the_push_has_no_conversation_in_it(
    studio: Studio, admin: Actor, push: Push
) -> None:
    assigning.unassign_users(studio, admin, push, ["bob"])
    for login in ("bob", "ben"):
        with pytest.raises(Refused, match="is not assigned to “Q1 review”"):
            conversations.record_held(studio, admin, of(studio, push, login))
    with pytest.raises(NotFound, match="Did you mean “Q1 review”"):
        conversations.find(studio, "Q1 revieu", "bob")


def test_conversations_outside_a_push(studio: Studio, admin: Actor, push: Push) -> None:
    """T3, C2: managers start them if the template permits, and users with one of their managers."""
    bob, ask = as_user(studio, "bob"), about(studio, "ben", "Regular")
    wanted = Plan(studio.now() + HOUR)
    mine = conversations.plan(studio, bob, ask, wanted)
    assert (mine.push_id, mine.conductor, mine.template.name) == (None, "Bob Smith", "Regular")
    theirs = conversations.plan(studio, as_user(studio, "ben"), ask, wanted)
    assert (theirs.id != mine.id, theirs.conductor) == (True, "Bob Smith")
    ann = about(studio, "ann", "Regular")
    with pytest.raises(Refused, match="several managers: say which"):
        conversations.plan(studio, as_user(studio, "ann"), ann, wanted)
    with_cor = conversations.plan(studio, as_user(studio, "ann"), ann, wanted, conductor="cor")
    assert with_cor.conductor == "Cor Coach"
    for login in ("els", "dan", "sam"):
        with pytest.raises(Forbidden, match="neither leads nor coaches Ben Willems"):
            conversations.plan(studio, as_user(studio, login), ask, wanted)


def test_a_conversation_outside_a_push_needs_the_permission_of_its_template(
    studio: Studio, admin: Actor, push: Push
) -> None:
    """T3: without permissions in the template, or with an archived one, nothing is allowed."""
    regular = templates.find(studio, admin, "Regular")
    strict = replace(regular.definition, name="Strict", permissions=Permissions())
    templates.add(studio, admin, strict)
    ask, wanted = about(studio, "ben", "Strict"), Plan(studio.now() + HOUR)
    with pytest.raises(Refused, match="does not let leaders and coaches"):
        conversations.plan(studio, as_user(studio, "bob"), ask, wanted)
    with pytest.raises(Refused, match="does not let users"):
        conversations.plan(studio, as_user(studio, "ben"), ask, wanted)
    templates.set_archived(studio, admin, regular, archived=True)
    with pytest.raises(Refused, match="“Regular” is archived"):
        conversations.plan(studio, as_user(studio, "bob"), about(studio, "ben", "Regular"), wanted)
    names = {one.name for one in conversations.usable(studio, as_user(studio, "bob"), ask.user_id)}
    assert "Quick" in names
    assert not names & {"Regular", "Strict"}


def test_a_conversation_by_a_quick_template_starts_without_planning(
    studio: Studio, push: Push
) -> None:
    """T1, C2."""
    bob, ask = as_user(studio, "bob"), about(studio, "ben", "Quick")
    with pytest.raises(Refused, match="“Quick” starts at the talk"):
        conversations.plan(studio, bob, ask, Plan(studio.now() + HOUR))
    assert conversations.start(studio, bob, ask).state is ConversationState.IN_PROGRESS


def test_a_conversation_in_progress_can_finish_after_the_user_left(
    studio: Studio, admin: Actor, push: Push
) -> None:
    """A conversation in progress can be finished; a new one cannot be planned."""
    begun = conversations.start(studio, as_user(studio, "bob"), of(studio, push, "ann"))
    gone = "login,email,given_name,family_name,active\n" + "".join(
        f"{login},{login}@example.org,{given},{family},no\n"
        for login, given, family in (("ann", "Ann", "Peeters"), ("ben", "Ben", "Willems"))
    )
    imports.apply(studio, admin, hr_file.read(gone.encode()))
    with pytest.raises(Refused, match="Ben Willems has left"):
        conversations.plan(
            studio,
            as_user(studio, "bob"),
            about(studio, "ben", "Regular"),
            Plan(studio.now() + HOUR),
        )
    assert conversations.finish(studio, as_user(studio, "bob"), begun.id).user_active is False


def test_the_possible_conductors_are_visible_to_the_user_their_managers_and_admins(
    studio: Studio, admin: Actor, push: Push
) -> None:
    """U4, A2: to the user, the user's managers, and everybody who may see the users."""
    ann = of(studio, push, "ann").user_id
    for login in ("ann", "bob", "cor", "els", "sam"):
        found = conversations.conductors(studio, as_user(studio, login), ann)
        assert [manager.login for manager in found] == ["cor", "bob"]
    for login in ("ben", "dan"):
        with pytest.raises(Forbidden):
            conversations.conductors(studio, as_user(studio, login), ann)
    assert conversations.conductors(studio, admin, of(studio, push, "eve").user_id) == ()
    with pytest.raises(Forbidden):
        conversations.conductors(studio, as_user(studio, "ann"), 10**9)
    assert conversations.conductors(studio, admin, 10**9) == ()


def test_an_act_on_one_user_does_not_query_the_other_users_of_the_push(
    studio: Studio, push: Push, caplog: pytest.LogCaptureFixture
) -> None:
    """A key press costs the same in a push of 100,000 users as in a push of three."""
    caplog.set_level(logging.DEBUG, "peewee")
    pushes.every(studio, as_user(studio, "els"))
    counting = re.compile(r'GROUP BY ("\w+"\.)?"push_id"')
    assert counting.search(caplog.text), "that is how progress is counted"
    caplog.clear()
    ann = of(studio, push, "ann")
    conversations.plan(studio, as_user(studio, "bob"), ann, Plan(studio.now() + HOUR))
    conversations.usable(studio, as_user(studio, "bob"), ann.user_id)
    assert caplog.text
    assert not counting.search(caplog.text)
