"""Assigning users: mail, previews, status and flags (P3, P6 to P8, P11, P12, N1, N2)."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from studio_tui.domain.conversations.conversation import Plan
from studio_tui.domain.outbox.kinds import Capacity
from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.pushes.push import Assignment, AssignmentFilter, Flag, Progress, Status
from studio_tui.domain.shared.errors import NotFound, Refused, Unavailable
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.selection import Selection
from studio_tui.services import conversations
from studio_tui.services.outbox import delivery
from studio_tui.services.people import users
from studio_tui.services.pushes import assign as assigning
from studio_tui.services.pushes import pushes
from studio_tui.services.system.context import Studio
from studio_tui.storage.engine.sql import execute
from tests.acting import (
    HOUR,
    as_user,
    assign,
    assigned,
    finish,
    lines,
    mail,
    now,
    send_due,
    summaries,
    waiting,
)
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock

pytestmark = pytest.mark.usefixtures("people")

USER, MANAGER = Capacity.USER, Capacity.MANAGER
LEFT = "email,given_name,family_name,active\n{login}@example.org,{login},Gone,no\n"


def leaves(studio: Studio, admin: Actor, *logins: str) -> None:
    for login in logins:
        import_people(studio, admin, LEFT.format(login=login))


def rename(studio: Studio, table: str, to: str) -> None:
    with studio.store.writing():
        execute(f"ALTER TABLE {table} RENAME TO {to}")


def test_users_and_all_their_managers_get_one_mail_each(studio: Studio, admin: Actor) -> None:
    """P6, P7: Cas is in two teams, Ann has a coach, Bob leads his only team, Eve has no manager."""
    done = assign(studio, admin, create_push(studio, admin), "ann", "ben", "bob", "cas", "eve")
    assert (done.added, done.users_told, done.managers_told) == (5, 5, 4)
    assert summaries(mail(studio, admin)) == [
        ("ann", USER, ("ann",)),
        ("bea", MANAGER, ("cas",)),
        ("ben", USER, ("ben",)),
        ("bob", MANAGER, ("cas", "ann", "ben")),
        ("bob", USER, ("bob",)),
        ("cas", USER, ("cas",)),
        ("cor", MANAGER, ("ann",)),
        ("dan", MANAGER, ("bob",)),
        ("eve", USER, ("eve",)),
    ]
    assert len({each.key for each in mail(studio, admin)}) == 9


def test_a_manager_who_has_left_gets_no_mail(studio: Studio, admin: Actor) -> None:
    """U4: the leader of the team above does not replace a leader who left."""
    leaves(studio, admin, "bob", "cor")
    assign(studio, admin, create_push(studio, admin), "ann")
    assert summaries(mail(studio, admin)) == [("ann", USER, ("ann",))]


def test_later_additions_notify_only_the_added_users_and_their_managers(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """P12."""
    push = assign(studio, admin, create_push(studio, admin), "ann", "cas").push
    clock.move(minutes=2)
    send_due(studio)
    done = assign(studio, admin, push, "ann", "ben", "cas")
    assert (done.added, done.users_told, done.managers_told) == (1, 1, 1)
    assert waiting(mail(studio, admin)) == [("ben", USER, ("ben",)), ("bob", MANAGER, ("ben",))]


def test_nobody_can_be_assigned_twice(studio: Studio, admin: Actor) -> None:
    """P12: assigning the same users again is refused and changes nothing."""
    push = assign(studio, admin, create_push(studio, admin), "ann", "ann", "ANN@example.org").push
    before = (mail(studio, admin), lines(studio, admin))
    nobody: Selection[UserFilter] = Selection()
    for again in (Selection.matching(assigning.of_push(push)), nobody):
        with pytest.raises(Refused, match="Nobody to assign"):
            assigning.assign(studio, admin, push, again)
    assert (mail(studio, admin), lines(studio, admin)) == before
    assert list(assigned(studio, admin, push)) == ["ann"]


def test_the_users_of_an_earlier_push_can_be_assigned_with_changes(
    studio: Studio, admin: Actor
) -> None:
    """P3."""
    earlier = assign(studio, admin, create_push(studio, admin, "2025"), "ann", "ben", "cas").push
    assigning.unassign_users(studio, admin, earlier, ["cas"])
    pushes.close(studio, admin, now(studio, admin, earlier))
    eve, ben = (users.find(studio, admin, login).user.id for login in ("eve", "ben@example.org"))
    selection = Selection.matching(assigning.of_push(earlier)).mark([eve]).unmark([ben])
    push = create_push(studio, admin, "2026")
    assert assigning.preview(studio, admin, push, selection).adding == 2
    done = assigning.assign(studio, admin, push, selection)
    assert done.added == 2
    assert sorted(assigned(studio, admin, push)) == ["ann", "eve"]


def test_users_who_have_left_are_not_assigned_and_are_counted_separately(
    studio: Studio, admin: Actor
) -> None:
    """P3, P14."""
    earlier = assign(studio, admin, create_push(studio, admin, "2025"), "ann", "ben").push
    leaves(studio, admin, "ben")
    push = assign(studio, admin, create_push(studio, admin, "2026"), "eve").push
    everyone = Selection.matching(assigning.of_push(earlier)).mark_matching(UserFilter("eve"))
    preview = assigning.preview(studio, admin, push, everyone)
    assert (preview.adding, preview.already, preview.left) == (1, 1, 1)
    assert assigning.assign(studio, admin, push, everyone).added == 1
    assert sorted(assigned(studio, admin, push)) == ["ann", "eve"]


def test_a_preview_agrees_with_the_assignment(studio: Studio, admin: Actor) -> None:
    """P14: the preview writes nothing."""
    push = create_push(studio, admin, starts_in=3)
    everyone = Selection.matching(UserFilter())
    before = lines(studio, admin)
    preview = assigning.preview(studio, admin, push, everyone)
    assert (lines(studio, admin), mail(studio, admin)) == (before, [])
    done = assigning.assign(studio, admin, push, everyone)
    assert (preview.adding, preview.managers) == (done.added, done.managers_told)
    assert preview.leaves_at == done.leaves_at == datetime(2026, 3, 5, 7, 0, tzinfo=UTC)
    assert {user.login for user in preview.without_manager} == {
        row.login for row in assigned(studio, admin, push).values() if Flag.NO_MANAGER in row.flags
    }
    assert "eve" in {user.login for user in preview.without_manager}


def test_a_preview_gives_the_exact_number_without_manager_up_to_the_length_of_its_list(
    studio: Studio, admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    push = create_push(studio, admin)
    everyone = Selection.matching(UserFilter())
    alone = assigning.preview(studio, admin, push, everyone).without_manager
    assert len(alone) > 1
    for listed, words in [
        (len(alone), f"{len(alone)} users"),
        (len(alone) - 1, f"more than {len(alone) - 1} user"),
        (1, "more than 1 user"),
    ]:
        monkeypatch.setattr(assigning, "LISTED", listed)
        preview = assigning.preview(studio, admin, push, everyone)
        assert preview.without_manager == alone[:listed]
        assert preview.without_manager_in_words.startswith(words)


def test_a_preview_does_not_count_managers_who_were_already_notified(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """P11, P14."""
    push = assign(studio, admin, create_push(studio, admin), "ann", "ben").push
    clock.move(minutes=2)
    send_due(studio)
    assigning.unassign_users(studio, admin, push, ["ann"])
    again = assigning.users_named(studio, admin, ["ann"])
    preview = assigning.preview(studio, admin, push, again)
    done = assigning.assign(studio, admin, push, again)
    assert (preview.adding, preview.managers) == (done.added, done.managers_told) == (1, 0)


def test_unassigning_drops_waiting_mail_and_assigning_again_restores_it(
    studio: Studio, admin: Actor
) -> None:
    """P11."""
    push = assign(studio, admin, create_push(studio, admin), "ann", "ben").push
    before = waiting(mail(studio, admin))
    assert assigning.unassign_users(studio, admin, push, ["ann", "ben"]) == 2
    assert assigned(studio, admin, push) == {}
    assert waiting(mail(studio, admin)) == []
    assert {each.error for each in mail(studio, admin)} == {"no longer assigned"}
    assign(studio, admin, push, "ann", "ben")
    assert waiting(mail(studio, admin)) == before


def test_users_who_were_notified_before_get_no_mail_when_assigned_again(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """P11, N2: neither do their managers."""
    push = assign(studio, admin, create_push(studio, admin), "ann", "cas").push
    clock.move(minutes=2)
    send_due(studio)
    assigning.unassign_users(studio, admin, push, ["ann"])
    done = assign(studio, admin, push, "ann")
    assert (done.added, done.users_told, done.managers_told) == (1, 0, 0)
    assert waiting(mail(studio, admin)) == []


def test_a_manager_is_notified_of_a_user_assigned_again_whom_the_first_mail_left_out(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """P6, P11: the mail to Bob named only Ben, so Bob does not know about Ann yet."""
    push = assign(studio, admin, create_push(studio, admin), "ann", "ben").push
    assigning.unassign_users(studio, admin, push, ["ann"])
    clock.move(minutes=2)
    send_due(studio)
    assert summaries(mail(studio, admin))[-2:] == [
        ("bob", MANAGER, ("ben",)),
        ("cor", MANAGER, ("ann",)),
    ]
    assign(studio, admin, push, "ann")
    assert waiting(mail(studio, admin)) == [
        ("ann", USER, ("ann",)),
        ("bob", MANAGER, ("ann",)),
        ("cor", MANAGER, ("ann",)),
    ]


def test_unassigning_keeps_the_conversations(studio: Studio, admin: Actor) -> None:
    """P11."""
    push = assign(studio, admin, create_push(studio, admin), "ann", "ben").push
    finish(studio, admin, push, "ann", by="cor")
    ann = assigned(studio, admin, push)["ann"]
    only_done = Selection.matching(AssignmentFilter(status=Status.DONE))
    assert assigning.unassign(studio, admin, push, only_done) == 1
    assert now(studio, admin, push).progress.done == 0
    assign(studio, admin, push, "ann")
    assert assigned(studio, admin, push)["ann"] == ann


def test_users_outside_the_push_cannot_be_unassigned(studio: Studio, admin: Actor) -> None:
    push = assign(studio, admin, create_push(studio, admin), "ann").push
    other = assign(studio, admin, create_push(studio, admin, "Other"), "ben").push
    with pytest.raises(Refused, match="Not assigned to “Q1 review”: ben, cas"):
        assigning.unassign_users(studio, admin, push, ["ann", "ben", "cas"])
    foreign: Selection[AssignmentFilter] = Selection.of([assigned(studio, admin, other)["ben"].id])
    with pytest.raises(Refused, match="Nobody to unassign"):
        assigning.unassign(studio, admin, push, foreign)
    assert list(assigned(studio, admin, other)) == ["ben"]


def test_the_error_names_all_unknown_users(studio: Studio, admin: Actor) -> None:
    with pytest.raises(NotFound, match=r"2 users are unknown: nobody, x@example\.org\."):
        assigning.users_named(studio, admin, ["ann", "nobody", "x@example.org"])
    with pytest.raises(NotFound, match="Did you mean “ben”"):
        assigning.users_named(studio, admin, ["benn"])


def test_status_and_flags_are_derived_from_events(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """P8, U4."""
    push = assign(studio, admin, create_push(studio, admin, lasts=5), "ann", "ben", "cas").push
    push = assign(studio, admin, push, "eve", "bob", "bea").push
    ann = conversations.find(studio, push.name, "ann")
    conversations.plan(studio, admin, ann, Plan(studio.now() + HOUR), conductor="cor")
    ben = conversations.find(studio, push.name, "ben")
    planned = conversations.plan(studio, admin, ben, Plan(studio.now() + HOUR))
    conversations.submit(studio, as_user(studio, "ben"), planned.id)
    of_bob = conversations.find(studio, push.name, "bob")
    conversations.start(studio, as_user(studio, "dan"), of_bob)
    finish(studio, admin, push, "cas", by="bea")
    finish(studio, admin, push, "bea", by="dan")
    leaves(studio, admin, "cas", "ben")
    clock.move(days=6)
    rows = assigned(studio, admin, push)
    assert {login: (row.status, row.flags) for login, row in rows.items()} == {
        "ann": (Status.PLANNED, frozenset({Flag.OVERDUE})),
        "bea": (Status.DONE, frozenset()),
        "ben": (Status.PREPARED, frozenset({Flag.OVERDUE, Flag.LEFT})),
        "bob": (Status.IN_PROGRESS, frozenset({Flag.OVERDUE})),
        "cas": (Status.DONE, frozenset({Flag.LEFT})),
        "eve": (Status.NOT_PLANNED, frozenset({Flag.OVERDUE, Flag.NO_MANAGER})),
    }
    assert (rows["cas"].conductor, rows["cas"].status_at) == (
        "Béatrice Moreau",
        datetime(2026, 3, 2, 9, tzinfo=UTC),
    )
    assert now(studio, admin, push).progress == Progress(
        assigned=6,
        not_planned=1,
        planned=1,
        prepared=1,
        in_progress=1,
        done=2,
        overdue=4,
        no_manager=1,
        left=2,
        done_left=1,
    )


def test_a_failed_mail_flags_its_user(studio: Studio, admin: Actor, clock: MovableClock) -> None:
    """P8."""
    push = assign(studio, admin, create_push(studio, admin), "ann", "ben").push
    clock.move(minutes=2)
    claimed = delivery.claim(studio, "w", limit=99, lasting=HOUR)
    to_ben = next(each for each in claimed.deliveries if each.given_name == "Ben")
    delivery.settle(studio, "w", [delivery.FailedSettlement(to_ben.id, to_ben.address, "550 no")])
    flags = {row.login: row.flags for row in assigned(studio, admin, push).values()}
    assert flags == {"ann": frozenset(), "ben": {Flag.MAIL_FAILED}}


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        (AssignmentFilter(), ["ann", "ben", "cas", "eve"]),
        (AssignmentFilter(text="sales PEET"), ["ann"]),
        (AssignmentFilter(status=Status.DONE), ["cas"]),
        (AssignmentFilter(status=Status.NOT_PLANNED, flag=Flag.OVERDUE), ["ann", "ben", "eve"]),
        (AssignmentFilter(flag=Flag.NO_MANAGER), ["eve"]),
        (AssignmentFilter(flag=Flag.LEFT), ["ben"]),
        (AssignmentFilter(flag=Flag.MAIL_FAILED), []),
        (AssignmentFilter(text="%"), []),
    ],
)
def test_a_filter_of_the_users_tab_lists_selects_and_counts_the_same_users(
    studio: Studio,
    admin: Actor,
    clock: MovableClock,
    filter_: AssignmentFilter,
    expected: list[str],
) -> None:
    """P8."""
    push = assign(studio, admin, create_push(studio, admin, lasts=5), "ann", "ben").push
    push = assign(studio, admin, push, "cas", "eve").push
    finish(studio, admin, push, "cas", by="bob")
    leaves(studio, admin, "ben")
    clock.move(days=6)
    every = assigned(studio, admin, push)
    source = assigning.source(studio, admin, push, filter_, Sort("login"))
    rows = source.rows(0, source.count())
    assert [row.login for row in rows] == expected
    ids = [row.id for row in every.values()]
    assert source.matching(filter_, ids) == {row.id for row in rows}
    assert source.selected(Selection.matching(filter_)) == len(rows)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("column", ["name", "login", "status", "status_at"])
def test_the_users_tab_can_be_sorted_by_each_column(
    studio: Studio,
    admin: Actor,
    clock: MovableClock,
    column: str,
    descending: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From the start or from any row, with few or many rows."""
    push = assign(studio, admin, create_push(studio, admin), "ann", "ben", "cas", "bob").push
    for login, by in [("ben", "bob"), ("cas", "bea"), ("bob", "dan")]:
        clock.move(microseconds=500_000)
        finish(studio, admin, push, login, by=by)
    keys: dict[str, Callable[[Assignment], Any]] = {
        "name": lambda row: row.name.split()[-1],
        "login": lambda row: row.login,
        "status": lambda row: (row.status, row.name.split()[-1]),
        "status_at": lambda row: row.status_at or datetime.min.replace(tzinfo=UTC),
    }
    expected = sorted(
        assigned(studio, admin, push).values(),
        key=lambda row: (keys[column](row), row.id),
        reverse=descending,
    )
    by_column = Sort(column, descending)
    for few in (5_000, 0):
        monkeypatch.setattr("studio_tui.storage.lists.keyset._FEW", few)
        for start in range(5):
            source = assigning.source(studio, admin, push, AssignmentFilter(), by_column)
            assert source.rows(start, start + 2) == expected[start : start + 2]
            assert source.rows(0, 99) == expected
            assert [source.position(row.id) for row in expected] == [0, 1, 2, 3]
            assert source.count() == 4


def test_a_failure_in_the_middle_of_an_assignment_changes_nothing(
    studio: Studio, admin: Actor
) -> None:
    """N1: assignments, notifications and activity are written together."""
    push = create_push(studio, admin)
    before = lines(studio, admin)
    rename(studio, "notification_user", "elsewhere")
    with pytest.raises(Unavailable, match="notification_user"):
        assign(studio, admin, push, "ann", "ben")
    rename(studio, "elsewhere", "notification_user")
    assert assigned(studio, admin, push) == {}
    assert mail(studio, admin) == []
    assert lines(studio, admin) == before
    assert assign(studio, admin, push, "ann").added == 1


def test_notification_keys_are_stable_per_push_person_and_capacity(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """N2: the same event has the same key, whatever happened in between."""
    push = assign(studio, admin, create_push(studio, admin), "ann").push
    other = assign(studio, admin, create_push(studio, admin, "Other"), "ann").push
    first = {each.key for each in mail(studio, admin)}
    assert len(first) == 6
    to_ann = {each.push_id: each.key for each in mail(studio, admin) if each.recipient == "ann"}
    assert list(to_ann) == [push.id, other.id]
    assigning.unassign_users(studio, admin, push, ["ann"])
    assign(studio, admin, push, "ann")
    keys = [each.key for each in mail(studio, admin) if each.recipient == "ann"]
    assert sorted(keys) == sorted(to_ann.values())
    clock.move(minutes=2)
    assert len(send_due(studio).deliveries) == 6
    states = [each.state for each in mail(studio, admin)]
    assert states.count(NotificationState.SENT) == 6
