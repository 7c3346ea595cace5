"""Today: the cases that need attention, over all open pushes (S1), on each engine."""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

import pytest

from studio_tui.config.settings import Settings, Smtp
from studio_tui.domain.conversations.conversation import Plan
from studio_tui.domain.outbox.notification import NotificationFilter, NotificationState
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import Push
from studio_tui.domain.shared.clock import local_day
from studio_tui.domain.shared.destinations import Outbox
from studio_tui.domain.shared.errors import NothingToDo, Refused
from studio_tui.domain.shared.selection import Selection
from studio_tui.domain.today.leads_to import destination_of
from studio_tui.domain.today.today import Badge, Case, CaseKind, FirstStep, StudioPart
from studio_tui.services import conversations
from studio_tui.services.outbox import delivery, outbox
from studio_tui.services.outbox.delivery import FailedSettlement
from studio_tui.services.people import imports
from studio_tui.services.pushes import assign as assigning
from studio_tui.services.pushes import pushes, remind
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import templates
from studio_tui.services.today import cases as counting
from studio_tui.services.today import today
from tests.acting import HOUR, as_user, assign, finish, now, send_due
from tests.made_once import made_once
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock
from tests.services.people.importing import hr_file_of


@made_once
def push(studio: Studio, admin: Actor, clock: MovableClock) -> Push:
    """A push open until 1 April with Ann, Ben, Cas and Eve (no manager); its mail was sent."""
    import_people(studio, admin)
    pushed = assign(studio, admin, create_push(studio, admin), "ann", "ben", "cas", "eve").push
    clock.move(minutes=2)
    send_due(studio)
    return now(studio, admin, pushed)


def cases(studio: Studio, actor: Actor) -> dict[CaseKind, list[Case]]:
    """Return the cases that Today lists, by kind."""
    found: defaultdict[CaseKind, list[Case]] = defaultdict(list)
    for case in today.show(studio, actor).cases:
        found[case.kind].append(case)
    return found


def case(studio: Studio, actor: Actor, kind: CaseKind) -> Case:
    """Return the only case of this kind."""
    (found,) = cases(studio, actor)[kind]
    return found


def _plan(studio: Studio, actor: Actor, push: Push, login: str, *, days: int) -> None:
    """Plan a conversation of ``login`` with Bob in ``days`` days."""
    ask = conversations.find(studio, push.name, login)
    held = Plan(studio.now() + timedelta(days=days), 60, "")
    conversations.plan(studio, actor, ask, held, conductor="bob")


def _leaves(studio: Studio, admin: Actor, login: str) -> None:
    row = f"{login}@example.org,{login.title()},Gone,no"
    imports.apply(studio, admin, hr_file_of("email,given_name,family_name,active", row))


def _fails(studio: Studio, *logins: str, words: str = "550 5.1.1 no such user") -> None:
    """Let the server refuse the due mail to ``logins`` and accept the rest."""
    claimed = delivery.claim(studio, "w", limit=99, lasting=HOUR).deliveries
    refused = [
        FailedSettlement(each.id, each.address, words)
        for each in claimed
        if each.address.partition("@")[0] in logins
    ]
    delivery.settle(studio, "w", refused)
    delivery.hand_back(studio, "w")
    send_due(studio)


def test_a_user_without_manager_is_a_case_until_they_have_one(
    studio: Studio, admin: Actor, push: Push
) -> None:
    eve = case(studio, admin, CaseKind.NO_MANAGER)
    assert (eve.count, eve.push, eve.user, eve.text) == (1, "Q1 review", "eve", "Eve Alone")
    row = "eve,eve@example.org,Eve,Alone,cor"
    imports.apply(studio, admin, hr_file_of("login,email,given_name,family_name,coaches", row))
    assert not cases(studio, admin)[CaseKind.NO_MANAGER]


def test_overdue_users_are_those_who_have_not_left_and_not_held_it(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    clock.move(days=30)
    assert not cases(studio, admin)[CaseKind.OVERDUE]
    assert case(studio, admin, CaseKind.ENDS).count == 4
    clock.move(days=1)
    finish(studio, admin, push, "cas", by="bea")
    _leaves(studio, admin, "eve")
    late = case(studio, admin, CaseKind.OVERDUE)
    assert (late.count, late.user, late.text) == (2, "", "2 managers; Bob Smith 2 of them")
    assert late.since is not None
    assert late.since.astimezone(studio.zone).isoformat() == "2026-04-02T00:00:00+02:00"
    preview = remind.preview(studio, admin, push, today.people_of(late))
    assert preview.reminding == 2
    finish(studio, admin, push, "ben", by="bob")
    assert case(studio, admin, CaseKind.OVERDUE).user == "ann"
    pushes.close(studio, admin, now(studio, admin, push))
    assert not cases(studio, admin)[CaseKind.OVERDUE]


def test_plans_on_a_past_day_or_after_the_deadline_are_cases(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    _plan(studio, admin, push, "ann", days=3)
    _plan(studio, admin, push, "ben", days=40)
    clock.move(days=3, hours=8)
    assert not cases(studio, admin)[CaseKind.PLANNED_PAST]
    clock.move(days=1)
    past, late = (
        case(studio, admin, kind) for kind in (CaseKind.PLANNED_PAST, CaseKind.PLANNED_LATE)
    )
    assert (past.user, past.text) == ("ann", "Ann Peeters 5 Mar")
    assert (late.user, late.text) == ("ben", "Ben Willems 11 Apr")
    clock.move(days=60)
    assert case(studio, admin, CaseKind.PLANNED_PAST).count == 2
    assert not cases(studio, admin)[CaseKind.PLANNED_LATE]


def test_failed_mail_is_a_case_until_it_is_sent_or_obsolete(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    later = assign(studio, admin, create_push(studio, admin, "Q2"), "ann", "ben", "cas").push
    clock.move(minutes=2)
    _fails(studio, "ann", "ben", "bob")
    failed = case(studio, admin, CaseKind.MAIL_FAILED)
    assert (failed.count, failed.push, failed.user) == (3, "Q2", "")
    assert failed.text == ("550 5.1.1 no such user (Bob Smith, Ben Willems, Ann Peeters)")
    assert len(failed.ids) == 3
    _shows_exactly(studio, admin, failed)
    assert today.badges(studio, admin)[StudioPart.OUTBOX] == Badge(3, urgent=True)
    finish(studio, admin, later, "ben", by="bob")
    assert case(studio, admin, CaseKind.MAIL_FAILED).count == 2
    outbox.retry(studio, admin, Selection.matching(NotificationFilter()))
    assert not cases(studio, admin)[CaseKind.MAIL_FAILED]
    _fails(studio, "ann")
    assert case(studio, admin, CaseKind.MAIL_FAILED).user == "ann"
    # A later mail to the same user that is not refused settles the case.
    ann = remind.users_named(studio, admin, later, ["ann"])
    remind.remind(studio, admin, later, ann, again=True)
    assert not cases(studio, admin)[CaseKind.MAIL_FAILED]


def test_an_error_is_said_of_those_alone_whom_it_is_about(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    other = assign(studio, admin, create_push(studio, admin, "Q2"), "cas").push
    clock.move(minutes=2)
    _fails(studio, "cas", words="552 mailbox full")
    assign(studio, admin, other, "ann", "ben")
    clock.move(minutes=2)
    _fails(studio, "ann", "ben")
    (failed,) = cases(studio, admin)[CaseKind.MAIL_FAILED]
    assert failed.text == "550 5.1.1 no such user (Ben Willems, Ann Peeters); also Cas Dubois"


def _shows_exactly(studio: Studio, admin: Actor, failed: Case) -> None:
    """Check that the link of the case lists exactly its own mail."""
    destination = destination_of(failed)
    assert isinstance(destination, Outbox)
    assert destination.filter is not None
    listed = outbox.every(studio, admin, destination.filter)
    assert {each.id for each in listed} == set(failed.ids)
    everything = outbox.every(studio, admin, NotificationFilter(state=NotificationState.FAILED))
    assert len(everything) >= len(listed)


def test_the_link_of_a_case_lists_only_its_own_failed_mail(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    for name in ("Q2", "Q3"):
        assign(studio, admin, create_push(studio, admin, name), "ann", "ben")
    clock.move(minutes=2)
    _fails(studio, "ann", "ben")
    found = cases(studio, admin)[CaseKind.MAIL_FAILED]
    assert [(each.push, each.count) for each in found] == [("Q2", 2), ("Q3", 2)]
    for each in found:
        _shows_exactly(studio, admin, each)
        # A case with too much mail to hold ids lists the mail of its push.
        of_push = destination_of(replace(each, ids=()))
        assert isinstance(of_push, Outbox)
        assert of_push.filter is not None
        listed = outbox.every(studio, admin, of_push.filter)
        assert {mail.id for mail in listed} == set(each.ids)


@pytest.mark.parametrize("ends", ["closed", "left", "unassigned"])
def test_failed_mail_that_would_not_be_sent_again_is_no_case(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock, ends: str
) -> None:
    later = assign(studio, admin, create_push(studio, admin, "Q2"), "eve").push
    clock.move(minutes=2)
    _fails(studio, "eve")
    assert case(studio, admin, CaseKind.MAIL_FAILED).user == "eve"
    if ends == "closed":
        pushes.close(studio, admin, now(studio, admin, later))
    elif ends == "left":
        _leaves(studio, admin, "eve")
    else:
        assigning.unassign_users(studio, admin, later, ["eve"])
    assert not cases(studio, admin)[CaseKind.MAIL_FAILED]


def test_mail_that_cannot_leave_is_a_case_with_the_reason(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    assign(studio, admin, create_push(studio, admin, "Q2"), "ann")
    clock.move(minutes=5)
    assert not cases(studio, admin)[CaseKind.RELAY_DOWN]
    delivery.record_server_fault(studio, ("login", 535, "authentication failed"))
    down = case(studio, admin, CaseKind.RELAY_DOWN)
    assert (down.count, down.text, down.since) == (3, "535 authentication failed", studio.now())
    delivery.record_server_fault(studio, None)
    clock.move(minutes=20)
    assert case(studio, admin, CaseKind.RELAY_DOWN).text == "no mail server is set up"
    served = replace(studio, settings=Settings(smtp=Smtp(host="mail.example.org")))
    assert "no worker" in case(served, admin, CaseKind.RELAY_DOWN).text
    send_due(studio)
    assert not cases(studio, admin)[CaseKind.RELAY_DOWN]


def test_upcoming_starts_ends_and_mail_are_cases(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    assign(studio, admin, create_push(studio, admin, "Q2", starts_in=3), "ann", "ben")
    assign(studio, admin, create_push(studio, admin, "Far", starts_in=40), "ann")
    assert [(c.push, c.count, c.text) for c in cases(studio, admin)[CaseKind.STARTS]] == [
        ("Q2", 2, "starts Thu 5 Mar")
    ]
    leaving = cases(studio, admin)[CaseKind.SENDING]
    assert [(c.push, c.count) for c in leaving] == [("Q2", 4)]
    clock.move(days=22)
    ends = next(c for c in cases(studio, admin)[CaseKind.ENDS] if c.push == "Q1 review")
    assert ends.text == "0 of 4 held, 4 not planned, 8 days left"
    assert ends.due is not None
    assert local_day(ends.due, studio.zone) == push.deadline
    reminders = [c for c in cases(studio, admin)[CaseKind.SENDING] if c.about]
    assert [(c.push, c.count, c.text) for c in reminders] == [
        ("Q1 review", 4, "reminder to 4 people and their managers, tomorrow"),
        ("Q2", 2, "reminder to 2 people and their managers, Sat 28 Mar"),
    ]


def test_a_leader_sees_only_the_cases_that_concern_them(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    bob = as_user(studio, "bob")
    (asked,) = today.show(studio, bob).cases
    assert (asked.kind, asked.count, asked.push, asked.own) == (
        CaseKind.ENDS, 3, "Q1 review", True,
    )  # fmt: skip
    _plan(studio, bob, push, "ann", days=3)
    ann = as_user(studio, "ann")
    (to_prepare,) = today.show(studio, ann).cases
    assert to_prepare.text == "prepare your conversation with Bob Smith on Thu 5 Mar"
    clock.move(days=31)
    kinds = {c.kind: c.count for c in today.show(studio, bob).cases}
    assert kinds == {CaseKind.OVERDUE: 2, CaseKind.PLANNED_PAST: 1}
    assert today.show(studio, ann).cases == ()
    assert today.show(studio, as_user(studio, "eve")).cases == ()
    assert set(today.badges(studio, bob).values()) == {Badge()}
    assert today.show(studio, bob).steps == ()


def test_support_sees_the_same_cases_as_an_admin(studio: Studio, admin: Actor, push: Push) -> None:
    sam = as_user(studio, "sam")
    assert today.show(studio, sam).cases == today.show(studio, admin).cases


def test_a_case_is_snoozed_for_one_reader(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    eve = case(studio, admin, CaseKind.NO_MANAGER)
    with pytest.raises(Refused, match="does not lie ahead"):
        today.snooze(studio, admin, [eve], studio.today())
    with pytest.raises(NothingToDo):
        today.snooze(studio, admin, [])
    today.snooze(studio, admin, [eve], studio.today() + timedelta(days=2))
    assert not cases(studio, admin)[CaseKind.NO_MANAGER]
    assert [c.snoozed_until for c in today.show(studio, admin).snoozed] == [
        studio.today() + timedelta(days=2)
    ]
    assert cases(studio, as_user(studio, "sam"))[CaseKind.NO_MANAGER]
    clock.move(days=2)
    assert case(studio, admin, CaseKind.NO_MANAGER).user == "eve"
    today.snooze(studio, admin, [eve])
    assert not cases(studio, admin)[CaseKind.NO_MANAGER]
    # Another user without manager makes the case a different one.
    assign(studio, admin, push, "cor")
    assert case(studio, admin, CaseKind.NO_MANAGER).count == 2
    today.snooze(studio, admin, cases(studio, admin)[CaseKind.NO_MANAGER])
    assert today.wake(studio, admin, today.show(studio, admin).snoozed) == 1
    with pytest.raises(NothingToDo):
        today.wake(studio, admin, [eve])


def test_a_new_studio_shows_the_first_steps_until_they_are_done(
    studio: Studio, admin: Actor
) -> None:
    assert today.show(studio, admin).steps == (FirstStep.IMPORT_USERS, FirstStep.SET_UP_MAIL)
    import_people(studio, admin)
    served = replace(studio, settings=Settings(smtp=Smtp(host="mail.example.org")))
    assert today.show(served, admin).steps == (FirstStep.SET_UP_PUSH,)
    push = create_push(studio, admin)
    assert today.show(served, admin).steps == (FirstStep.ASSIGN_USERS,)
    create_push(studio, admin, "Q2")
    assert today.show(served, admin).steps == (FirstStep.ASSIGN_USERS,)
    assign(studio, admin, push, "ann")
    assert today.show(served, admin).steps == ()
    pushes.close(studio, admin, now(studio, admin, push))
    assert today.show(served, admin).steps == ()
    for template in templates.every(studio, admin):
        templates.set_archived(studio, admin, template, archived=True)
    assert today.show(served, admin).steps == (FirstStep.ALLOW_PUSH,)
    assert today.show(served, as_user(studio, "sam")).steps == ()
    assert today.show(studio, admin).cases == ()


def test_a_case_about_many_users_has_a_filter_instead_of_ids(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S1: a case about very many users holds no ids; an act on it acts on all of them."""
    monkeypatch.setattr("studio_tui.services.today.cases._MAX_IDS", 2)
    clock.move(days=31)
    late = case(studio, admin, CaseKind.OVERDUE)
    assert (late.count, late.ids) == (4, ())
    assert remind.preview(studio, admin, push, today.people_of(late)).reminding == 4


def test_a_badge_counts_undecided_changes_up_to_a_maximum(
    studio: Studio, admin: Actor, push: Push, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S1, U7: snoozed changes are not counted until the case becomes a different one."""
    place = StudioPart.USERS
    other = assign(studio, admin, create_push(studio, admin, "Other"), "cas", "eve").push
    for login in ("ann", "cas"):
        _leaves(studio, admin, login)
    assert today.badges(studio, admin)[place] == Badge(3, urgent=True)
    (of_other,) = [each for each in cases(studio, admin)[CaseKind.REVIEW] if each.push == "Other"]
    today.snooze(studio, admin, [of_other])
    assert today.badges(studio, admin)[place] == Badge(2, urgent=True)
    _leaves(studio, admin, "eve")
    assert today.badges(studio, admin)[place] == Badge(5, urgent=True)
    monkeypatch.setattr(counting, "MAX_BADGE", 1)
    pushes.close(studio, admin, pushes.show(studio, admin, other.id))
    assert today.badges(studio, admin)[place] == Badge(2, urgent=True)
    assert str(Badge(1_000, urgent=True)) == "999+!"
