"""Races between users, and between processes, that act at the same moment (A4, N8, P12)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import TypeVar

import pytest

from studio_tui.domain.conversations.conversation import Part, Plan
from studio_tui.domain.outbox.kinds import Kind
from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.roles import Role
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.pushes.push import AssignmentFilter, PushState
from studio_tui.domain.shared.errors import Conflict, Refused
from studio_tui.domain.shared.selection import Selection
from studio_tui.services import conversations
from studio_tui.services.outbox import undo
from studio_tui.services.outbox.delivery import ClaimedBatch
from studio_tui.services.people import users
from studio_tui.services.people.identity import Account, sign_in
from studio_tui.services.pushes import assign as assigning
from studio_tui.services.pushes import pushes, remind
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import templates
from tests.acting import as_user, assign, assigned, draft_of, lines, mail, now, send_due
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock

T = TypeVar("T")

ROUNDS = range(4)
"""Number of times that each race is repeated, because a single run may pass by luck."""


def at_once(*acts: Callable[[], T]) -> list[T | Refused]:
    """Run each act of ``acts`` in a thread of its own, at the same moment, and return the outcomes.

    An outcome is the act's result, or the `Refused` that it raised.
    """
    line = Barrier(len(acts))

    def run(act: Callable[[], T]) -> T | Refused:
        line.wait(timeout=30)
        try:
            return act()
        except Refused as refusal:
            return refusal

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def refusals(outcomes: list[T | Refused]) -> list[Refused]:
    return [outcome for outcome in outcomes if isinstance(outcome, Refused)]


def test_only_one_of_two_accounts_at_once_becomes_the_first_admin(studio: Studio) -> None:
    """A1: the second account is not a user yet, and is refused."""
    outcomes = at_once(
        *(partial(sign_in, studio, Account(login, login)) for login in ("els", "sam"))
    )
    admins = [outcome for outcome in outcomes if isinstance(outcome, Actor)]
    assert len(admins) == len(refusals(outcomes)) == 1
    everybody = users.every(studio, admins[0], UserFilter())
    assert [(user.login, user.role) for user in everybody] == [(admins[0].login, Role.ADMIN)]
    assert len(templates.every(studio, admins[0])) == 3


@pytest.mark.usefixtures("people")
def test_two_assignments_of_the_same_users_at_once_notify_each_user_once(
    studio: Studio, admin: Actor
) -> None:
    """P12, N2."""
    for number in ROUNDS:
        push = create_push(studio, admin, f"Push {number}")
        chosen = assigning.users_named(studio, admin, ["ann", "ben", "cas"])
        outcomes = at_once(*[partial(assigning.assign, studio, admin, push, chosen)] * 2)
        assert len(refusals(outcomes)) == 1
        assert "Nobody to assign" in str(refusals(outcomes)[0])
        assert sorted(assigned(studio, admin, push)) == ["ann", "ben", "cas"]
        told = sorted(each.recipient for each in mail(studio, admin) if each.push_id == push.id)
        assert told == ["ann", "bea", "ben", "bob", "cas", "cor"]


def test_the_second_of_two_edits_of_a_push_at_once_is_a_conflict(
    studio: Studio, admin: Actor
) -> None:
    """A4: the activity records only the edit that was saved."""
    push = create_push(studio, admin)
    for number in ROUNDS:
        names = [f"Name {number}{letter}" for letter in "ab"]
        outcomes = at_once(
            *(
                partial(pushes.edit, studio, admin, push, draft_of(push, name=name))
                for name in names
            )
        )
        assert [type(refusal) for refusal in refusals(outcomes)] == [Conflict]
        before, push = push, now(studio, admin, push)
        assert push.version == before.version + 1
        assert lines(studio, admin)[0].after == {"name": push.name}
        assert lines(studio, admin)[0].before == {"name": before.name}


def test_the_second_of_two_saves_of_a_template_at_once_is_a_conflict(
    studio: Studio, admin: Actor
) -> None:
    """A4."""
    for number in ROUNDS:
        template = templates.find(studio, admin, "Regular")
        outcomes = at_once(
            *(
                partial(
                    templates.save,
                    studio,
                    admin,
                    template,
                    replace(template.definition, description=f"{writer} {number}"),
                )
                for writer in ("Ann", "Ben")
            )
        )
        assert [type(refusal) for refusal in refusals(outcomes)] == [Conflict]


def test_two_pushes_created_at_once_cannot_have_the_same_name(studio: Studio, admin: Actor) -> None:
    """P1."""
    for number in ROUNDS:
        outcomes = at_once(*[partial(create_push, studio, admin, f"Push {number}")] * 2)
        assert len(refusals(outcomes)) == 1
    assert len(pushes.every(studio, admin)) == len(ROUNDS)


@pytest.mark.usefixtures("people")
def test_no_user_stays_assigned_to_a_push_that_closes_at_the_same_moment(
    studio: Studio, admin: Actor
) -> None:
    """P9: a closed push has no waiting mail, whichever act came first."""
    for number in ROUNDS:
        push = create_push(studio, admin, f"Push {number}")
        at_once(
            partial(pushes.close, studio, admin, push),
            partial(assign, studio, admin, push, "ann", "ben"),
        )
        assert now(studio, admin, push).state is PushState.CLOSED
        assert {each.state for each in mail(studio, admin)} <= {"dropped"}


def test_the_second_of_an_edit_and_a_closing_at_once_is_a_conflict(
    studio: Studio, admin: Actor
) -> None:
    """A4: an edit does not change a push that is closed."""
    for number in ROUNDS:
        push = create_push(studio, admin, f"Push {number}")
        outcomes = at_once(
            partial(pushes.close, studio, admin, push),
            partial(pushes.edit, studio, admin, push, draft_of(push, name=f"Edited {number}")),
        )
        assert [type(refusal) for refusal in refusals(outcomes)] == [Conflict]
        after = now(studio, admin, push)
        closed = after.state is PushState.CLOSED
        assert after.name == (push.name if closed else f"Edited {number}")


@pytest.mark.usefixtures("people")
def test_the_second_of_two_managers_who_plan_at_once_is_refused_and_reads_who_holds_it(
    studio: Studio, admin: Actor
) -> None:
    """P10, A4: the result is one conversation, one conductor and one invitation to each side."""
    managers = [as_user(studio, login) for login in ("bob", "cor")]
    plan = Plan(studio.now() + timedelta(days=2))
    for number in ROUNDS:
        push = assign(studio, admin, create_push(studio, admin, f"Push {number}"), "ann").push
        ask = conversations.find(studio, push.name, "ann")
        outcomes = at_once(
            *(partial(conversations.plan, studio, manager, ask, plan) for manager in managers)
        )
        holds = assigned(studio, admin, push)["ann"].conductor
        assert len(refusals(outcomes)) == 1
        assert holds in str(refusals(outcomes)[0])
        invited = [each for each in mail(studio, admin) if each.kind is Kind.PLANNED]
        assert len(invited) == 2 * (number + 1)


@pytest.mark.usefixtures("people")
def test_the_second_of_two_writes_of_an_answer_at_once_is_a_conflict(
    studio: Studio, admin: Actor
) -> None:
    """A4, C4: the conductor writes in two windows."""
    push = assign(studio, admin, create_push(studio, admin), "ann").push
    bob = as_user(studio, "bob")
    talk = conversations.start(studio, bob, conversations.find(studio, push.name, "ann"))
    asked = conversations.read(studio, bob, talk.id).entries[0].asked.id
    write = partial(conversations.write, studio, bob, talk.id, asked, Part.ANSWERS)
    for version in ROUNDS:
        outcomes = at_once(*(partial(write, f"{letter} {version}", version) for letter in "ab"))
        assert [isinstance(each, Conflict) for each in refusals(outcomes)] == [True]


def test_the_second_of_two_restorations_of_a_version_at_once_is_a_conflict(
    studio: Studio, admin: Actor
) -> None:
    """A4."""
    first = templates.find(studio, admin, "Regular")
    version = templates.versions(studio, admin, first.id)[-1]
    changed = replace(first.definition, description="Another")
    for _ in ROUNDS:
        current = templates.find(studio, admin, "Regular")
        saved = templates.save(studio, admin, current, changed)
        outcomes = at_once(*[partial(templates.bring_back, studio, admin, saved, version)] * 2)
        assert [type(refusal) for refusal in refusals(outcomes)] == [Conflict]


@pytest.mark.usefixtures("people")
def test_two_reminders_of_the_same_users_at_once_remind_each_user_once(
    studio: Studio, admin: Actor
) -> None:
    """P15: also if two workers find the same reminder due."""
    everybody: Selection[AssignmentFilter] = Selection.matching(AssignmentFilter())
    for number in ROUNDS:
        push = assign(studio, admin, create_push(studio, admin, f"Push {number}"), "eve").push
        outcomes = at_once(*[partial(remind.remind, studio, admin, push, everybody)] * 2)
        assert len(refusals(outcomes)) == 1
        assert [each.kind for each in mail(studio, admin) if each.push_id == push.id] == [
            Kind.ASSIGNED,
            Kind.REMINDER,
        ]


@pytest.mark.usefixtures("people")
def test_an_undone_act_sends_no_mail_even_if_sending_begins_at_the_same_moment(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """N5: either the whole act is undone, or it is too late and all of its mail is sent."""
    for number in ROUNDS:
        push = create_push(studio, admin, f"Push {number}")
        done = assign(studio, admin, push, "ann", "ben", "cas")
        clock.move(minutes=2)
        outcomes = at_once(
            partial(undo.undo, studio, admin, done.activity_id), partial(send_due, studio)
        )
        states = {each.state for each in mail(studio, admin) if each.push_id == push.id}
        late = bool(refusals([outcome for outcome in outcomes if not isinstance(outcome, int)]))
        assert states == ({NotificationState.SENT} if late else {NotificationState.DROPPED})


@pytest.mark.usefixtures("people")
def test_two_workers_never_claim_the_same_mail(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """N8."""
    push = create_push(studio, admin)
    everybody = Selection.matching(UserFilter())
    assigning.assign(studio, admin, push, everybody)
    clock.move(minutes=2)
    claims = at_once(*(partial(send_due, studio, name) for name in "abcd"))
    assert refusals(claims) == []
    taken = [
        each.id
        for claimed in claims
        if isinstance(claimed, ClaimedBatch)
        for each in claimed.deliveries
    ]
    assert sorted(taken) == sorted(each.id for each in mail(studio, admin))


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("change", ["import", "assign"])
def test_queries_of_one_reading_transaction_see_the_same_data(
    studio: Studio, admin: Actor, change: str
) -> None:
    """A list does not change between its count and its rows."""
    push = create_push(studio, admin)

    def interfere() -> None:
        if change == "import":
            text = "email,given_name,family_name\nnew@example.org,New,Person\n"
            import_people(studio, admin, text)
        else:
            assign(studio, admin, push, "ann")

    with ThreadPoolExecutor(1) as pool, studio.store.reading():
        before = (_users(studio, admin), now(studio, admin, push))
        pool.submit(interfere).result(timeout=30)
        assert (_users(studio, admin), now(studio, admin, push)) == before
    assert (_users(studio, admin), now(studio, admin, push)) != before


def _users(studio: Studio, admin: Actor) -> list[str]:
    return [user.login for user in users.every(studio, admin, UserFilter())]
