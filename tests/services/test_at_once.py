"""Several people, and several programs, at the same moment (A4, N8, P12)."""

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
from studio_tui.services.outbox.delivery import Claimed
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
"""So often is each race run: once is luck."""


def at_once(*acts: Callable[[], T]) -> list[T | Refused]:
    """What came of ``acts``, begun at the same moment in a thread each."""
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


def test_of_two_accounts_one_becomes_the_first_admin(studio: Studio) -> None:
    """A1: whoever comes second is nobody yet."""
    outcomes = at_once(
        *(partial(sign_in, studio, Account(login, login)) for login in ("els", "sam"))
    )
    admins = [outcome for outcome in outcomes if isinstance(outcome, Actor)]
    assert len(admins) == len(refusals(outcomes)) == 1
    everybody = users.every(studio, admins[0], UserFilter())
    assert [(user.login, user.role) for user in everybody] == [(admins[0].login, Role.ADMIN)]
    assert len(templates.every(studio, admins[0])) == 3


def test_two_who_assign_the_same_people_tell_them_once(studio: Studio, admin: Actor) -> None:
    """P12, N2."""
    import_people(studio, admin)
    for number in ROUNDS:
        push = create_push(studio, admin, f"Push {number}")
        chosen = assigning.users_named(studio, admin, ["ann", "ben", "cas"])
        outcomes = at_once(*[partial(assigning.assign, studio, admin, push, chosen)] * 2)
        assert len(refusals(outcomes)) == 1
        assert "Nobody to assign" in str(refusals(outcomes)[0])
        assert sorted(assigned(studio, admin, push)) == ["ann", "ben", "cas"]
        told = sorted(each.recipient for each in mail(studio, admin) if each.push_id == push.id)
        assert told == ["ann", "bea", "ben", "bob", "cas", "cor"]


def test_of_two_edits_one_is_told_of_the_other(studio: Studio, admin: Actor) -> None:
    """A4: and the activity tells of the one that happened."""
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


def test_of_two_who_save_a_template_one_is_told_of_the_other(studio: Studio, admin: Actor) -> None:
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


def test_a_name_is_given_once(studio: Studio, admin: Actor) -> None:
    """P1."""
    for number in ROUNDS:
        outcomes = at_once(*[partial(create_push, studio, admin, f"Push {number}")] * 2)
        assert len(refusals(outcomes)) == 1
    assert len(pushes.every(studio, admin)) == len(ROUNDS)


def test_nobody_is_assigned_to_a_push_while_it_closes(studio: Studio, admin: Actor) -> None:
    """P9: a closed push has no mail that waits, whoever came first."""
    import_people(studio, admin)
    for number in ROUNDS:
        push = create_push(studio, admin, f"Push {number}")
        at_once(
            partial(pushes.close, studio, admin, push),
            partial(assign, studio, admin, push, "ann", "ben"),
        )
        assert now(studio, admin, push).state is PushState.CLOSED
        assert {each.state for each in mail(studio, admin)} <= {"dropped"}


def test_of_an_edit_and_a_closing_one_is_told_of_the_other(studio: Studio, admin: Actor) -> None:
    """A4: a closed push is what it was when it was closed."""
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


def test_of_two_managers_one_plans_and_the_other_hears_of_it(studio: Studio, admin: Actor) -> None:
    """P10, A4: one conversation, one conductor, one invitation to each side."""
    import_people(studio, admin)
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


def test_of_two_who_write_one_answer_one_is_told_of_the_other(studio: Studio, admin: Actor) -> None:
    """A4, C4: as from two windows of the conductor."""
    import_people(studio, admin)
    push = assign(studio, admin, create_push(studio, admin), "ann").push
    bob = as_user(studio, "bob")
    talk = conversations.start(studio, bob, conversations.find(studio, push.name, "ann"))
    asked = conversations.read(studio, bob, talk.id).entries[0].asked.id
    write = partial(conversations.write, studio, bob, talk.id, asked, Part.ANSWERS)
    for version in ROUNDS:
        outcomes = at_once(*(partial(write, f"{letter} {version}", version) for letter in "ab"))
        assert [isinstance(each, Conflict) for each in refusals(outcomes)] == [True]


def test_of_two_who_bring_back_a_version_one_is_told_of_the_other(
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


def test_two_who_remind_the_same_people_remind_them_once(studio: Studio, admin: Actor) -> None:
    """P15: and two workers that find the same reminder due."""
    import_people(studio, admin)
    everybody: Selection[AssignmentFilter] = Selection.matching(AssignmentFilter())
    for number in ROUNDS:
        push = assign(studio, admin, create_push(studio, admin, f"Push {number}"), "eve").push
        outcomes = at_once(*[partial(remind.remind, studio, admin, push, everybody)] * 2)
        assert len(refusals(outcomes)) == 1
        assert [each.kind for each in mail(studio, admin) if each.push_id == push.id] == [
            Kind.ASSIGNED,
            Kind.REMINDER,
        ]


def test_what_is_undone_is_not_sent(studio: Studio, admin: Actor, clock: MovableClock) -> None:
    """N5: an act is taken back whole, or it is too late."""
    import_people(studio, admin)
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


def test_two_workers_never_take_the_same_mail(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """N8."""
    import_people(studio, admin)
    push = create_push(studio, admin)
    everybody = Selection.matching(UserFilter())
    assigning.assign(studio, admin, push, everybody)
    clock.move(minutes=2)
    claims = at_once(*(partial(send_due, studio, name) for name in "abcd"))
    assert refusals(claims) == []
    taken = [
        each.id for claimed in claims if isinstance(claimed, Claimed) for each in claimed.deliveries
    ]
    assert sorted(taken) == sorted(each.id for each in mail(studio, admin))


@pytest.mark.parametrize("change", ["import", "assign"])
def test_what_is_read_together_is_of_one_moment(studio: Studio, admin: Actor, change: str) -> None:
    """A list does not change between its count and its rows."""
    import_people(studio, admin)
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
