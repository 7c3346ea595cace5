"""Reminding users who have not held their conversation, by hand and by schedule (P15)."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from studio_tui.domain.outbox.kinds import Capacity, Kind
from studio_tui.domain.outbox.notification import Notification, NotificationState
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import AssignmentFilter, Push, Reminders, Status
from studio_tui.domain.shared.errors import Refused
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.people import imports
from studio_tui.services.pushes import assign as assigning
from studio_tui.services.pushes import pushes, remind
from studio_tui.services.system.context import Studio
from tests.acting import (
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
from tests.services.people.importing import hr_file_of

EVERYBODY: Selection[AssignmentFilter] = Selection.matching(AssignmentFilter())
USER, MANAGER = Capacity.USER, Capacity.MANAGER


@made_once
def push(studio: Studio, admin: Actor, clock: MovableClock) -> Push:
    """A push open until 1 April with Ann, Ben, Cas and Eve; its first mail was sent."""
    import_people(studio, admin)
    pushed = assign(studio, admin, create_push(studio, admin), "ann", "ben", "cas", "eve").push
    clock.move(minutes=2)
    send_due(studio)
    return now(studio, admin, pushed)


def _reminders(studio: Studio, admin: Actor) -> list[Notification]:
    return [each for each in mail(studio, admin) if each.kind is Kind.REMINDER]


def _go_to(clock: MovableClock, studio: Studio, day: date, hour: int = 9) -> None:
    """Set the clock to ``hour`` UTC on ``day``: one or two hours later in Brussels."""
    clock.instant = clock.instant.replace(
        month=day.month, day=day.day, hour=hour, minute=0, second=0
    )
    assert studio.today() == day


def _leaves(studio: Studio, admin: Actor, login: str) -> None:
    row = f"{login}@example.org,{login.title()},Gone,no"
    imports.apply(studio, admin, hr_file_of("email,given_name,family_name,active", row))


def test_users_without_a_held_conversation_are_reminded_and_each_manager_once(
    studio: Studio, admin: Actor, push: Push
) -> None:
    finish(studio, admin, push, "cas", by="bea")
    _leaves(studio, admin, "eve")
    done = remind.remind(studio, admin, push, EVERYBODY)
    assert (done.users_told, done.managers_told) == (2, 2)
    assert summaries(_reminders(studio, admin)) == [
        ("ann", USER, ("ann",)),
        ("ben", USER, ("ben",)),
        ("bob", MANAGER, ("ann", "ben")),
        ("cor", MANAGER, ("ann",)),
    ]


def test_only_the_selected_users_are_reminded(studio: Studio, admin: Actor, push: Push) -> None:
    ann = assigned(studio, admin, push)["ann"]
    remind.remind(studio, admin, push, Selection.of([ann.id]))
    assert {each.about for each in _reminders(studio, admin)} == {("ann",)}
    not_planned = Selection.matching(AssignmentFilter(status=Status.NOT_PLANNED))
    done = remind.remind(studio, admin, push, not_planned.unmark([ann.id]))
    assert done.users_told == 3


def test_a_reminder_leaves_after_the_hold_and_is_displayed(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    done = remind.remind(studio, admin, push, EVERYBODY)
    assert done.leaves_at == studio.now() + timedelta(minutes=2)
    assert {each.state for each in _reminders(studio, admin)} == {NotificationState.HELD}
    clock.move(minutes=2)
    send_due(studio)
    ann = assigned(studio, admin, push)["ann"]
    assert (ann.reminders, ann.reminded_at) == (1, studio.now())
    assert lines(studio, admin)[0].action == "reminded users"


def test_nobody_is_reminded_twice_within_the_interval_unless_requested(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    remind.remind(studio, admin, push, EVERYBODY)
    clock.move(minutes=2)
    send_due(studio)
    clock.move(days=2, hours=23)
    seen = remind.preview(studio, admin, push, EVERYBODY)
    assert (seen.reminding, seen.recently_count) == (0, 4)
    with pytest.raises(Refused, match="reminded a short while ago"):
        remind.remind(studio, admin, push, EVERYBODY)
    again = remind.preview(studio, admin, push, EVERYBODY, again=True)
    assert (again.reminding, again.recently_count) == (4, 4)
    clock.move(hours=1)
    assert remind.remind(studio, admin, push, EVERYBODY).users_told == 4
    assert remind.remind(studio, admin, push, EVERYBODY, again=True).users_told == 4
    assert assigned(studio, admin, push)["ann"].reminders == 3


def test_a_preview_agrees_with_the_reminder(studio: Studio, admin: Actor, push: Push) -> None:
    finish(studio, admin, push, "cas", by="bea")
    _leaves(studio, admin, "eve")
    ann = assigned(studio, admin, push)["ann"]
    remind.remind(studio, admin, push, Selection.of([ann.id]))
    seen = remind.preview(studio, admin, push, EVERYBODY)
    assert (seen.reminding, seen.done, seen.left) == (1, 1, 1)
    assert [each.login for each in seen.recently] == ["ann"]
    assert remind.remind(studio, admin, push, EVERYBODY).users_told == seen.reminding


def test_a_push_that_is_not_open_sends_no_reminders_by_hand(
    studio: Studio, admin: Actor, push: Push
) -> None:
    later = assign(studio, admin, create_push(studio, admin, "Q2", starts_in=5), "ann").push
    with pytest.raises(Refused, match="is scheduled"):
        remind.remind(studio, admin, later, EVERYBODY)
    pushes.close(studio, admin, now(studio, admin, push))
    with pytest.raises(Refused, match="is closed"):
        remind.remind(studio, admin, push, EVERYBODY)


def test_a_reminder_is_dropped_if_the_conversation_is_held_before_it_leaves(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    remind.remind(studio, admin, push, EVERYBODY)
    finish(studio, admin, push, "ann", by="cor")
    clock.move(minutes=2)
    send_due(studio)
    states = {each.recipient: each.state for each in _reminders(studio, admin)}
    # Bob still has Ben and Cas to be reminded of; Cor has nobody.
    assert (states["ann"], states["cor"]) == (NotificationState.DROPPED, NotificationState.DROPPED)
    assert (states["bob"], states["ben"]) == (NotificationState.SENT, NotificationState.SENT)


@pytest.mark.parametrize(
    ("day", "reminded"),
    [
        (date(2026, 3, 24), 0),
        (date(2026, 3, 25), 4),
        # As after a day without a running worker.
        (date(2026, 3, 26), 4),
        (date(2026, 3, 27), 0),
        (date(2026, 3, 31), 4),
        (date(2026, 4, 1), 4),
        (date(2026, 4, 3), 0),
        (date(2026, 4, 4), 4),
    ],
)
def test_scheduled_reminders_leave_on_the_configured_days(
    studio: Studio, push: Push, clock: MovableClock, day: date, reminded: int
) -> None:
    """7 days and 1 day before 1 April, and 3 days after it."""
    _go_to(clock, studio, day)
    assert remind.remind_by_schedule(studio) == reminded


def test_scheduled_reminders_start_at_the_configured_hour(
    studio: Studio, push: Push, clock: MovableClock
) -> None:
    _go_to(clock, studio, date(2026, 3, 25), hour=6)
    clock.move(minutes=59)
    assert remind.remind_by_schedule(studio) == 0
    clock.move(minutes=1)
    assert remind.remind_by_schedule(studio) == 4


def test_scheduled_reminders_are_sent_once_per_round_by_any_number_of_workers(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    _go_to(clock, studio, date(2026, 3, 25))
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: remind.remind_by_schedule(studio), range(8)))
    assert sorted(counts) == [0] * 7 + [4]
    clock.move(days=1)
    assert remind.remind_by_schedule(studio) == 0
    copies = Counter((each.recipient, each.capacity) for each in _reminders(studio, admin))
    assert set(copies.values()) == {1}
    assert len(copies) == 7
    (line,) = (line for line in lines(studio, admin) if line.action == "reminded users")
    assert line.after == {"round": "before-7-2026-04-01"}


def test_scheduled_reminders_skip_users_who_are_done_or_have_left(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    finish(studio, admin, push, "cas", by="bea")
    _leaves(studio, admin, "eve")
    assigning.unassign_users(studio, admin, push, ["ben"])
    _go_to(clock, studio, date(2026, 3, 25))
    assert remind.remind_by_schedule(studio) == 1
    assert {each.recipient for each in _reminders(studio, admin)} == {"ann", "bob", "cor"}


def test_scheduled_reminders_skip_users_who_were_notified_recently(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    _go_to(clock, studio, date(2026, 3, 24))
    assign(studio, admin, push, "bob")
    ann = assigned(studio, admin, push)["ann"]
    remind.remind(studio, admin, push, Selection.of([ann.id]))
    clock.move(minutes=2)
    send_due(studio)
    _go_to(clock, studio, date(2026, 3, 25))
    # Bob was assigned yesterday, and Ann was reminded.
    assert remind.remind_by_schedule(studio) == 3


def test_a_moved_deadline_has_its_own_rounds_of_reminders(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    _go_to(clock, studio, date(2026, 3, 25))
    assert remind.remind_by_schedule(studio) == 4
    send_due(studio)
    moved = draft_of(push, deadline=date(2026, 4, 8))
    pushes.edit(studio, admin, now(studio, admin, push), moved, tell=False)
    _go_to(clock, studio, date(2026, 3, 31))
    assert remind.remind_by_schedule(studio) == 0
    _go_to(clock, studio, date(2026, 4, 1))
    assert remind.remind_by_schedule(studio) == 4


def test_the_days_of_reminders_are_set_per_push(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    never = draft_of(push, reminders=Reminders())
    pushes.edit(studio, admin, now(studio, admin, push), never)
    _go_to(clock, studio, date(2026, 3, 25))
    assert remind.remind_by_schedule(studio) == 0
    on_the_day = draft_of(push, reminders=Reminders(before=(0,)))
    pushes.edit(studio, admin, now(studio, admin, push), on_the_day)
    _go_to(clock, studio, date(2026, 4, 1))
    assert remind.remind_by_schedule(studio) == 4


@pytest.mark.parametrize("state", ["closed", "scheduled"])
def test_a_push_that_is_not_open_sends_no_scheduled_reminders(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock, state: str
) -> None:
    if state == "closed":
        pushes.close(studio, admin, now(studio, admin, push))
    else:
        later = draft_of(push, available_from=date(2026, 3, 30))
        pushes.edit(studio, admin, now(studio, admin, push), later)
    _go_to(clock, studio, date(2026, 3, 25))
    assert remind.remind_by_schedule(studio) == 0
