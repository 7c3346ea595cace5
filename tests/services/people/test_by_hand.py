"""Editing people by hand (U8) follows the same rules as an import, on each engine."""

from datetime import date

import pytest

from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.users import User, UserFilter
from studio_tui.domain.shared.errors import Conflict, Forbidden, Invalid, NothingToDo, Refused
from studio_tui.domain.shared.text import clean_line
from studio_tui.services.outbox import undo
from studio_tui.services.people import by_hand, users
from studio_tui.services.people.person_input import PersonInput
from studio_tui.services.pushes import joining, pushes
from studio_tui.services.system.context import Studio
from tests.acting import as_user, assign, lines, mail
from tests.hostile import HOSTILE
from tests.organisation import create_push
from tests.services.conftest import MovableClock

pytestmark = pytest.mark.usefixtures("people")

ALL = UserFilter(include_left=True)
ZOE = {"email": "zoe@example.org", "given_name": "Zoé", "family_name": "Doe"}


def user(studio: Studio, login: str) -> User:
    return users.find(studio, as_user(studio, "els"), login).user


def logins(studio: Studio) -> set[str]:
    return {each.login for each in users.every(studio, as_user(studio, "els"), ALL)}


def test_a_user_can_be_added_with_every_fact(studio: Studio, admin: Actor) -> None:
    told = {
        **ZOE,
        "language": "Dutch",
        "time_zone": "europe/paris",
        "department": "Trade",
        "hired_on": "31/1/2026",
        "employee_number": "0042",
        "role": "support",
    }
    more = {"teams": ["belgium", "Sales > France"], "coaches": ["COR"], "groups": ["new"]}
    done = by_hand.add(studio, admin, "zoe", PersonInput(told, more))
    zoe = user(studio, "zoe")
    assert done.user == zoe
    assert (zoe.name, zoe.language, zoe.time_zone) == ("Zoé Doe", "nl", "Europe/Paris")
    assert (zoe.department, zoe.hired_on, zoe.role) == ("Trade", date(2026, 1, 31), "support")
    assert (zoe.teams, zoe.coaches) == (("Sales > Belgium", "Sales > France"), ("cor",))
    assert (zoe.groups, zoe.employee_number, zoe.active) == (("new",), "0042", True)
    assert {each.login for each in zoe.managers} == {"bob", "bea", "cor"}
    line = lines(studio, admin)[0]
    assert (line.action, line.subject, line.users, line.before) == ("added user", "zoe", 1, None)
    assert line.after is not None
    assert line.after["teams"] == ["Sales > Belgium", "Sales > France"]


_WRONG: list[tuple[str, dict[str, str], dict[str, list[str]], str, str]] = [
    ("ann", {}, {}, "login", "Ann Peeters"),
    ("zoe doe", {}, {}, "login", "no space"),
    ("", {}, {}, "login", "needed"),
    ("bob@example.org", {}, {}, "login", "address of Bob Smith"),
    ("аnn", {}, {}, "login", "looks like"),
    ("zoe", {"email": "ANN@example.org"}, {}, "email", "Ann Peeters"),
    ("zoe", {"email": "zoe"}, {}, "email", "not an e-mail address"),
    ("zoe", {"email": ""}, {}, "email", "no e-mail address"),
    ("zoe", {"given_name": "", "family_name": "\x1b\x07"}, {}, "given_name", "needed"),
    ("zoe", {"given_name": "x" * 201}, {}, "given_name", "at most 200"),
    ("zoe", {"language": "xx"}, {}, "language", "not a language"),
    ("zoe", {"time_zone": "Mars"}, {}, "time_zone", "not a time zone"),
    ("zoe", {"role": "boss"}, {}, "role", "admin, support, user"),
    ("zoe", {"hired_on": "2026-02-30"}, {}, "hired_on", "not a date"),
    ("zoe", {}, {"teams": ["Saels"]}, "teams", "Did you mean “Sales”?"),
    ("zoe", {}, {"leads": ["Nowhere"]}, "leads", "no team"),
    ("zoe", {}, {"coaches": ["corr"]}, "coaches", "Did you mean “cor”?"),
    ("zoe", {}, {"groups": ["a|b"]}, "groups", "one at a time"),
]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_invalid_facts_are_refused_as_by_an_import_and_nothing_changes(
    studio: Studio, admin: Actor
) -> None:
    before, activity = logins(studio), lines(studio, admin)
    for login, told, more, field, said in _WRONG:
        with pytest.raises(Invalid) as refused:
            by_hand.add(studio, admin, login, PersonInput({**ZOE, **told}, more))
        assert list(refused.value.fields) == [field]
        assert said in refused.value.fields[field]
        assert (logins(studio), lines(studio, admin)) == (before, activity)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_all_invalid_fields_are_reported_together(studio: Studio, admin: Actor) -> None:
    wrong = PersonInput({"email": "zoe", "language": "xx"}, {"teams": ["Saels"]})
    with pytest.raises(Invalid) as refused:
        by_hand.edit(studio, admin, user(studio, "ann").id, wrong)
    assert set(refused.value.fields) == {"email", "language", "teams"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_hostile_name_is_cleaned_on_entry(studio: Studio, admin: Actor) -> None:
    """A5."""
    ann = user(studio, "ann").id
    for name in HOSTILE:
        by_hand.edit(studio, admin, ann, PersonInput({"family_name": name, "department": name}))
        now = user(studio, "ann")
        assert (now.family_name, now.department) == (clean_line(name), clean_line(name))


def test_single_values_can_be_added_to_and_removed_from_lists(studio: Studio, admin: Actor) -> None:
    ann = user(studio, "ann").id
    entered = PersonInput(
        added={"teams": ["France"], "groups": ["new"], "leads": ["France"]},
        removed={"teams": ["Belgium"], "coaches": ["cor"]},
    )
    done = by_hand.edit(studio, admin, ann, entered)
    assert (done.user.teams, done.user.leads) == (("Sales > France",), ("Sales > France",))
    assert (done.user.coaches, set(done.user.groups)) == ((), {"new", "remote"})
    assert done.before["coaches"] == ("cor",)
    assert done.imported
    with pytest.raises(NothingToDo):
        by_hand.edit(studio, admin, ann, entered)
    done = by_hand.edit(studio, admin, ann, PersonInput({"groups": "", "teams": "Sales|belgium"}))
    assert (done.user.groups, done.user.teams) == ((), ("Sales", "Sales > Belgium"))


def test_a_number_or_address_of_another_user_is_refused(studio: Studio, admin: Actor) -> None:
    ann, ben = user(studio, "ann").id, user(studio, "ben").id
    by_hand.edit(studio, admin, ann, PersonInput({"employee_number": "0042"}))
    for wrong in ({"employee_number": "42"}, {"email": "ann@example.org"}, {"email": "Ann"}):
        with pytest.raises(Invalid) as refused:
            by_hand.edit(studio, admin, ben, PersonInput(wrong))
        assert list(refused.value.fields) == list(wrong)
    with pytest.raises(Invalid) as own:
        by_hand.edit(studio, admin, ann, PersonInput(added={"coaches": ["ann"]}))
    assert "own coach" in own.value.fields["coaches"]
    assert not by_hand.edit(studio, admin, ann, PersonInput({"employee_number": ""})).reinvited


def test_editing_a_field_that_was_changed_in_the_meantime_is_a_conflict(
    studio: Studio, admin: Actor
) -> None:
    """A4: two admins edit the same field; edits of different fields do not conflict."""
    read = user(studio, "ann")
    by_hand.edit(studio, admin, read.id, PersonInput({"department": "Trade"}))
    with pytest.raises(Conflict, match="Trade"):
        by_hand.edit(
            studio,
            admin,
            read.id,
            PersonInput({"department": "Law"}),
            was={"department": read.department},
        )
    by_hand.edit(
        studio, admin, read.id, PersonInput({"given_name": "Anna"}), was={"given_name": "Ann"}
    )
    assert user(studio, "ann").department == "Trade"


def test_users_are_marked_as_left_and_taken_back(studio: Studio, admin: Actor) -> None:
    push = assign(studio, admin, create_push(studio, admin), "ann", "ben").push
    bob, ann, ben = (user(studio, login).id for login in ("bob", "ann", "ben"))
    done = by_hand.leave(studio, admin, [bob, ann])
    assert [(each.user.login, each.pushes, each.managed) for each in done.people] == [
        ("bob", (), 3),
        ("ann", (push.name,), 0),
    ]
    assert done.unmanaged == 1
    assert user(studio, "ben").managers == ()
    line = lines(studio, admin)[0]
    assert (line.action, line.users, line.after) == (
        "marked as left", 2, {"users": ["bob", "ann"]},
    )  # fmt: skip
    with pytest.raises(NothingToDo):
        by_hand.leave(studio, admin, [bob])
    assert len(by_hand.leave(studio, admin, [bob, ben]).people) == 1
    assert len(by_hand.take_back(studio, admin, [bob, ben, ann]).people) == 3
    assert [each.login for each in user(studio, "ben").managers] == ["bob"]
    assert user(studio, "ann").teams == ("Sales > Belgium",)


def test_the_last_admin_cannot_be_removed(studio: Studio, admin: Actor) -> None:
    """Neither by leaving nor by another role, alone or together with other users."""
    dan = user(studio, "dan").id
    for act in (
        lambda: by_hand.leave(studio, admin, [admin.user_id]),
        lambda: by_hand.edit(studio, admin, admin.user_id, PersonInput({"role": "user"})),
        lambda: by_hand.leave(studio, admin, [dan, admin.user_id]),
    ):
        with pytest.raises(Refused, match="--role admin"):
            act()
    assert by_hand.edit(studio, admin, dan, PersonInput({"role": "admin"})).becomes_admin
    with pytest.raises(Refused, match="Dan Dewit"):
        by_hand.leave(studio, admin, [dan, admin.user_id])
    assert len(by_hand.leave(studio, admin, [admin.user_id]).people) == 1


def test_support_may_correct_an_address_and_nothing_else(studio: Studio, admin: Actor) -> None:
    sam, ann = as_user(studio, "sam"), user(studio, "ann").id
    both = PersonInput({"email": "anna@example.org", "department": "Trade"})
    with pytest.raises(Forbidden):
        by_hand.edit(studio, sam, ann, both)
    assert user(studio, "ann").email == "ann@example.org"


def test_a_new_user_is_added_to_several_pushes_in_one_act(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    first, second = (assign(studio, admin, create_push(studio, admin, name), "ann").push
                     for name in ("Q1 review", "Safety"))  # fmt: skip
    entered = PersonInput(ZOE, {"teams": ["Belgium"]})
    done = by_hand.add(studio, admin, "zoe", entered, push_ids=[first.id, second.id])
    assert [each.push.name for each in done.assigned] == ["Q1 review", "Safety"]
    told = [each for each in mail(studio, admin) if each.about == ("zoe",)]
    assert sorted((each.push, each.recipient) for each in told) == [
        ("Q1 review", "bob"), ("Q1 review", "zoe"), ("Safety", "bob"), ("Safety", "zoe"),
    ]  # fmt: skip
    for each in undo.undoable(studio, admin)[:2]:
        undo.undo(studio, admin, each.activity_id)
    dropped = [each for each in mail(studio, admin) if each.recipient == "zoe"]
    assert {each.state for each in dropped} == {NotificationState.DROPPED}
    again = joining.join(studio, admin, done.user.id, [first.id, second.id, first.id])
    assert len(again) == 2
    with pytest.raises(NothingToDo):
        joining.join(studio, admin, done.user.id, [first.id])


def test_adding_a_user_to_a_closed_push_changes_nothing(studio: Studio, admin: Actor) -> None:
    first = assign(studio, admin, create_push(studio, admin), "ann").push
    closed = pushes.close(studio, admin, create_push(studio, admin, "Closed")).push
    with pytest.raises(Refused, match="closed"):
        by_hand.add(studio, admin, "zoe", PersonInput(ZOE), push_ids=[first.id, closed.id])
    assert "zoe" not in logins(studio)
    assert not [each for each in mail(studio, admin) if each.recipient == "zoe"]
