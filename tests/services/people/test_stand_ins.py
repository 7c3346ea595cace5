"""Stand-ins for absent leaders and coaches (U14)."""

from datetime import date, timedelta

import pytest

from studio_tui.domain.conversations.conversation import Part, Plan
from studio_tui.domain.outbox.kinds import Capacity, Kind
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.groups import GroupBy
from studio_tui.domain.pushes.push import AssignmentFilter, Push
from studio_tui.domain.shared.errors import Forbidden, Invalid, NothingToDo, Refused
from studio_tui.domain.shared.selection import Selection
from studio_tui.services import conversations
from studio_tui.services.conversations.overview import my_conversations
from studio_tui.services.outbox import delivery
from studio_tui.services.outbox.messages import MessageBuilder
from studio_tui.services.people import stand_ins, users
from studio_tui.services.people.stand_ins import StandInRequest, StandInResult
from studio_tui.services.pushes import groups, remind
from studio_tui.services.system.context import Studio
from tests.acting import HOUR, as_user, assign, assigned, lines, mail, now, send_due, summaries
from tests.made_once import made_once
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock

EVERYBODY: Selection[AssignmentFilter] = Selection.matching(AssignmentFilter())
FROM, UNTIL = date(2026, 3, 2), date(2026, 3, 12)


@made_once
def push(studio: Studio, admin: Actor, clock: MovableClock) -> Push:
    """A push open until 1 April with Ann, Ben and Cas; its first mail was sent."""
    import_people(studio, admin)
    pushed = assign(studio, admin, create_push(studio, admin), "ann", "ben", "cas").push
    clock.move(minutes=2)
    send_due(studio)
    return now(studio, admin, pushed)


def _stand_in(
    studio: Studio,
    actor: Actor,
    by: str = "cor",
    *users: str,
    leader: str = "bob",
    first: date = FROM,
    last: date = UNTIL,
) -> StandInResult:
    leader_id = stand_ins.leader_id_named(studio, actor, leader)
    wanted = StandInRequest(by, first, last, users)
    return stand_ins.name_stand_in(studio, actor, leader_id, wanted)


def _reasons(studio: Studio, admin: Actor, push: Push, login: str) -> dict[str, str]:
    return {m.login: m.reason for m in assigned(studio, admin, push)[login].managers}


def _lines(studio: Studio, login: str) -> dict[str, tuple[bool, str]]:
    found = my_conversations(studio, as_user(studio, login))
    return {each.login: (each.asked, each.for_whom) for each in found if not each.mine}


def test_a_stand_in_sees_the_waiting_conversations_until_the_last_day(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    done = _stand_in(studio, admin, "sam")
    assert done.people == 3
    standing = "for Bob Smith until 12 Mar"
    assert _reasons(studio, admin, push, "ben") == {
        "bob": "leads Belgium",
        "sam": f"stands in {standing}",
    }
    waits = (True, standing)
    assert _lines(studio, "sam") == {"ann": waits, "ben": waits, "cas": waits}
    assert _lines(studio, "bob")["ben"] == (True, "")
    # Groups count each user once: Bob remains responsible.
    assert {g.login for g in groups.every(studio, admin, push, GroupBy.MANAGER)} == {
        "bob",
        "bea",
        "cor",
    }
    clock.instant = clock.instant.replace(day=12, hour=22)
    assert "sam" in _reasons(studio, admin, push, "ben")
    # After the last day, without a run of the worker.
    clock.move(hours=1)
    assert _reasons(studio, admin, push, "ben") == {"bob": "leads Belgium"}
    assert _lines(studio, "sam") == {}


def test_a_stand_in_sees_nothing_before_the_first_day(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    _stand_in(studio, admin, "sam", first=date(2026, 3, 5))
    assert _lines(studio, "sam") == {}
    clock.move(days=3)
    assert set(_lines(studio, "sam")) == {"ann", "ben", "cas"}


def test_a_stand_in_can_be_limited_to_some_users(studio: Studio, admin: Actor, push: Push) -> None:
    assert _stand_in(studio, admin, "sam", "ben").people == 1
    assert set(_lines(studio, "sam")) == {"ben"}
    assert set(_reasons(studio, admin, push, "ann")) == {"bob", "cor"}


def test_the_manager_and_the_stand_in_are_notified(
    studio: Studio, admin: Actor, push: Push
) -> None:
    _stand_in(studio, admin, "bea")
    sent = [each for each in mail(studio, admin) if each.kind is Kind.STAND_IN]
    assert summaries(sent) == [
        ("bea", Capacity.MANAGER, ("bob",)),
        ("bob", Capacity.USER, ("bea",)),
    ]
    builder = MessageBuilder(studio)
    texts = {
        each.name: builder.rendered(each)
        for each in delivery.claim(studio, "w", limit=9, lasting=HOUR).deliveries
    }
    assert texts["Bob Smith"].subject == "Béatrice Moreau stands in for you until 12 March 2026"
    assert texts["Béatrice Moreau"].subject == "Vous remplacez Bob Smith jusqu’au 12 mars 2026"
    assert "2 March 2026" in texts["Bob Smith"].plain
    (line,) = (line for line in lines(studio, admin) if line.action == "named a stand-in")
    assert (line.subject, line.after) == (
        "bob",
        {"stand_in": "bea", "from": "2026-03-02", "until": "2026-03-12"},
    )


def test_reminders_go_to_the_manager_and_the_stand_in(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    """P6: all managers are notified; the mail to the stand-in names the manager they replace."""
    _stand_in(studio, admin, "sam")
    send_due(studio)
    # Sam also gets mail about the conversation that Bob has planned.
    bob = as_user(studio, "bob")
    ask = conversations.find(studio, push.name, "ben")
    conversations.plan(studio, bob, ask, Plan(studio.now() + 5 * 24 * HOUR))
    remind.remind(studio, admin, push, EVERYBODY)
    clock.move(minutes=2)
    claimed = delivery.claim(studio, "w", limit=99, lasting=HOUR).deliveries
    builder = MessageBuilder(studio)
    texts = {e.name: builder.rendered(e).plain for e in claimed if e.kind is Kind.REMINDER}
    assert "Ben Willems (for Bob Smith)" in texts["Sam Support"]
    assert "Cas Dubois (for Bob Smith)" in texts["Sam Support"]
    assert "(for" not in texts["Bob Smith"]


def test_earlier_texts_stay_closed_to_a_stand_in_who_takes_over(
    studio: Studio, admin: Actor, push: Push
) -> None:
    """C6."""
    bob, sam = as_user(studio, "bob"), as_user(studio, "sam")
    ask = conversations.find(studio, push.name, "ben")
    planned = conversations.plan(studio, bob, ask, Plan(studio.now() + HOUR))
    question = conversations.read(studio, bob, planned.id).entries[0].asked.id
    part = Part.CONDUCTOR_PREPARATION
    conversations.write(studio, bob, planned.id, question, part, "Bob's secret", 0)
    _stand_in(studio, admin, "sam")
    seen = conversations.read(studio, sam, planned.id)
    assert seen.parts == {Part.STATUS}
    assert "secret" not in str(seen)
    conversations.hand_over(studio, sam, ask, "sam")
    held = conversations.read(studio, sam, planned.id)
    assert held.conversation.conductor_login == "sam"
    assert "secret" not in str(held)
    conversations.begin(studio, sam, planned.id)
    conversations.finish(studio, sam, planned.id)
    assert assigned(studio, admin, push)["ben"].conductor == "Sam Support"


def test_another_user_than_the_stand_in_has_no_access(
    studio: Studio, admin: Actor, push: Push
) -> None:
    _stand_in(studio, admin, "bea", "ben")
    with pytest.raises(Forbidden):
        conversations.look_up(
            studio, as_user(studio, "eve"), conversations.find(studio, push.name, "ben")
        )


def test_a_stand_in_can_be_ended_by_hand_and_both_are_notified(
    studio: Studio, admin: Actor, push: Push
) -> None:
    bob = as_user(studio, "bob")
    _stand_in(studio, bob, "dan")
    stand_ins.end(studio, bob, bob.user_id)
    assert "ben" not in _lines(studio, "dan")
    assert [each.kind for each in mail(studio, admin)].count(Kind.STAND_IN) == 4
    texts = [
        MessageBuilder(studio).rendered(each).subject
        for each in delivery.claim(studio, "w", limit=9, lasting=HOUR).deliveries
    ]
    assert "Dan Dewit no longer stands in for you" in texts
    assert "You no longer stand in for Bob Smith" in texts
    with pytest.raises(NothingToDo, match="Nobody stands in for Bob Smith"):
        stand_ins.end(studio, bob, bob.user_id)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"by": "bob"}, "Bob Smith cannot stand in for themself"),
        ({"by": "ben"}, "Ben Willems is one of those whom Bob Smith leads or coaches"),
        ({"by": "nobody"}, "There is no user “nobody”"),
        ({"last": date(2026, 3, 1)}, "the last day 2026-03-01 is past"),
        ({"first": date(2026, 3, 1)}, "2026-03-01 is past"),
        ({"first": date(2026, 3, 20)}, "is before the first day 2026-03-20"),
    ],
)
def test_an_invalid_stand_in_is_refused(
    studio: Studio, admin: Actor, push: Push, wanted: dict[str, object], words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        _stand_in(studio, admin, **wanted)  # type: ignore[arg-type]


def test_overlapping_stand_ins_are_refused_with_their_dates(
    studio: Studio, admin: Actor, push: Push
) -> None:
    _stand_in(studio, admin, "sam", "ben")
    _stand_in(studio, admin, "dan", "ann")
    with pytest.raises(Refused, match="Sam Support stands in for Bob Smith from"):
        _stand_in(studio, admin, "bea", first=UNTIL, last=UNTIL + timedelta(days=9))
    after = UNTIL + timedelta(days=1)
    _stand_in(studio, admin, "bea", first=after, last=after)
    assert len(stand_ins.of_leader(studio, admin, as_user(studio, "bob").user_id)) == 3


def test_only_managers_have_stand_ins_and_only_admins_name_those_of_others(
    studio: Studio, admin: Actor, push: Push
) -> None:
    with pytest.raises(Refused, match="Eve Alone leads and coaches nobody"):
        _stand_in(studio, admin, "sam", leader="eve")
    with pytest.raises(Forbidden):
        _stand_in(studio, as_user(studio, "bea"), "sam")
    with pytest.raises(Invalid, match="neither leads nor coaches eve"):
        _stand_in(studio, admin, "sam", "eve")
    # An actor who may not see users gets the same error for unknown ones.
    with pytest.raises(Invalid, match="“nobody” is nobody who could"):
        _stand_in(studio, as_user(studio, "bob"), "nobody")


def test_a_stand_in_does_not_count_as_a_manager(studio: Studio, admin: Actor, push: Push) -> None:
    """U4: users without a manager stay flagged; a stand-in of a stand-in does not apply to them."""
    _stand_in(studio, admin, "dan")
    _stand_in(studio, admin, "sam", leader="dan")
    assert set(_reasons(studio, admin, push, "ben")) == {"bob", "dan"}
    assert {m.login for m in users.find(studio, admin, "bob").user.managers} == {"dan", "sam"}
