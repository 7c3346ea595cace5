"""Erasing a person (U13): none of their data remains, and the activity still verifies (A3)."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from studio_tui.domain.conversations.conversation import ConversationRequest, Part, Plan
from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.unattended import Limits
from studio_tui.domain.shared.errors import NothingToDo, Refused, StudioError
from studio_tui.domain.templates.template import QuestionKind
from studio_tui.services import conversations
from studio_tui.services.activity import verify
from studio_tui.services.audiences import segments
from studio_tui.services.audiences.resolving import audience_of
from studio_tui.services.people import (
    by_hand,
    erasing,
    reviews,
    scopes,
    ssh_keys,
    stand_ins,
    unattended,
    users,
)
from studio_tui.services.people.person_input import PersonInput
from studio_tui.services.people.unattended import GivenFile
from studio_tui.services.pushes import audiences, excuse, pushes
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import templates
from studio_tui.storage.engine.sql import execute, rows
from tests.acting import HOUR, as_user, assign, lines, mail, now, send_due
from tests.domain.people.test_ssh_keys import ED25519
from tests.made_once import made_once
from tests.organisation import PEOPLE, create_push, import_people
from tests.services.conftest import MovableClock

QUINTIJN = "zquint,quintijn@zonneveld.example,Quintijn,Zonneveld,nl,Sales > Belgium,,cor,,wombats"
WORDS = ("zquint", "quintijn", "zonneveld", "wombats", "xylophone", "0815-4711", "marsupial")
"""Words that only this person has: names, address, group, number, and written text."""

_EMPTYING = (
    "INSERT INTO activity_emptied (activity_id, emptied_in_id, before, after) "
    "SELECT 1, MAX(id), 'x', 'y' FROM activity WHERE action = 'erased user'"
)


@made_once(autouse=True)
def organisation(studio: Studio, admin: Actor, clock: MovableClock) -> None:
    """Create a person in a push who planned, wrote, got mail, was excused and left."""
    import_people(studio, admin, PEOPLE + QUINTIJN + "\n")
    quintijn = as_user(studio, "zquint")
    push = assign(studio, admin, create_push(studio, admin), "zquint", "ben").push
    clock.move(minutes=2)
    send_due(studio)
    number = PersonInput({"employee_number": "0815-4711", "department": "Marsupials"})
    by_hand.edit(studio, admin, quintijn.user_id, number)
    ssh_keys.add(studio, admin, "zquint", ED25519)
    bob = as_user(studio, "bob")
    quick = templates.find(studio, admin, "Quick")
    begun = conversations.start(
        studio, bob, ConversationRequest(quintijn.user_id, template_id=quick.id)
    )
    for entry in conversations.read(studio, bob, begun.id).entries:
        if entry.asked.question.kind is QuestionKind.TEXT:
            part = entry.asked.part
            conversations.write(studio, bob, begun.id, entry.asked.id, part, "by the other side", 0)
    conversations.finish(studio, bob, begun.id)
    ask = conversations.find(studio, push.name, "zquint")
    planned = conversations.plan(
        studio, bob, ask, Plan(studio.now() + 99 * HOUR, place="Xylophone")
    )
    clock.move(minutes=6)
    send_due(studio)
    question = next(
        each.asked
        for each in conversations.read(studio, quintijn, planned.id).entries
        if each.asked.question.kind is QuestionKind.TEXT
    )
    for version, text in enumerate(("Xylophone first", "Xylophone second")):
        conversations.write(
            studio, quintijn, planned.id, question.id, Part.USER_PREPARATION, text, version,
            whole=True,
        )  # fmt: skip
    _name_in_audiences(studio, admin, 'email "quintijn@zonneveld.example" or login zquint')
    with_them = excuse.users_named(studio, admin, push, ["zquint"])
    excuse.excuse(studio, admin, push, with_them, "Marsupial care")
    day = studio.today()
    away = stand_ins.StandInRequest("eve", day, day, ("ben", "zquint"))
    stand_ins.name_stand_in(studio, admin, bob.user_id, away)
    by_hand.leave(studio, admin, [quintijn.user_id])
    waiting = f"{PEOPLE}{QUINTIJN}\n".replace("Béatrice,Moreau,fr", ",,fr").encode()
    unattended.run(studio, admin, GivenFile("people.csv", waiting), Limits())


def contents(studio: Studio) -> Iterator[tuple[str, str]]:
    """Yield every row of every table as text, with the name of the table."""
    with studio.store.reading():
        tables = (
            rows("SELECT name FROM sqlite_master WHERE type = 'table'")
            if studio.store.is_sqlite
            else rows("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        )
        for (table,) in tables:
            for row in rows(f'SELECT * FROM "{table}"'):
                yield table, repr(row).lower()


def left_of_them(studio: Studio) -> set[tuple[str, str]]:
    found = {(t, word) for t, row in contents(studio) for word in WORDS if word in row}
    if studio.store.is_sqlite:
        for path in Path(studio.store.name).parent.glob(f"{Path(studio.store.name).name}*"):
            whole = path.read_bytes().lower()
            found |= {(path.name, word) for word in WORDS if word.encode() in whole}
    return found


def _name_in_audiences(studio: Studio, admin: Actor, text: str) -> None:
    """Store an audience in each place where one can be stored."""
    audience = audience_of(studio, admin, text)
    segments.save(studio, admin, "Some", audience)
    audiences.set_audience(studio, admin, create_push(studio, admin, "For some"), audience)
    scopes.limit(studio, admin, "sam", text)


def test_erasing_removes_all_data_of_a_person_and_nothing_else(
    studio: Studio, admin: Actor
) -> None:
    """U13, A3: neither a row nor, on SQLite, a byte of the file contains it."""
    before = lines(studio, admin)
    push = pushes.find(studio, admin, "Q1 review")
    assert len(left_of_them(studio)) > 10
    tried = erasing.try_erasing(studio, admin, "zquint")
    assert lines(studio, admin) == before
    done = erasing.erase(studio, admin, "quintijn@zonneveld.example")
    assert done == tried
    assert (done.cancelled, done.under_way, done.import_discarded) == (1, 0, True)
    assert left_of_them(studio) == set()
    found = users.find(studio, admin, f"erased-{done.user.id}").user
    assert (found.name, found.active, found.teams) == (
        done.placeholder,
        False,
        ("Sales > Belgium",),
    )
    after = lines(studio, admin)
    assert [(each.id, each.at, each.action, each.users) for each in after[-len(before) :]] == [
        (each.id, each.at, each.action, each.users) for each in before
    ]
    assert [each.action for each in after[: -len(before)]] == [
        "cancelled conversation",
        "erased user",
    ]
    assert verify.verify(studio, admin).intact
    assert now(studio, admin, push).progress == push.progress
    said = [
        row for table, row in contents(studio) if table == "answer" and "by the other side" in row
    ]
    assert said
    assert not any(
        each.state in (NotificationState.QUEUED, NotificationState.HELD)
        for each in mail(studio, admin)
        if each.recipient == found.login
    )
    withdrawn = [each for each in mail(studio, admin) if each.kind == "cancelled"]
    assert [each.recipient for each in withdrawn if each.state != NotificationState.DROPPED] == [
        "bob"
    ]
    with pytest.raises(NothingToDo):
        erasing.erase(studio, admin, found.login)
    assert reviews.every(studio, admin) == []


def test_an_active_user_and_the_actor_cannot_be_erased(studio: Studio, admin: Actor) -> None:
    """U13."""
    for login, why in (("ben", "has not left"), ("els", "another admin")):
        with pytest.raises(Refused, match=why):
            erasing.erase(studio, admin, login)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE activity SET subject = 'x' WHERE id = 2",
        "UPDATE activity_emptied SET before = after",
        "DELETE FROM activity_emptied",
        _EMPTYING,
    ],
)
def test_only_an_act_of_erasing_can_empty_lines_of_activity(
    studio: Studio, admin: Actor, statement: str
) -> None:
    """A3: the engine refuses anything else, also after the act."""
    erasing.erase(studio, admin, "zquint")
    with pytest.raises(StudioError), studio.store.writing():
        execute(statement)
    assert verify.verify(studio, admin).intact


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_lines_emptied_without_the_program_are_detected(studio: Studio, admin: Actor) -> None:
    """A3: also if they claim to belong to the erasing of another person."""
    erasing.erase(studio, admin, "zquint")
    with closing(sqlite3.connect(studio.store.name)) as database, database:
        database.execute("DROP TRIGGER activity_emptied_no_insert")
        database.execute(_EMPTYING)
    assert verify.verify(studio, admin).flaw is verify.ActivityFlaw.EMPTIED
