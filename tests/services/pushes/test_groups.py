"""The users of a push by manager, team, department and language (S2), on each engine."""

from collections import Counter, defaultdict

import pytest

from studio_tui.domain.outbox.kinds import Capacity, Kind
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.groups import GroupBy, GroupFilter, PeopleGroup
from studio_tui.domain.pushes.push import Assignment, AssignmentFilter, Flag, Push, Status
from studio_tui.domain.shared.errors import NothingToDo, Refused
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.outbox import undo
from studio_tui.services.pushes import assign as assigning
from studio_tui.services.pushes import groups as push_groups
from studio_tui.services.pushes import remind
from studio_tui.services.system.context import Studio
from tests.acting import assign, finish, mail, now, send_due, summaries
from tests.made_once import made_once
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock
from tests.services.people.importing import import_lines


@made_once
def push(studio: Studio, admin: Actor) -> Push:
    """A push open until 1 April with Ann, Ben, Cas, and Eve, who has no manager."""
    import_people(studio, admin)
    pushed = assign(studio, admin, create_push(studio, admin), "ann", "ben", "cas", "eve").push
    return now(studio, admin, pushed)


def _plain(push: Push, rows: list[Assignment], by: GroupBy, values: dict[str, list[str]]) -> object:
    """Recount the list of users in plain Python: the documented numbers by group."""
    counts: defaultdict[str | None, Counter[str]] = defaultdict(Counter)
    for row in rows:
        managers = [m.login for m in row.managers]
        found: list[str] = managers if by is GroupBy.MANAGER else values[row.login]
        for value in (*found,) or (None,):
            counts[value].update(["assigned", row.status])
            if Flag.OVERDUE in row.flags:
                counts[value]["overdue"] += 1
    return {value: dict(found) for value, found in counts.items()}


def _numbers(groups: list[PeopleGroup]) -> object:
    names = ("assigned", *Status, "overdue")
    return {
        group.login if group.key.by is GroupBy.MANAGER else group.name: {
            name: number for name in names if (number := getattr(group, name))
        }
        for group in groups
    }


@pytest.mark.parametrize("by", GroupBy)
def test_the_numbers_of_groups_equal_a_plain_recount(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock, by: GroupBy
) -> None:
    finish(studio, admin, push, "cas", by="bea")
    import_lines(
        studio, admin, "login,email,given_name,family_name,active", "ben,ben@example.org,B,W,no"
    )
    clock.move(days=40)
    groups = push_groups.every(studio, admin, push, by)
    belgium, france = "Sales > Belgium", "Sales > France"
    teams = {"ann": [belgium], "ben": [belgium], "cas": [belgium, france], "eve": []}
    languages = {"ann": ["nl"], "ben": ["en"], "cas": ["fr"], "eve": ["en"]}
    values = {
        GroupBy.TEAM: teams,
        GroupBy.LANGUAGE: languages,
    }.get(by, {login: [] for login in teams})
    rows = assigning.every(studio, admin, push)
    assert _numbers(groups) == _plain(push, rows, by, values)
    assert [g.overdue for g in groups] == sorted((g.overdue for g in groups), reverse=True)


def test_the_filter_of_a_group_finds_its_users(studio: Studio, admin: Actor, push: Push) -> None:
    for by in GroupBy:
        for group in push_groups.every(studio, admin, push, by):
            found = assigning.source(
                studio, admin, push, AssignmentFilter(group=group.key), Sort("name")
            )
            assert found.count() == group.assigned
            assert found.selected(push_groups.people_of([group])) == group.assigned
    bob, bea, *_ = push_groups.every(studio, admin, push, GroupBy.MANAGER)
    preview = remind.preview(studio, admin, push, push_groups.people_of([bob, bea]))
    assert preview.reminding == 3


def test_groups_over_all_open_pushes(studio: Studio, admin: Actor, push: Push) -> None:
    assign(studio, admin, create_push(studio, admin, "Q2"), "ann")
    assign(studio, admin, create_push(studio, admin, "Later", starts_in=9), "ann")
    groups = push_groups.every(studio, admin, None, GroupBy.MANAGER)
    assert {g.login: g.assigned for g in groups} == {"bob": 4, "cor": 2, "bea": 1, None: 1}


def test_a_list_of_groups_is_filtered_without_a_new_query(
    studio: Studio, admin: Actor, push: Push
) -> None:
    every = push_groups.source(studio, admin, push, GroupBy.MANAGER, GroupFilter())
    assert every.count() == 4
    found = every.filtered(GroupFilter("moreau"))
    (bea,) = found.rows(0, 9)
    assert (bea.login, found.position(bea.id), every.position(-1)) == ("bea", 0, None)
    assert every.matching(GroupFilter("bo"), [bea.id, every.rows(0, 1)[0].id]) == {
        every.rows(0, 1)[0].id
    }
    chosen = Selection.matching(GroupFilter("b"))
    assert {group.login for group in found.chosen(chosen)} == {"bob", "bea"}
    assert found.selected(chosen) == 2


def test_managers_can_be_reminded_of_all_their_users(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    clock.move(minutes=2)
    send_due(studio)
    bob, cor = remind.managers_named(studio, admin, ["bob", "cor"])
    finish(studio, admin, push, "ann", by="cor")
    preview = remind.preview_managers(studio, admin, push, [bob, cor])
    assert (preview.reminding, preview.recently, preview.nothing) == (1, 0, 1)
    done = remind.remind_managers(studio, admin, push, [bob, cor])
    assert (done.users_told, done.managers_told) == (0, 1)
    reminders = [each for each in mail(studio, admin) if each.kind is Kind.REMINDER]
    assert summaries(reminders) == [("bob", Capacity.MANAGER, ("cas", "ben"))]
    (act,) = undo.undoable(studio, admin)
    assert (act.users, act.mails) == (2, 1)
    again = remind.preview_managers(studio, admin, push, [bob])
    assert (again.reminding, again.recently) == (0, 1)
    with pytest.raises(NothingToDo):
        remind.remind_managers(studio, admin, push, [bob])
    undo.undo(studio, admin, done.activity_id)
    assert remind.remind_managers(studio, admin, push, [bob]).managers_told == 1
    assert remind.remind_managers(studio, admin, push, [bob], again=True).managers_told == 1


def test_managers_of_a_push_that_is_not_open_cannot_be_reminded(
    studio: Studio, admin: Actor, push: Push
) -> None:
    later = assign(studio, admin, create_push(studio, admin, "Q2", starts_in=5), "ann").push
    with pytest.raises(Refused, match="is scheduled"):
        remind.remind_managers(studio, admin, later, [1])
