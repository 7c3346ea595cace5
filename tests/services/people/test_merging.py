"""Merging two records of one person (U11)."""

from typing import Any

import pytest
from peewee import ForeignKeyField

from studio_tui.domain.conversations.conversation import HistoryFilter, Plan
from studio_tui.domain.outbox.kinds import Capacity
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.pushes.push import Push, Status
from studio_tui.domain.shared.errors import NotFound, Refused
from studio_tui.domain.shared.list_source import Sort
from studio_tui.services import conversations
from studio_tui.services.activity import activity, verify
from studio_tui.services.people import merging, reviews, ssh_keys, users
from studio_tui.services.pushes import assign as assigning
from studio_tui.services.system.context import Studio
from studio_tui.storage.engine.tables import TABLES, UserTable
from studio_tui.storage.people.merging import _ONCE, _PLAIN
from tests.acting import HOUR, as_user, assign, assigned, finish, mail, send_due, waiting
from tests.domain.people.test_ssh_keys import ED25519
from tests.made_once import made_once
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock
from tests.services.people.importing import import_lines, user, whole_database

DOUBLE = (
    "login,email,given_name,family_name,teams,coaches,groups,employee_number,hired_on,department",
    "ann2,ann@old.example,Ann,Peeters,Sales > Belgium|Finance,cor,old,00412,2019-09-01,Sales",
)
_STAYS = {("activity", "actor"), ("activity_user", "user"), ("merged_user", "user")}
"""References to the other record that remain, because lines of activity never change."""


@made_once
def double(studio: Studio, admin: Actor) -> None:
    """The small organisation with a second record of Ann."""
    import_people(studio, admin)
    import_lines(studio, admin, *DOUBLE)


def still_named(studio: Studio, user_id: int) -> set[tuple[str, str]]:
    """Return the tables and columns that refer to a user."""
    found = set()
    with studio.store.reading():
        for table in TABLES:
            meta: Any = table._meta
            for name, column in meta.fields.items():
                refers = isinstance(column, ForeignKeyField) and column.rel_model is UserTable
                if refers and table.select().where(column == user_id).exists():
                    found.add((meta.table_name, name))
    return found


def test_every_column_that_refers_to_a_user_is_handled_by_a_merge() -> None:
    """A column of a new table must be moved by the merge, or be listed here."""
    elsewhere = {("assignment", "user"), ("merged_user", "into"), ("user_scope", "user")}
    moved = [column for _, column in _PLAIN] + [column for _, column, _ in _ONCE]
    named = {
        (table._meta.table_name, column.name)
        for table in TABLES
        for column in table._meta.sorted_fields
        if isinstance(column, ForeignKeyField) and column.rel_model is UserTable
    }
    assert named == {(c.model._meta.table_name, c.name) for c in moved} | _STAYS | elsewhere


def statuses(studio: Studio, admin: Actor, *pushes: Push) -> list[Status]:
    return [assigned(studio, admin, push)["ann"].status for push in pushes]


@pytest.mark.usefixtures("double")
def test_everything_of_the_other_record_moves_to_the_kept_one(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    one, other, both, held = (
        create_push(studio, admin, name) for name in ("One", "Other", "Both", "Held")
    )
    assign(studio, admin, one, "ann")
    assign(studio, admin, other, "ann2", "ben")
    assign(studio, admin, both, "ann", "ann2")
    assign(studio, admin, held, "ann", "ann2")
    clock.move(minutes=3)
    send_due(studio)
    ask = conversations.find(studio, "Both", "ann2")
    conversations.plan(studio, admin, ask, Plan(studio.now() + HOUR), conductor="bob")
    for login in ("ann", "ann2"):
        finish(studio, admin, held, login, by="bob")
    ssh_keys.add(studio, admin, "ann2", ED25519)
    ann, ann2 = user(studio, admin, "ann"), user(studio, admin, "ann2")
    before, mails = whole_database(studio), len(mail(studio, admin))

    tried = merging.preview(studio, admin, "ann", "ann2")
    assert whole_database(studio) == before
    done = merging.merge(studio, admin, "ANN", "ann@old.example")

    assert done.moved == tried.moved
    assert (done.moved.pushes, done.moved.keys, done.moved.teams) == (3, 1, 2)
    assert done.taken == tried.taken == ("employee_number", "department", "hired_on")
    assert [note.partition(":")[0] for note in done.notes] == [
        "Both are in “Both”",
        "Both have held a conversation in “Held”",
    ]
    assert still_named(studio, ann2.id) <= _STAYS
    found = user(studio, admin, "ann")
    assert (found.id, found.email, found.employee_number) == (ann.id, ann.email, "00412")
    assert set(found.teams) == {"Finance", "Sales > Belgium"}
    assert (found.coaches, set(found.groups)) == (("cor",), {"old", "remote"})
    planned, over = Status.PLANNED, Status.DONE
    assert statuses(studio, admin, one, other, both, held) == [
        Status.NOT_PLANNED, Status.NOT_PLANNED, planned, over,
    ]  # fmt: skip
    history = conversations.history(studio, admin, HistoryFilter(user_id=ann.id), Sort("at"))
    assert history.count() == 2
    assert [key.login for key in ssh_keys.every(studio, admin)] == ["ann"]
    assert {each.recipient for each in mail(studio, admin)} >= {"ann"}
    assert "ann2" not in {each.recipient for each in mail(studio, admin)}
    assert len(mail(studio, admin)) >= mails
    about = [line.action for line in activity.of_user(studio, admin, "ann")]
    assert about[0] == "merged users"
    assert about.count("imported users") == 2
    assert verify.verify(studio, admin).intact
    # The merge adds no change to decide on: the managers are the same people.
    assert reviews.every(studio, admin) == []


@pytest.mark.usefixtures("double")
def test_the_merged_record_is_gone_and_an_import_recognises_it(
    studio: Studio, admin: Actor
) -> None:
    merging.merge(studio, admin, "ann", "ann2")
    listed = users.every(studio, admin, UserFilter(include_left=True))
    assert "ann2" not in {each.login for each in listed}
    for name in ("ann2", "ann@old.example"):
        with pytest.raises(NotFound, match=r"was merged into Ann Peeters \(ann\)"):
            users.find(studio, admin, name)
    plan = import_lines(studio, admin, *DOUBLE)
    assert [each.after.login for each in plan.changed] == ["ann2"]
    assert not plan.added
    assert user(studio, admin, "ann2").employee_number == "00412"


@pytest.mark.usefixtures("double")
def test_users_led_or_coached_by_the_other_record_move_to_the_kept_one(
    studio: Studio, admin: Actor
) -> None:
    head = "login,email,given_name,family_name"
    ann, ann2 = "ann,ann@example.org,Ann,Peeters", "ann2,ann@old.example,Ann,Peeters"
    import_lines(studio, admin, f"{head},leads", f"{ann2},Sales > France")
    import_lines(
        studio, admin, f"{head},coaches", "eve,eve@example.org,Eve,Alone,ann2", f"{ann},ann2"
    )
    merging.merge(studio, admin, "ann", "ann2")
    assert user(studio, admin, "eve").coaches == ("ann",)
    found = user(studio, admin, "ann")
    # The merge never makes Ann her own coach; the double's other coach remains.
    assert (found.coaches, found.leads) == (("cor",), ("Sales > France",))


@pytest.mark.usefixtures("double")
def test_a_user_unassigned_from_a_push_is_in_it_by_the_other_record(
    studio: Studio, admin: Actor
) -> None:
    push = create_push(studio, admin)
    assign(studio, admin, push, "ann", "ann2")
    conversations.hand_over(studio, admin, conversations.find(studio, push.name, "ann2"), "bob")
    assigning.unassign_users(studio, admin, push, ["ann"])
    merging.merge(studio, admin, "ann", "ann2")
    found = assigned(studio, admin, push)
    assert list(found) == ["ann"]
    assert found["ann"].conductor == "Bob Smith"


@pytest.mark.usefixtures("double")
def test_waiting_mail_of_both_records_is_combined(studio: Studio, admin: Actor) -> None:
    push = create_push(studio, admin)
    assign(studio, admin, push, "ann", "ann2")
    done = merging.merge(studio, admin, "ann", "ann2")
    assert done.dropped == 1
    told = waiting(mail(studio, admin))
    assert [each for each in told if each[0] == "ann"] == [("ann", Capacity.USER, ("ann",))]


@pytest.mark.usefixtures("double")
def test_records_of_two_different_people_cannot_be_merged(studio: Studio, admin: Actor) -> None:
    def refused(kept: str, other: str) -> str:
        before = whole_database(studio)
        for act in (merging.preview, merging.merge):
            with pytest.raises(Refused) as caught:
                act(studio, admin, kept, other)
            assert whole_database(studio) == before
        return caught.value.message

    assert "are one record already" in refused("ann", "ANN@example.org")
    assert "the record you come in by" in refused("ann", "els")
    push = create_push(studio, admin)
    assign(studio, admin, push, "ann", "ann2", "ben")
    for login in ("ann", "ann2", "ben"):
        ask = conversations.find(studio, push.name, login)
        conversations.plan(studio, admin, ask, Plan(studio.now() + HOUR), conductor="bob")
    assert "both take part in one conversation: they are two people" in refused("ben", "bob")
    assert "both have a conversation in “Q1 review”, and not both are held" in refused(
        "ann", "ann2"
    )
    with pytest.raises(Refused, match="may not merge two records"):
        merging.merge(studio, as_user(studio, "sam"), "ann", "ann2")
