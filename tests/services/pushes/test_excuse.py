"""Excusing users of a push, and giving them their own deadline (P18)."""

from datetime import date, timedelta

import pytest

from studio_tui.domain.conversations.conversation import Plan
from studio_tui.domain.outbox.kinds import Capacity, DropReason, Kind
from studio_tui.domain.outbox.notification import Notification, NotificationState
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.groups import GroupBy
from studio_tui.domain.pushes.push import AssignmentFilter, Flag, Push, Status
from studio_tui.domain.shared.errors import Invalid, NothingToDo, Refused
from studio_tui.domain.shared.selection import Selection
from studio_tui.domain.today.today import CaseKind
from studio_tui.services import conversations
from studio_tui.services.conversations.overview import my_conversations
from studio_tui.services.outbox import delivery
from studio_tui.services.outbox.messages import MessageBuilder
from studio_tui.services.pushes import assign as assigning
from studio_tui.services.pushes import course, excuse, groups, pushes, remind
from studio_tui.services.system.context import Studio
from studio_tui.services.today import today as todays
from tests.acting import (
    HOUR,
    as_user,
    assign,
    assigned,
    draft_of,
    finish,
    lines,
    mail,
    now,
    send_due,
    summaries,
)
from tests.made_once import made_once
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock

EVERYBODY: Selection[AssignmentFilter] = Selection.matching(AssignmentFilter())
DEADLINE = date(2026, 4, 1)
USER, MANAGER = Capacity.USER, Capacity.MANAGER


@made_once
def push(studio: Studio, admin: Actor, clock: MovableClock) -> Push:
    """A push open until 1 April with Ann, Ben, Cas and Eve; its first mail was sent."""
    import_people(studio, admin)
    pushed = assign(studio, admin, create_push(studio, admin), "ann", "ben", "cas", "eve").push
    clock.move(minutes=2)
    send_due(studio)
    return now(studio, admin, pushed)


def _excuse(studio: Studio, admin: Actor, push: Push, *logins: str, reason: str = "leave") -> None:
    chosen = excuse.users_named(studio, admin, push, logins)
    excuse.excuse(studio, admin, push, chosen, reason)


def _back(studio: Studio, admin: Actor, push: Push, *logins: str) -> excuse.ExcuseResult:
    return excuse.take_back(studio, admin, push, excuse.users_named(studio, admin, push, logins))


def _until(studio: Studio, admin: Actor, push: Push, day: date | None, *logins: str) -> None:
    chosen = excuse.users_named(studio, admin, push, logins)
    excuse.set_deadline(studio, admin, push, chosen, day)


def _states(studio: Studio, admin: Actor, kind: Kind) -> dict[tuple[str, str], Notification]:
    return {
        (each.recipient, each.capacity): each for each in mail(studio, admin) if each.kind is kind
    }


def test_excused_users_are_counted_separately(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    _excuse(studio, admin, push, "ann", "eve", reason="parental\tleave\x1b[31m")
    clock.move(days=40)
    after = now(studio, admin, push).progress
    assert (after.assigned, after.excused, after.not_planned, after.overdue) == (4, 2, 2, 2)
    assert after.open == 2
    ann = assigned(studio, admin, push)["ann"]
    assert (ann.status, ann.excuse) == (Status.EXCUSED, "parental leave[31m")
    assert Flag.OVERDUE not in ann.flags
    of_bob = {each.login: each for each in groups.every(studio, admin, push, GroupBy.MANAGER)}[
        "bob"
    ]
    assert (of_bob.assigned, of_bob.excused, of_bob.overdue, of_bob.still) == (3, 1, 2, 2)
    assert course.show(studio, admin, push).assigned == 2


def test_taking_back_an_excuse_makes_the_user_due_again(
    studio: Studio, admin: Actor, push: Push
) -> None:
    _excuse(studio, admin, push, "ann")
    done = _back(studio, admin, push, "ann")
    # Ann was notified of the push before.
    assert (done.changed, done.users_told, done.managers_told, done.leaves_at) == (1, 0, 0, None)
    assert assigned(studio, admin, push)["ann"].status is Status.NOT_PLANNED
    assert [each.action for each in lines(studio, admin)[:2]] == [
        "took back: excused",
        "excused users",
    ]
    with pytest.raises(NothingToDo, match="Ann Peeters is not excused"):
        _back(studio, admin, push, "ann")


@pytest.mark.usefixtures("people")
def test_a_user_excused_before_the_first_mail_is_notified_when_the_excuse_is_taken_back(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """N6, N17: waiting mail is dropped at the time of sending, and written again later."""
    push = now(studio, admin, assign(studio, admin, create_push(studio, admin), "ann", "ben").push)
    _excuse(studio, admin, push, "ann")
    clock.move(minutes=2)
    send_due(studio)
    sent = _states(studio, admin, Kind.ASSIGNED)
    assert sent["ann", USER].state is NotificationState.DROPPED
    assert sent["ann", USER].error == DropReason.EXCUSED
    assert sent["cor", MANAGER].error == DropReason.EXCUSED
    assert sent["bob", MANAGER].about == ("ben",)
    done = _back(studio, admin, push, "ann")
    assert (done.users_told, done.managers_told) == (1, 2)
    clock.move(minutes=2)
    send_due(studio)
    again = [each for each in mail(studio, admin) if each.sent_at == studio.now()]
    assert summaries(again) == [
        ("ann", USER, ("ann",)),
        ("bob", MANAGER, ("ann",)),
        ("cor", MANAGER, ("ann",)),
    ]


@pytest.mark.usefixtures("people")
def test_an_excuse_taken_back_before_the_mail_leaves_changes_no_mail(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    push = now(studio, admin, assign(studio, admin, create_push(studio, admin), "ann", "ben").push)
    _excuse(studio, admin, push, "ann")
    assert _back(studio, admin, push, "ann").users_told == 0
    clock.move(minutes=2)
    send_due(studio)
    assert {each.state for each in mail(studio, admin)} == {NotificationState.SENT}
    assert len(mail(studio, admin)) == 4


def test_excused_users_are_reminded_neither_by_hand_nor_by_schedule(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    remind.remind(studio, admin, push, EVERYBODY)
    _excuse(studio, admin, push, "ann")
    clock.move(minutes=2)
    send_due(studio)
    reminders = _states(studio, admin, Kind.REMINDER)
    assert reminders["ann", USER].error == DropReason.EXCUSED
    assert sorted(reminders["bob", MANAGER].about) == ["ben", "cas"]
    seen = remind.preview(studio, admin, push, EVERYBODY, again=True)
    assert (seen.reminding, seen.excused) == (3, 1)
    why = {
        each.login: each.why for each in remind.skipped(studio, admin, push, EVERYBODY, again=True)
    }
    assert why == {"ann": "is excused"}
    clock.instant = clock.instant.replace(day=25, hour=9)
    assert remind.remind_by_schedule(studio) == 3


def test_scheduled_reminders_follow_the_users_own_deadline(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    """P15: reminders leave 7 days and 1 day before each user's deadline, and 3 days after it."""
    _until(studio, admin, push, date(2026, 4, 15), "ann")
    days: dict[str, list[date]] = {}
    for day in range(40):
        clock.instant = clock.instant.replace(month=3, day=20, hour=9) + timedelta(days=day)
        remind.remind_by_schedule(studio)
        for each in send_due(studio).deliveries:
            if each.kind is Kind.REMINDER and each.capacity is USER:
                days.setdefault(each.name, []).append(studio.today())
    usual = (date(2026, 3, 25), date(2026, 3, 31), date(2026, 4, 4))
    assert days["Ben Willems"] == [*usual]
    assert days["Ann Peeters"] == [day + timedelta(days=14) for day in usual]


def test_a_user_is_overdue_only_after_their_own_deadline(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    _until(studio, admin, push, date(2026, 4, 15), "ann", "ben", "cas", "eve")
    finish(studio, admin, push, "cas", by="bea")
    clock.instant = clock.instant.replace(month=4, day=10)
    late = now(studio, admin, push)
    assert (late.overdue, late.progress.overdue) == (False, 0)
    _until(studio, admin, push, None, "ben")
    late = now(studio, admin, push)
    assert (late.overdue, late.progress.overdue) == (True, 1)
    rows = assigned(studio, admin, push)
    assert [login for login, row in rows.items() if Flag.OVERDUE in row.flags] == ["ben"]
    assert (rows["ann"].deadline, rows["ann"].has_longer) == (date(2026, 4, 15), True)
    clock.instant = clock.instant.replace(day=16)
    assert now(studio, admin, push).progress.overdue == 3


def test_an_own_deadline_before_the_moved_deadline_of_the_push_has_no_effect(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    _until(studio, admin, push, date(2026, 4, 5), "ann")
    moved = draft_of(push, deadline=date(2026, 4, 20))
    pushes.edit(studio, admin, now(studio, admin, push), moved, tell=False)
    ann = assigned(studio, admin, push)["ann"]
    assert (ann.deadline, ann.has_longer) == (date(2026, 4, 20), False)
    clock.instant = clock.instant.replace(month=4, day=13)
    assert remind.remind_by_schedule(studio) == 4


def test_mail_names_the_deadline_of_each_user(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    _until(studio, admin, push, date(2026, 4, 15), "ann")
    remind.remind(studio, admin, push, EVERYBODY)
    clock.move(minutes=2)
    builder = MessageBuilder(studio)
    texts = {
        each.name: builder.rendered(each).plain
        for each in delivery.claim(studio, "w", limit=99, lasting=HOUR).deliveries
    }
    assert "15 april 2026" in texts["Ann Peeters"]
    assert "1 April 2026" in texts["Ben Willems"]
    # Cor manages only Ann; Bob manages others as well.
    assert "by 15 April 2026" in texts["Cor Coach"]
    assert "- Ann Peeters (until 15 April 2026)\n- Ben Willems\n" in texts["Bob Smith"]
    assert "by 1 April 2026" in texts["Bob Smith"]


def test_managers_see_own_deadlines_and_are_not_asked_about_excused_users(
    studio: Studio, admin: Actor, push: Push
) -> None:
    _excuse(studio, admin, push, "ann", reason="parental leave")
    _until(studio, admin, push, date(2026, 4, 15), "ben")
    bob = {each.login: each for each in my_conversations(studio, as_user(studio, "bob"))}
    assert (bob["ann"].asked, bob["ann"].why_not) == (False, "excused: parental leave")
    assert (bob["ben"].asked, bob["ben"].deadline) == (True, date(2026, 4, 15))
    (own,) = my_conversations(studio, as_user(studio, "ann"))
    assert (own.asked, own.why_not) == (False, "excused")
    ask = conversations.find(studio, push.name, "ann")
    shown = {
        login: conversations.look_up(studio, as_user(studio, login), ask).assignment.excuse
        for login in ("bob", "ann", "sam")
    }
    assert shown == {"bob": "parental leave", "ann": "", "sam": "parental leave"}


def test_a_planned_conversation_of_an_excused_user_stays_planned_and_can_be_held(
    studio: Studio, admin: Actor, push: Push
) -> None:
    """C5, P18: the participants decide whether to cancel or hold it."""
    bob = as_user(studio, "bob")
    ask = conversations.find(studio, push.name, "ben")
    planned = studio.now() + timedelta(days=3)
    conversations.plan(studio, bob, ask, Plan(planned))
    _excuse(studio, admin, push, "ben")
    ben = assigned(studio, admin, push)["ben"]
    assert (ben.status, ben.status_at) == (Status.EXCUSED, planned)
    finish(studio, admin, push, "ben", by="bob")
    assert assigned(studio, admin, push)["ben"].status is Status.DONE
    with pytest.raises(NothingToDo, match="Ben Willems has held it"):
        _excuse(studio, admin, push, "ben")
    assert now(studio, admin, push).progress.excused == 0


def test_today_ignores_excused_users_and_respects_own_deadlines(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    _excuse(studio, admin, push, "eve")
    _until(studio, admin, push, date(2026, 4, 6), "ann")

    def cases() -> dict[tuple[CaseKind, str], int]:
        found = todays.show(studio, admin).cases
        return {(each.kind, each.about): each.count for each in found if not each.own}

    clock.instant = clock.instant.replace(month=3, day=31)
    assert CaseKind.NO_MANAGER not in {kind for kind, _ in cases()}
    assert cases()[CaseKind.ENDS, ""] == 2
    assert cases()[CaseKind.ENDS, "2026-04-06"] == 1
    clock.instant = clock.instant.replace(month=4, day=3)
    assert cases()[CaseKind.OVERDUE, ""] == 2
    assert cases()[CaseKind.SENDING, "reminder 2026-04-06"] == 1
    clock.instant = clock.instant.replace(month=4, day=7)
    assert cases()[CaseKind.OVERDUE, ""] == 3


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 2, 28), "2026-02-28 is past"),
        (date(2026, 3, 20), "everybody has until 2026-04-01"),
        (DEADLINE, "everybody has until 2026-04-01"),
    ],
)
def test_an_own_deadline_that_is_not_later_is_refused(
    studio: Studio, admin: Actor, push: Push, day: date, words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        _until(studio, admin, push, day, "ann")


def test_users_who_get_no_own_deadline_are_listed_with_the_reason(
    studio: Studio, admin: Actor, push: Push
) -> None:
    day = date(2026, 4, 15)
    finish(studio, admin, push, "cas", by="bea")
    _excuse(studio, admin, push, "eve")
    _until(studio, admin, push, day, "ann")
    skipped = excuse.skipped_by_deadline(studio, admin, push, EVERYBODY, day)
    assert {each.login: each.why for each in skipped} == {
        "cas": "has held it",
        "eve": "is excused",
        "ann": "has until 2026-04-15 already",
    }
    with pytest.raises(NothingToDo, match="Cas Dubois has held it"):
        _until(studio, admin, push, day, "cas")
    with pytest.raises(NothingToDo, match="everyone chosen has held it or is excused"):
        _until(studio, admin, push, day, "cas", "eve")
    with pytest.raises(NothingToDo, match="Ben Willems has no day of their own"):
        _until(studio, admin, push, None, "ben")


@pytest.mark.parametrize(("reason", "words"), [(" \t", "say why"), ("x" * 201, "at most 200")])
def test_a_reason_must_be_a_short_text(
    studio: Studio, admin: Actor, push: Push, reason: str, words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        _excuse(studio, admin, push, "ann", reason=reason)


def test_nobody_can_be_excused_from_a_closed_push(studio: Studio, admin: Actor, push: Push) -> None:
    pushes.close(studio, admin, push)
    with pytest.raises(Refused, match="is closed: reopen it first"):
        _excuse(studio, admin, push, "ann")


def test_assigning_again_removes_an_excuse(studio: Studio, admin: Actor, push: Push) -> None:
    _excuse(studio, admin, push, "ann")
    assigning.unassign_users(studio, admin, push, ["ann"])
    assert now(studio, admin, push).progress.excused == 0
    assign(studio, admin, push, "ann")
    assert assigned(studio, admin, push)["ann"].status is Status.NOT_PLANNED
