"""Reminding over all open pushes at once, and listing their users (S2, P15)."""

import pytest

from studio_tui.domain.outbox.kinds import Capacity, Kind
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.groups import GroupBy
from studio_tui.domain.pushes.push import AssignmentFilter, Push
from studio_tui.domain.shared.errors import NothingToDo
from studio_tui.domain.shared.list_source import Sort
from studio_tui.services.outbox import undo
from studio_tui.services.pushes import assign as assigning
from studio_tui.services.pushes import groups, pushes, remind
from studio_tui.services.pushes import remind_everywhere as everywhere
from studio_tui.services.system.context import Studio
from tests.acting import assign, finish, mail, now, send_due, summaries
from tests.made_once import made_once
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock


@made_once
def both(studio: Studio, admin: Actor, clock: MovableClock) -> tuple[Push, Push]:
    """Two open pushes with Ann in both, whose mail was sent; a third starts later."""
    import_people(studio, admin)
    one = assign(studio, admin, create_push(studio, admin), "ann", "ben", "cas").push
    other = assign(studio, admin, create_push(studio, admin, "Q2"), "ann", "eve").push
    assign(studio, admin, create_push(studio, admin, "Later", starts_in=9), "ann")
    clock.move(minutes=2)
    send_due(studio)
    return now(studio, admin, one), now(studio, admin, other)


def _told(studio: Studio, admin: Actor) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return recipient, push and subjects of each reminder."""
    return sorted(
        (each.recipient, each.push, each.about)
        for each in mail(studio, admin)
        if each.kind is Kind.REMINDER
    )


def test_managers_get_one_mail_per_push_and_nobody_else_gets_any(
    studio: Studio, admin: Actor, both: tuple[Push, Push]
) -> None:
    bob, bea, cor = remind.managers_named(studio, admin, ["bob", "bea", "cor"])
    finish(studio, admin, both[0], "ann", by="cor")
    preview = everywhere.preview_managers(studio, admin, [bob, bea, cor])
    assert (preview.reminding, preview.recently, preview.nothing) == (3, 0, 0)
    done = everywhere.remind_managers(studio, admin, [bob, cor])
    assert (done.users_told, done.managers_told, done.pushes) == (0, 3, 2)
    assert _told(studio, admin) == [
        ("bob", "Q1 review", ("cas", "ben")),
        ("bob", "Q2", ("ann",)),
        ("cor", "Q2", ("ann",)),
    ]
    again = everywhere.preview_managers(studio, admin, [bob, bea, cor])
    assert (again.reminding, again.recently) == (1, 2)
    assert everywhere.preview_managers(studio, admin, [bob], again=True).reminding == 1
    with pytest.raises(NothingToDo):
        everywhere.remind_managers(studio, admin, [bob, cor])
    acts = undo.undoable(studio, admin)[:2]
    assert [act.mails for act in acts] == [2, 1]
    for act in acts:
        undo.undo(studio, admin, act.activity_id)
    assert everywhere.remind_managers(studio, admin, [bob, cor]).managers_told == 3


def test_the_users_of_a_group_are_reminded_in_each_of_their_pushes(
    studio: Studio, admin: Actor, both: tuple[Push, Push], clock: MovableClock
) -> None:
    bob = next(
        group
        for group in groups.every(studio, admin, None, GroupBy.MANAGER)
        if group.login == "bob"
    )
    chosen = groups.people_of([bob])
    finish(studio, admin, both[1], "ann", by="cor")
    preview = everywhere.preview(studio, admin, chosen)
    assert (preview.reminding, preview.done) == (3, 1)
    assert [(each.login, each.why) for each in everywhere.skipped(studio, admin, chosen)] == [
        ("ann", "has held it: Q2")
    ]
    done = everywhere.remind(studio, admin, chosen)
    assert (done.users_told, done.pushes) == (3, 1)
    users = [each for each in mail(studio, admin) if each.kind is Kind.REMINDER]
    assert {each.recipient for each in users if each.capacity is Capacity.USER} == {
        "ann",
        "ben",
        "cas",
    }
    assert everywhere.preview(studio, admin, chosen).recently_count == 3
    with pytest.raises(NothingToDo):
        everywhere.remind(studio, admin, chosen)
    assert summaries(users) == summaries(
        each for each in mail(studio, admin) if each.kind is Kind.REMINDER
    )


def test_the_users_of_all_open_pushes_are_listed_once_per_push(
    studio: Studio, admin: Actor, both: tuple[Push, Push]
) -> None:
    for by in GroupBy:
        for group in groups.every(studio, admin, None, by):
            filter_ = AssignmentFilter(group=group.key)
            for sort in (Sort("name"), Sort("status"), Sort("name", descending=True)):
                found = assigning.source_everywhere(studio, admin, filter_, sort)
                listed = found.rows(0, 99)
                assert len(listed) == found.count() == group.assigned
                assert {each.push for each in listed} <= {"Q1 review", "Q2"}
                ids = [each.id for each in listed]
                assert [found.position(each) for each in ids] == list(range(len(ids)))
                assert found.selected(groups.people_of([group])) == group.assigned
    everybody = assigning.source_everywhere(studio, admin, AssignmentFilter(), Sort("name"))
    assert [(each.login, each.push) for each in everybody.rows(0, 9)] == [
        ("eve", "Q2"),
        ("cas", "Q1 review"),
        ("ann", "Q1 review"),
        ("ann", "Q2"),
        ("ben", "Q1 review"),
    ]


def test_the_deadline_of_a_group_is_the_next_one_or_else_the_last_past_one(
    studio: Studio, admin: Actor, both: tuple[Push, Push], clock: MovableClock
) -> None:
    def of_bob() -> tuple[object, int, int]:
        groups_ = groups.every(studio, admin, None, GroupBy.MANAGER)
        bob = next(group for group in groups_ if group.login == "bob")
        return bob.deadline, bob.due, bob.overdue

    one, other = both
    assert one.deadline == other.deadline
    assert of_bob() == (one.deadline, 4, 0)
    finish(studio, admin, one, "ben", by="bob")
    assert of_bob() == (one.deadline, 3, 0)
    clock.move(days=33)
    later = pushes.find(studio, admin, "Later")
    assert of_bob() == (later.deadline, 1, 3)
    clock.move(days=9)
    assert of_bob() == (later.deadline, 1, 4)
    finish(studio, admin, later, "ann", by="cor")
    assert of_bob() == (one.deadline, 3, 3)
