"""How far a conversation is, and who may say so (C1, C2, P9, U4)."""

from datetime import timedelta

import pytest

from studio_tui.domain.access import Actor
from studio_tui.domain.errors import Forbidden, NotFound, Refused
from studio_tui.domain.pushes import Push, Status
from studio_tui.services import assigning, conversations, pushes
from studio_tui.services.context import Studio
from studio_tui.services.conversations import Conversation
from tests.acting import HOUR, as_user, assign, assigned, draft_of, lines, now
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock


@pytest.fixture
def push(studio: Studio, admin: Actor) -> Push:
    """Ann has Bob and Cor; Bob has Dan alone; Eve has nobody."""
    import_people(studio, admin)
    return assign(studio, admin, create_push(studio, admin), "ann", "bob", "eve").push


def of(studio: Studio, push: Push, login: str) -> Conversation:
    return conversations.find(studio, push.name, login)


def test_each_manager_records_their_own(studio: Studio, admin: Actor, push: Push) -> None:
    """C2: leader and coach alike; the one who recorded it held it."""
    held = conversations.finish(studio, as_user(studio, "cor"), of(studio, push, "ann"))
    assert (held.status, held.conductor, held.status_at) == (
        Status.DONE,
        "Cor Coach",
        studio.now(),
    )
    assert assigned(studio, admin, push)["ann"] == held
    line = lines(studio, admin)[0]
    assert (line.actor, line.action, line.subject, line.users) == (
        "cor",
        "finished conversation",
        "ann",
        1,
    )


def test_who_manages_somebody_else_may_not(studio: Studio, admin: Actor, push: Push) -> None:
    """C2, A2: neither the user, nor another manager, nor support."""
    conversation = of(studio, push, "ann")
    before = lines(studio, admin)
    for login in ("ann", "dan", "bea", "sam"):
        for act in (conversations.finish, conversations.start):
            with pytest.raises(Forbidden, match=f"{login} neither leads nor coaches"):
                act(studio, as_user(studio, login), conversation)
        with pytest.raises(Forbidden):
            conversations.plan(studio, as_user(studio, login), conversation, studio.now() + HOUR)
    with pytest.raises(Forbidden, match="in another's name"):
        conversations.finish(studio, as_user(studio, "bob"), conversation, conductor="cor")
    assert lines(studio, admin) == before


def test_an_admin_names_who_held_it(studio: Studio, admin: Actor, push: Push) -> None:
    ann, bob, eve = (of(studio, push, login) for login in ("ann", "bob", "eve"))
    with pytest.raises(Refused, match="several managers: say which of them held it: "):
        conversations.finish(studio, admin, ann)
    with pytest.raises(Refused, match="dan neither leads nor coaches Ann Peeters"):
        conversations.finish(studio, admin, ann, conductor="dan")
    with pytest.raises(NotFound, match="There is no user “nobody”"):
        conversations.finish(studio, admin, ann, conductor="nobody")
    with pytest.raises(Refused, match="Eve Alone has no manager"):
        conversations.finish(studio, admin, eve)
    assert conversations.finish(studio, admin, ann, conductor="COR@example.org").conductor
    assert conversations.finish(studio, admin, bob).conductor == "Dan Dewit"


def test_a_conversation_goes_from_planned_to_done(
    studio: Studio, push: Push, clock: MovableClock
) -> None:
    """C2, P8."""
    bob, ann = as_user(studio, "bob"), of(studio, push, "ann")
    planned_for = studio.now() + 2 * HOUR
    planned = conversations.plan(studio, bob, ann, planned_for)
    assert (planned.status, planned.status_at) == (Status.PLANNED, planned_for)
    prepared = conversations.prepare(studio, as_user(studio, "ann"), ann)
    assert prepared.status is Status.PREPARED
    clock.move(hours=2)
    assert conversations.start(studio, bob, ann).status is Status.IN_PROGRESS
    clock.move(hours=1)
    done = conversations.finish(studio, bob, ann)
    assert (done.status, done.status_at, done.conductor) == (Status.DONE, studio.now(), "Bob Smith")


def test_what_was_held_is_held_once(studio: Studio, admin: Actor, push: Push) -> None:
    ann = of(studio, push, "ann")
    conversations.finish(studio, as_user(studio, "cor"), ann)
    for act in (conversations.finish, conversations.start):
        with pytest.raises(Refused, match="was held already, by Cor Coach"):
            act(studio, as_user(studio, "bob"), ann)


def test_time_goes_one_way(studio: Studio, admin: Actor, push: Push) -> None:
    bob = of(studio, push, "bob")
    with pytest.raises(Refused, match="in the future"):
        conversations.finish(studio, admin, bob, held_at=studio.now() + HOUR)
    with pytest.raises(Refused, match="in the past"):
        conversations.plan(studio, admin, bob, studio.now() - HOUR)
    with pytest.raises(Refused, match="is not planned yet"):
        conversations.prepare(studio, admin, bob)
    yesterday = studio.now() - timedelta(days=1)
    assert conversations.finish(studio, admin, bob, held_at=yesterday).status_at == yesterday


def test_a_closed_push_is_no_longer_used_but_what_has_begun_may_end(
    studio: Studio, admin: Actor, push: Push
) -> None:
    """P9."""
    ann, bob = of(studio, push, "ann"), of(studio, push, "bob")
    conversations.start(studio, admin, ann, conductor="cor")
    pushes.close(studio, admin, now(studio, admin, push))
    with pytest.raises(Refused, match="is closed: it can no longer be used"):
        conversations.finish(studio, admin, bob)
    assert conversations.finish(studio, admin, ann, conductor="cor").status is Status.DONE


def test_a_push_that_has_not_begun_is_not_used_yet(
    studio: Studio, admin: Actor, push: Push
) -> None:
    """P5."""
    later = draft_of(push, available_from=push.deadline)
    pushes.edit(studio, admin, push, later)
    with pytest.raises(Refused, match=f"is available from {push.deadline} on"):
        conversations.finish(studio, admin, of(studio, push, "bob"))


def test_who_is_not_in_the_push_has_no_conversation(
    studio: Studio, admin: Actor, push: Push
) -> None:
    assigning.unassign_users(studio, admin, push, ["bob"])
    for login in ("bob", "ben"):
        with pytest.raises(Refused, match="is not assigned to “Q1 review”"):
            conversations.finish(studio, admin, of(studio, push, login))
    with pytest.raises(NotFound, match="Did you mean “Q1 review”"):
        conversations.find(studio, "Q1 revieu", "bob")
