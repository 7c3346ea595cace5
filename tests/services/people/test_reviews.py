"""Changes that affect a user of an open push wait on the desk until they are decided (U7)."""

from datetime import UTC, datetime

import pytest

from studio_tui.domain.conversations.conversation import Conversation, Plan
from studio_tui.domain.outbox.kinds import Kind
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.review import Decision, Review, ReviewFilter
from studio_tui.domain.pushes.push import AssignmentFilter, Flag, PushFacts
from studio_tui.domain.shared.destinations import Changes, Destination
from studio_tui.domain.shared.errors import NotFound, NothingToDo, Refused
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.selection import Selection
from studio_tui.domain.today.leads_to import destination_of
from studio_tui.domain.today.today import NEW_MANAGERS
from studio_tui.services import conversations
from studio_tui.services.activity import verify
from studio_tui.services.outbox import delivery as delivering
from studio_tui.services.outbox import undo
from studio_tui.services.outbox.messages import MessageBuilder
from studio_tui.services.people import imports, reviews, stand_ins, users
from studio_tui.services.people.stand_ins import StandInRequest
from studio_tui.services.pushes import assign as assigning
from studio_tui.services.pushes import pushes, remind
from studio_tui.services.system.context import Studio
from studio_tui.services.today import today
from tests.acting import HOUR, as_user, assign, assigned, finish, mail, send_due
from tests.organisation import create_push
from tests.services.conftest import MovableClock
from tests.services.people.importing import hr_file_of, import_lines, whole_database

HEADINGS = "login,email,given_name,family_name,teams,leads,coaches,active,role"
PEOPLE = {
    "els": "els,els@example.org,Els,Claes,,,,yes,admin",
    "bob": "bob,bob@example.org,Bob,Smith,,Sales,,yes,user",
    "dora": "dora,dora@example.org,Dora,Maes,,Service,,yes,user",
    "ann": "ann,ann@example.org,Ann,Peeters,Sales,,,yes,user",
    "ben": "ben,ben@example.org,Ben,Willems,Sales,,,yes,user",
    "sid": "sid,sid@example.org,Sid,Simons,Service,,,yes,user",
}
"""Bob leads Sales, Dora leads Service."""
ANN_TO_DORA = "ann,ann@example.org,Ann,Peeters,Service,,,yes,user"
BOB_LEFT = "bob,bob@example.org,Bob,Smith,,Sales,,no,user"
AT = datetime(2026, 3, 9, 13, tzinfo=UTC)


@pytest.fixture
def push(studio: Studio, admin: Actor) -> PushFacts:
    """An open push with Ann and Ben, whose mail waits."""
    change(studio, admin, *PEOPLE.values())
    return assign(studio, admin, create_push(studio, admin), "ann", "ben").push


def change(studio: Studio, admin: Actor, *lines: str) -> None:
    """Import these lines of an HR file."""
    import_lines(studio, admin, HEADINGS, *lines)


def desk(studio: Studio, admin: Actor) -> list[tuple[str, str, str, str]]:
    """Return login, kind of change, old and new value of each line of the desk."""
    found = reviews.every(studio, admin)
    assert [each.id for each in found] == list(dict.fromkeys(each.id for each in found))
    return [(each.login, each.kind, each.before, each.after) for each in found]


def line_of(studio: Studio, admin: Actor, login: str) -> Review:
    """Return the only line of the desk about ``login``."""
    (found,) = [each for each in reviews.every(studio, admin) if each.login == login]
    return found


def only(line: Review) -> Selection[ReviewFilter]:
    return Selection.of([line.id])


def plan(studio: Studio, admin: Actor, push: PushFacts, login: str, by: str) -> Conversation:
    ask = conversations.find(studio, push.name, login)
    return conversations.plan(studio, admin, ask, Plan(AT), conductor=by)


def told(studio: Studio, admin: Actor, *kinds: Kind) -> set[tuple[str, str, tuple[str, ...]]]:
    """Return recipient, kind and subjects of the mail that was not dropped."""
    return {
        (each.recipient, each.kind, each.about)
        for each in mail(studio, admin)
        if each.kind in kinds and each.state.value != "dropped"
    }


@pytest.mark.usefixtures("push")
def test_a_user_who_changes_teams_is_listed_with_old_and_new_managers_and_a_proposal(
    studio: Studio, admin: Actor
) -> None:
    change(studio, admin, ANN_TO_DORA)
    line = line_of(studio, admin, "ann")
    assert (line.kind, line.before, line.after) == ("manager_changed", "bob", "dora")
    assert (line.status, line.planned_for, line.conductor) == ("not_planned", None, "")
    assert (line.proposal, line.push) == ("dora", "Q1 review")
    assert len(reviews.every(studio, admin)) == 1


@pytest.mark.usefixtures("push")
def test_a_preview_lists_the_changes_to_decide_and_writes_nothing(
    studio: Studio, admin: Actor
) -> None:
    file = hr_file_of(HEADINGS, ANN_TO_DORA, BOB_LEFT)
    before = whole_database(studio)
    tried = [(each.login, each.kind) for each in imports.touched(studio, admin, file)]
    assert whole_database(studio) == before
    change(studio, admin, ANN_TO_DORA, BOB_LEFT)
    assert [(login, kind) for login, kind, *_ in desk(studio, admin)] == tried
    assert tried == [("ann", "manager_changed"), ("ben", "manager_changed")]


@pytest.mark.usefixtures("push")
def test_a_change_that_is_reverted_in_time_leaves_the_desk_and_sends_nothing(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    change(studio, admin, ANN_TO_DORA)
    change(studio, admin, "ben,ben@example.org,Ben,Willems,Sales,,,no,user")
    change(studio, admin, "sid,old@example.org,Sid,Simons,Service,,,yes,user")
    change(studio, admin, PEOPLE["ann"], PEOPLE["ben"])
    assert desk(studio, admin) == []
    clock.move(days=2)
    assert reviews.tell_by_schedule(studio) == 0
    assert told(studio, admin, Kind.NEW_MANAGER) == set()


def test_leavers_are_listed_and_so_are_the_conversations_they_were_to_hold(
    studio: Studio, admin: Actor, push: PushFacts
) -> None:
    plan(studio, admin, push, "ann", "bob")
    change(studio, admin, BOB_LEFT)
    assert desk(studio, admin) == [
        ("ann", "conductor_left", "bob", ""),
        ("ben", "manager_changed", "bob", ""),
    ]
    line = line_of(studio, admin, "ann")
    assert (line.status, line.planned_for, line.conductor) == ("planned", AT, "bob")
    change(studio, admin, "dora,dora@example.org,Dora,Maes,,Service|Sales,,yes,user")
    assert desk(studio, admin)[0] == ("ann", "conductor_left", "bob", "")
    assert line_of(studio, admin, "ann").proposal == "dora"
    change(studio, admin, "ann,ann@example.org,Ann,Peeters,Sales,,,no,user")
    assert ("ann", "left", "active", "left") in desk(studio, admin)
    assert len([1 for each in desk(studio, admin) if each[0] == "ann"]) == 1


def test_a_conductor_who_no_longer_manages_the_user_is_listed(
    studio: Studio, admin: Actor, push: PushFacts
) -> None:
    plan(studio, admin, push, "ann", "bob")
    change(studio, admin, ANN_TO_DORA)
    assert desk(studio, admin) == [("ann", "conductor_no_manager", "bob", "dora")]
    assert line_of(studio, admin, "ann").proposal == "dora"
    # Bob manages Ann again, so there is nothing left to decide.
    change(studio, admin, PEOPLE["ann"])
    assert desk(studio, admin) == []


def test_the_push_flags_users_whose_conductor_left_or_is_no_manager(
    studio: Studio, admin: Actor, push: PushFacts
) -> None:
    """P8: the flags of the rows agree with the filter by flag."""
    for login in ("ann", "ben"):
        plan(studio, admin, push, login, "bob")
    change(studio, admin, ANN_TO_DORA)
    assert flagged(studio, admin, push) == {"conductor_no_manager": ["ann"]}
    change(studio, admin, BOB_LEFT)
    assert flagged(studio, admin, push) == {"conductor_left": ["ann", "ben"], "no_manager": ["ben"]}
    reviews.hand_over(studio, admin, only(line_of(studio, admin, "ann")))
    assert flagged(studio, admin, push) == {"conductor_left": ["ben"], "no_manager": ["ben"]}


def flagged(studio: Studio, admin: Actor, push: PushFacts) -> dict[str, list[str]]:
    """Return the logins by flag; the rows and the filter must agree."""
    listed = assigned(studio, admin, push)
    found = {}
    for flag in Flag:
        filter_ = AssignmentFilter(flag=flag)
        source = assigning.source(studio, admin, push, filter_, Sort("name"))
        logins = [each.login for each in source.rows(0, 99)]
        assert logins == [login for login, each in listed.items() if flag in each.flags], flag
        if logins:
            found[str(flag)] = logins
    return found


def test_a_conversation_planned_by_the_new_manager_needs_no_decision(
    studio: Studio, admin: Actor, push: PushFacts
) -> None:
    change(studio, admin, ANN_TO_DORA)
    plan(studio, admin, push, "ann", "dora")
    assert desk(studio, admin) == []


def test_held_conversations_and_closed_pushes_need_no_decision(
    studio: Studio, admin: Actor, push: PushFacts
) -> None:
    finish(studio, admin, push, "ann", by="bob")
    change(studio, admin, BOB_LEFT)
    assert [each[0] for each in desk(studio, admin)] == ["ben"]
    pushes.close(studio, admin, pushes.find(studio, admin, push.name))
    assert desk(studio, admin) == []


@pytest.mark.usefixtures("push")
def test_changed_addresses_leavers_and_returning_users_are_listed(
    studio: Studio, admin: Actor
) -> None:
    change(studio, admin, "ann,new@example.org,Ann,Peeters,Sales,,,yes,user")
    change(studio, admin, "ben,ben@example.org,Ben,Willems,Sales,,,no,user")
    assert desk(studio, admin) == [
        ("ben", "left", "active", "left"),
        ("ann", "address_changed", "ann@example.org", "new@example.org"),
    ]
    reviews.keep(studio, admin, reviews.EVERYTHING)
    change(studio, admin, PEOPLE["ben"])
    assert desk(studio, admin) == [("ben", "returned", "left", "active")]


def test_a_user_who_joins_a_team_of_an_open_push_can_be_added_to_the_push(
    studio: Studio, admin: Actor, push: PushFacts
) -> None:
    change(
        studio,
        admin,
        "tim,tim@example.org,Tim,Timmers,Sales,,,yes,user",
        "zoe,zoe@example.org,Zoë,Zomers,Service,,,yes,user",
    )
    assert desk(studio, admin) == [("tim", "joined", "", "Sales")]
    line = line_of(studio, admin, "tim")
    assert line.proposal == ""
    done = reviews.add(studio, admin, only(line))
    assert (done.ids, done.mails) == ((line.id,), 2)
    assert desk(studio, admin) == []
    (act,) = done.acts
    undo.undo(studio, admin, act)
    assert desk(studio, admin) == [("tim", "joined", "", "Sales")]
    with studio.store.reading():
        everyone = {each.login for each in assigning.every(studio, admin, push)}
    assert everyone == {"ann", "ben"}


@pytest.mark.usefixtures("push")
def test_a_user_who_leaves_the_team_again_is_not_offered(studio: Studio, admin: Actor) -> None:
    change(studio, admin, "tim,tim@example.org,Tim,Timmers,Sales,,,yes,user")
    assert [each[1] for each in desk(studio, admin)] == ["joined"]
    change(studio, admin, "tim,tim@example.org,Tim,Timmers,Service,,,yes,user")
    assert desk(studio, admin) == []
    change(studio, admin, "tim,tim@example.org,Tim,Timmers,Sales,,,yes,user")
    assert [each[1] for each in desk(studio, admin)] == ["joined"]
    change(studio, admin, "tim,tim@example.org,Tim,Timmers,Sales,,,no,user")
    assert desk(studio, admin) == []


def test_handing_over_many_notifies_the_new_manager_once_and_can_be_undone(
    studio: Studio, admin: Actor, push: PushFacts
) -> None:
    plan(studio, admin, push, "ann", "bob")
    change(studio, admin, ANN_TO_DORA, "ben,ben@example.org,Ben,Willems,Service,,,yes,user")
    before = desk(studio, admin)
    assert [each[1] for each in before] == ["conductor_no_manager", "manager_changed"]
    done = reviews.hand_over(studio, admin, reviews.EVERYTHING)
    assert desk(studio, admin) == []
    assert (len(done.ids), done.left) == (2, ())
    with studio.store.reading():
        holders = {each.login: each.conductor for each in assigning.every(studio, admin, push)}
    assert holders == {"ann": "Dora Maes", "ben": "Dora Maes"}
    # Invitations announce the planned conversations; one mail announces the others.
    assert told(studio, admin, Kind.HANDED_OVER) == {
        ("ben", "handed_over", ("ben",)),
        ("dora", "handed_over", ("ben",)),
    }
    assert ("dora", "planned", ("ann",)) in told(studio, admin, Kind.PLANNED)
    (act,) = done.acts
    assert undo.undoable(studio, admin)[0].activity_id == act
    undo.undo(studio, admin, act)
    assert desk(studio, admin) == before
    with studio.store.reading():
        holders = {each.login: each.conductor for each in assigning.every(studio, admin, push)}
    assert holders == {"ann": "Bob Smith", "ben": ""}


def test_an_excused_user_needs_no_other_decision(
    studio: Studio, admin: Actor, push: PushFacts
) -> None:
    change(studio, admin, "ann,new@example.org,Ann,Peeters,Service,,,yes,user")
    assert len(reviews.every(studio, admin)) == 2
    (changed,) = [r for r in reviews.every(studio, admin) if r.kind == "manager_changed"]
    done = reviews.excuse(studio, admin, only(changed), "ill")
    assert (done.ids, done.mails) == ((changed.id,), 0)
    assert desk(studio, admin) == []
    assert assigned(studio, admin, push)["ann"].status == "excused"


def test_a_conversation_cannot_be_handed_over_to_somebody_who_is_no_manager(
    studio: Studio, admin: Actor, push: PushFacts
) -> None:
    plan(studio, admin, push, "ann", "bob")
    change(studio, admin, ANN_TO_DORA)
    line = line_of(studio, admin, "ann")
    with pytest.raises(Refused, match="bob neither leads nor coaches Ann Peeters"):
        reviews.hand_over(studio, admin, only(line), "bob")
    with pytest.raises(Refused, match="is not one to add"):
        reviews.add(studio, admin, only(line))
    assert line_of(studio, admin, "ann") == line


@pytest.mark.usefixtures("push")
def test_a_new_manager_is_notified_once_about_all_their_users(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """N16."""
    send_due(studio)
    change(studio, admin, ANN_TO_DORA, "ben,ben@example.org,Ben,Willems,Service,,,yes,user")
    done = reviews.tell(studio, admin, reviews.EVERYTHING)
    assert (len(done.ids), done.mails) == (2, 1)
    assert told(studio, admin, Kind.NEW_MANAGER) == {("dora", "new_manager", ("ann", "ben"))}
    clock.move(days=3)
    assert reviews.tell_by_schedule(studio) == 0
    (mailed,) = [
        each
        for each in delivering.claim(studio, "worker", limit=100, lasting=HOUR).deliveries
        if each.kind is Kind.NEW_MANAGER
    ]
    text = MessageBuilder(studio).rendered(mailed)
    assert "Ann Peeters: Q1 review (1 April 2026)" in text.plain
    assert "Ben Willems: Q1 review" in text.plain


@pytest.mark.usefixtures("push")
def test_new_managers_are_notified_automatically_after_a_day_and_only_once(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    change(studio, admin, ANN_TO_DORA)
    clock.move(hours=23)
    assert reviews.tell_by_schedule(studio) == 0
    clock.move(hours=2)
    assert [reviews.tell_by_schedule(studio) for _ in range(2)] == [1, 0]
    line = line_of(studio, admin, "ann")
    assert line.told_at is not None
    reviews.tell(studio, admin, only(line))
    assert desk(studio, admin) == []
    assert told(studio, admin, Kind.NEW_MANAGER) == {("dora", "new_manager", ("ann",))}
    assert len([each for each in mail(studio, admin) if each.kind is Kind.NEW_MANAGER]) == 1


@pytest.mark.usefixtures("push")
def test_a_notice_to_a_new_manager_is_dropped_if_the_change_is_reverted(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    change(studio, admin, ANN_TO_DORA)
    reviews.tell(studio, admin, reviews.EVERYTHING)
    change(studio, admin, PEOPLE["ann"])
    clock.move(hours=1)
    send_due(studio)
    (dropped,) = [each for each in mail(studio, admin) if each.kind is Kind.NEW_MANAGER]
    assert (dropped.state.value, dropped.error) == ("dropped", "no longer their leader or coach")
    # Bob is Ann's manager again, which is a change of its own.
    assert desk(studio, admin) == [("ann", "manager_changed", "dora", "bob")]


def test_waiting_mail_to_a_former_manager_is_dropped(
    studio: Studio, admin: Actor, push: PushFacts, clock: MovableClock
) -> None:
    change(studio, admin, ANN_TO_DORA, "ben,ben@example.org,Ben,Willems,Service,,,yes,user")
    clock.move(minutes=3)
    sent = send_due(studio)
    assert {each.name for each in sent.deliveries} == {"Ann Peeters", "Ben Willems"}
    assert push.name == "Q1 review"


def test_a_decided_line_reports_its_decision_and_an_unknown_one_is_refused(
    studio: Studio, admin: Actor, push: PushFacts
) -> None:
    change(studio, admin, ANN_TO_DORA)
    line = line_of(studio, admin, "ann")
    assert reviews.keep(studio, admin, only(line)).decision is Decision.KEEP
    with pytest.raises(NothingToDo, match=f"{line.id} is left as it is already"):
        reviews.hand_over(studio, admin, only(line), "dora")
    with pytest.raises(NotFound, match="There is no change 4711"):
        reviews.keep(studio, admin, Selection.of([line.id, 4711]))
    assert reviews.bring_back(studio, admin, [line.id]) == 1
    assert line_of(studio, admin, "ann") == line
    with pytest.raises(NothingToDo, match="Nothing to take back"):
        reviews.bring_back(studio, admin, [line.id])
    assert verify.verify(studio, admin).intact
    assert push.name == line.push


def test_reminders_go_to_the_current_managers_instead_of_a_former_one(
    studio: Studio, admin: Actor, push: PushFacts, clock: MovableClock
) -> None:
    """N16, P10: also if HR keeps the line; for other users, only the named conductor is asked."""
    change(studio, admin, "els,els@example.org,Els,Claes,,Sales,,yes,admin")
    for login in ("ann", "ben"):
        conversations.hand_over(studio, admin, conversations.find(studio, push.name, login), "bob")
    change(studio, admin, ANN_TO_DORA)
    reviews.keep(studio, admin, reviews.EVERYTHING)
    clock.move(days=1)
    send_due(studio)
    remind.remind(studio, admin, push, remind.EVERYBODY)
    of_managers = {("dora", "reminder", ("ann",)), ("bob", "reminder", ("ben",))}
    themselves = {(login, "reminder", (login,)) for login in ("ann", "ben")}
    assert told(studio, admin, Kind.REMINDER) == of_managers | themselves
    clock.move(minutes=3)
    send_due(studio)
    assert told(studio, admin, Kind.REMINDER) == of_managers | themselves, "all of it leaves"
    dora, bob = as_user(studio, "dora"), as_user(studio, "bob")
    asked = {
        actor.login: {
            each.login for each in conversations.my_conversations(studio, actor) if each.asked
        }
        for actor in (dora, bob)
    }
    assert asked == {"dora": {"ann"}, "bob": {"ben"}}
    # Nothing prevents Dora from planning the conversation.
    ask = conversations.find(studio, push.name, "ann")
    assert conversations.plan(studio, dora, ask, Plan(AT)).conductor == "Dora Maes"


def test_a_stand_in_is_not_proposed_as_conductor(
    studio: Studio, admin: Actor, push: PushFacts
) -> None:
    """U14: a stand-in holds the waiting conversations but does not become a manager."""
    plan(studio, admin, push, "ann", "bob")
    change(studio, admin, "ann,ann@example.org,Ann,Peeters,,,dora,yes,user")
    change(studio, admin, "sid,sid@example.org,Sid,Simons,,,,yes,user")
    dora = users.find(studio, admin, "dora").user
    wanted = StandInRequest("sid", studio.today(), studio.today())
    stand_ins.name_stand_in(studio, admin, dora.id, wanted)
    assert line_of(studio, admin, "ann").proposal == "dora"


def test_changes_during_the_closing_of_a_push_are_listed_once_it_is_reopened(
    studio: Studio, admin: Actor, push: PushFacts, clock: MovableClock
) -> None:
    """U7, P5: no change is lost silently, and nothing is sent before the push is reopened."""
    closed = pushes.close(studio, admin, pushes.show(studio, admin, push.id)).push
    change(studio, admin, ANN_TO_DORA)
    change(studio, admin, "ben,ben@example.org,Ben,Willems,Sales,,,no,user")
    clock.move(days=2)
    assert (desk(studio, admin), reviews.tell_by_schedule(studio)) == ([], 0)
    before = whole_database(studio)
    reviews.tell_by_schedule(studio)
    assert whole_database(studio) == before
    done = pushes.reopen_with_result(studio, admin, closed)
    assert (done.changes, done.remembered) == (2, True)
    assert {each[:2] for each in desk(studio, admin)} == {
        ("ann", "manager_changed"),
        ("ben", "left"),
    }
    closed = pushes.close(studio, admin, pushes.show(studio, admin, push.id)).push
    clock.move(days=91)
    change(studio, admin, PEOPLE["ann"])
    assert not pushes.reopen_with_result(studio, admin, closed).remembered


def test_today_announces_the_automatic_notices_to_new_managers(
    studio: Studio, admin: Actor, push: PushFacts, clock: MovableClock
) -> None:
    """S1, N16: until the change is decided or the managers have been notified."""

    def ahead() -> list[tuple[int, str, Destination]]:
        return [
            (each.count, each.text, destination_of(each))
            for each in today.show(studio, admin).cases
            if each.about == NEW_MANAGERS
        ]

    change(studio, admin, ANN_TO_DORA, "ben,ben@example.org,Ben,Willems,Service,,,yes,user")
    text = "to the new managers of 2 people, tomorrow 10:00, unless it is decided before"
    assert ahead() == [(2, text, Changes(push.id))]
    reviews.keep(studio, admin, only(line_of(studio, admin, "ben")))
    assert [each[0] for each in ahead()] == [1]
    clock.move(days=1)
    assert reviews.tell_by_schedule(studio) == 1
    assert ahead() == []
