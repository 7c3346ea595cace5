"""The activity is append-only, and its chain of seals reveals any other change (A3)."""

import json
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from hashlib import sha256

import pytest

from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import Refused, StudioError
from studio_tui.services.activity import verify
from studio_tui.services.activity.verify import ActivityFlaw, VerifyResult
from studio_tui.services.pushes import pushes
from studio_tui.services.system.context import Studio
from studio_tui.storage.engine.fields import instant_text
from studio_tui.storage.engine.sql import execute, rows, scalar
from tests.acting import assign, draft_of, lines
from tests.made_once import made_once
from tests.organisation import create_push, import_people


def verified(studio: Studio, actor: Actor, kept: str | None = None) -> VerifyResult:
    return verify.verify(studio, actor, kept=kept)


def change(studio: Studio, sql: str, *params: object) -> None:
    """Write to the database without the program."""
    with studio.store.writing():
        execute(sql, *params)


@made_once
def acts(studio: Studio, admin: Actor) -> None:
    """Some activity."""
    import_people(studio, admin)
    assign(studio, admin, create_push(studio, admin), "ann", "ben")
    create_push(studio, admin, "Q2 review")


@pytest.fixture
def acted(studio: Studio, acts: None) -> Studio:
    """A Studio with some activity."""
    return studio


def id_of(studio: Studio, actor: Actor, action: str) -> int:
    """Return the id of the newest line of ``action``."""
    return next(line.id for line in lines(studio, actor) if line.action == action)


def test_every_act_is_sealed(acted: Studio, admin: Actor) -> None:
    found = verified(acted, admin)
    every = lines(acted, admin)
    assert (found.lines, found.of, found.unsealed) == (len(every), len(every), 0)
    assert found.broken is None
    create_push(acted, admin, "Q3 review")
    after = verified(acted, admin, kept=found.head)
    assert (after.lines, after.kept_at) == (found.lines + 1, found.lines)
    assert verified(acted, admin, kept=after.head).kept_at == after.lines


def test_an_act_that_is_rolled_back_leaves_no_seal(acted: Studio, admin: Actor) -> None:
    before = verified(acted, admin)
    with acted.store.dry_run():
        create_push(acted, admin, "Tried")
    with pytest.raises(StudioError):
        create_push(acted, admin, "Q2 review")
    assert verified(acted, admin) == before


def test_seals_are_computed_as_documented(acted: Studio, admin: Actor) -> None:
    """The seals equal those computed by the description in docs/activity.md."""
    create_push(acted, replace(admin, origin=""), "From nowhere")
    seal = "0" * 64
    with acted.store.reading():
        for activity_id, kept in rows("SELECT activity_id, hash FROM activity_seal ORDER BY id"):
            (row,) = rows(
                "SELECT id, at, actor_id, actor_login, action, push_id, subject, before, after, "
                "origin FROM activity WHERE id = ?",
                activity_id,
            )
            at = row[1] if isinstance(row[1], str) else instant_text(row[1])
            said = [row[0], at, *(row[2:] if row[-1] is not None else row[2:-1])]
            line = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
            users = sorted(
                user_id
                for (user_id,) in rows(
                    "SELECT user_id FROM activity_user WHERE activity_id = ?", activity_id
                )
            )
            digest = sha256(f"{line}\n{','.join(map(str, users))}".encode()).hexdigest()
            seal = sha256(f"{seal}\n{digest}".encode()).hexdigest()
            assert seal == kept
    assert verified(acted, admin).head == seal


@pytest.mark.parametrize("table", ["activity", "activity_user", "activity_seal"])
def test_the_engine_refuses_to_change_the_activity(acted: Studio, admin: Actor, table: str) -> None:
    column = {"activity": "subject", "activity_seal": "hash"}.get(table, "user_id")
    attacks = [f"DELETE FROM {table}", f"UPDATE {table} SET {column} = {column}"]
    if not acted.store.is_sqlite:
        attacks.append(f"TRUNCATE {table} CASCADE")
    if acted.store.is_sqlite:
        # REPLACE deletes the old row without firing the triggers that refuse a deletion.
        attacks.append(f"REPLACE INTO {table} SELECT * FROM {table}")
        attacks.append(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1")
    before = lines(acted, admin)
    for attack in attacks:
        with pytest.raises(StudioError):
            change(acted, attack)
    assert lines(acted, admin) == before
    assert verified(acted, admin).broken is None


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE activity SET subject = 'Other' WHERE id = ?",
        "UPDATE activity SET actor_login = 'eve' WHERE id = ?",
        "UPDATE activity SET before = '{}' WHERE id = ?",
        "UPDATE activity SET push_id = NULL WHERE id = ?",
        "UPDATE activity SET origin = NULL WHERE id = ?",
        "UPDATE activity SET origin = 'key SHA256:other' WHERE id = ?",
        "UPDATE activity SET at = '2026-03-02T09:00:00.000001Z' WHERE id = ?",
        "DELETE FROM activity_user WHERE activity_id = ?",
        "INSERT INTO activity_user SELECT CAST(? AS INTEGER), MAX(id) FROM users",
        "UPDATE activity_seal SET hash = REPLACE(hash, '0', '1') WHERE activity_id = ?",
    ],
)
def test_an_edited_line_is_reported_as_the_broken_one(
    acted: Studio, admin: Actor, drop_activity_guards: Callable[[], None], edit: str
) -> None:
    line = id_of(acted, admin, "assigned users")
    drop_activity_guards()
    change(acted, edit, line)
    found = verified(acted, admin)
    assert found.broken is not None
    assert found.broken.activity_id == line
    assert found.broken.line is not None
    assert found.lines < found.of


def test_a_deleted_line_is_detected(
    acted: Studio, admin: Actor, drop_activity_guards: Callable[[], None]
) -> None:
    """The line is deleted with its seal, and the seal of the next line does not match."""
    push = pushes.find(acted, admin, "Q2 review")
    pushes.edit(acted, admin, push, draft_of(push, name="Q2"))
    line = id_of(acted, admin, "edited push")
    create_push(acted, admin, "Q3 review")
    drop_activity_guards()
    change(acted, "DELETE FROM activity_seal WHERE activity_id = ?", line)
    change(acted, "DELETE FROM activity WHERE id = ?", line)
    found = verified(acted, admin)
    assert found.broken is not None
    assert found.broken.line is not None
    assert found.broken.line.subject == "Q3 review"


def test_a_line_deleted_without_its_seal_is_detected(
    acted: Studio, admin: Actor, drop_activity_guards: Callable[[], None]
) -> None:
    line = id_of(acted, admin, "created push")
    drop_activity_guards()
    if acted.store.is_sqlite:
        # Foreign keys would keep the line. A damaged file or another program does not check them.
        with closing(sqlite3.connect(acted.store.name)) as other, other:
            other.execute("DELETE FROM activity WHERE id = ?", (line,))
    else:
        with acted.store.writing():
            execute("SET LOCAL session_replication_role = replica")
            execute("DELETE FROM activity WHERE id = ?", line)
    found = verified(acted, admin)
    assert found.broken is not None
    assert (found.broken.activity_id, found.broken.line) == (line, None)


def test_a_truncated_activity_is_detected(
    acted: Studio, admin: Actor, drop_activity_guards: Callable[[], None]
) -> None:
    """The stored count reveals it; if that is changed as well, an anchor kept elsewhere does."""
    before = verified(acted, admin)
    line = id_of(acted, admin, "created push")
    drop_activity_guards()
    change(acted, "DELETE FROM activity_seal WHERE activity_id = ?", line)
    change(acted, "DELETE FROM activity WHERE id = ?", line)
    found = verified(acted, admin)
    assert (found.flaw, found.missing, found.intact) == (ActivityFlaw.CUT_OFF, 1, False)
    change(
        acted,
        "UPDATE activity_anchor SET lines = lines - 1, last_id = last_id - 1, "
        "hash = (SELECT hash FROM activity_seal ORDER BY id DESC LIMIT 1)",
    )
    assert verified(acted, admin).intact
    for kept in (before.head, before.anchor):
        assert verified(acted, admin, kept=kept).kept_at is None
    assert verified(acted, admin, kept=f"{found.of}:{found.head}").kept_at == found.of
    assert verified(acted, admin, kept=f"{found.of - 1}:{found.head}").kept_at is None


@pytest.mark.parametrize(
    "attack",
    [
        ["DELETE FROM activity_seal WHERE id > 2"],
        [
            "DELETE FROM activity_seal WHERE id > 2",
            (
                "UPDATE activity_anchor SET lines = 2, last_id = 2, hash = "
                "(SELECT hash FROM activity_seal WHERE id = 2)"
            ),
        ],
        ["DELETE FROM activity_seal"],
        ["DELETE FROM activity_seal", "DELETE FROM activity_anchor"],
        ["DELETE FROM activity_anchor"],
        ["UPDATE activity_anchor SET lines = lines - 1"],
        [
            (
                "INSERT INTO activity (id, at, actor_login, action, subject) "
                "VALUES (99, '2026-01-01T09:00:00.000000Z', 'eve', 'x', 'y')"
            )
        ],
    ],
)
def test_a_later_act_does_not_seal_lines_whose_seals_were_lost(
    acted: Studio, admin: Actor, drop_activity_guards: Callable[[], None], attack: list[str]
) -> None:
    drop_activity_guards()
    for statement in attack:
        change(acted, statement)
    change(acted, "UPDATE activity SET subject = 'Other' WHERE id = 3")
    create_push(acted, admin, "Q3 review")
    assert not verified(acted, admin).intact


def test_an_emptied_activity_is_detected(
    acted: Studio, admin: Actor, drop_activity_guards: Callable[[], None]
) -> None:
    drop_activity_guards()
    # Foreign keys would keep the lines.
    for table in ("notification_user", "notification", "not_mine", "conversation", "assignment"):
        change(acted, f"DELETE FROM {table}")
    for table in ("activity_user", "activity_seal", "activity"):
        change(acted, f"DELETE FROM {table}")
    found = verified(acted, admin)
    assert (found.flaw, found.missing) == (ActivityFlaw.CUT_OFF, found.missing)
    assert found.missing > 2
    change(acted, "DELETE FROM activity_anchor")
    assert verified(acted, admin).flaw is ActivityFlaw.UNFOUNDED
    create_push(acted, admin, "Q3 review")
    assert verified(acted, admin).flaw is ActivityFlaw.UNFOUNDED


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_id_of_a_deleted_line_is_not_reused(
    acted: Studio, admin: Actor, drop_activity_guards: Callable[[], None]
) -> None:
    line = id_of(acted, admin, "created push")
    drop_activity_guards()
    change(acted, "DELETE FROM activity_seal WHERE activity_id = ?", line)
    change(acted, "DELETE FROM activity WHERE id = ?", line)
    create_push(acted, admin, "Q3 review")
    assert id_of(acted, admin, "created push") == line + 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_lines_left_unsealed_by_a_crash_are_sealed_later_and_that_is_recorded(
    acted: Studio, admin: Actor, drop_activity_guards: Callable[[], None]
) -> None:
    every = len(lines(acted, admin))
    insert = "INSERT INTO activity (at, actor_login, action, subject) VALUES (?, 'ann', 'x', 'y')"
    change(acted, insert, acted.now())
    found = verified(acted, admin)
    assert (found.intact, found.unsealed) == (True, 1)
    assert verify.seal_rest(acted) == 0
    drop_activity_guards()
    change(acted, "UPDATE activity SET at = '2026-01-01T09:00:00Z' WHERE subject = 'y'")
    assert verified(acted, admin).flaw is ActivityFlaw.UNSEALED
    assert verify.seal_rest(acted) == 1
    assert verify.seal_rest(acted) == 0
    assert lines(acted, admin)[0].action == "sealed late"
    after = verified(acted, admin)
    assert (after.intact, after.lines) == (True, every + 2)


def test_verifying_only_the_newest_lines(acted: Studio, admin: Actor) -> None:
    every = verified(acted, admin)
    newest = verify.verify(acted, admin, newest=2)
    assert (newest.lines, newest.of, newest.head) == (2, every.of, every.head)
    assert verify.verify(acted, admin, newest=10_000) == every


def test_concurrent_acts_form_one_chain(acted: Studio, admin: Actor) -> None:
    def act(number: int) -> None:
        for turn in range(5):
            create_push(acted, admin, f"Push {number}.{turn}")

    threads = [threading.Thread(target=act, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = verified(acted, admin)
    assert (found.broken, found.unsealed) == (None, 0)
    assert found.lines == len(lines(acted, admin))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_long_transaction_does_not_block_the_chain(acted: Studio, admin: Actor) -> None:
    """The long act begins first, ends last, and is sealed last."""
    begun, go_on = threading.Event(), threading.Event()
    push = pushes.find(acted, admin, "Q2 review")

    def act_long() -> None:
        with acted.store.writing():
            pushes.create(acted, admin, push.template_id, [draft_of(push, name="Long")])
            begun.set()
            assert go_on.wait(30)

    thread = threading.Thread(target=act_long)
    thread.start()
    assert begun.wait(30)
    create_push(acted, admin, "Short")
    during = verified(acted, admin)
    assert (during.broken, during.unsealed) == (None, 0)
    go_on.set()
    thread.join()
    after = verified(acted, admin, kept=during.head)
    assert (after.lines, after.unsealed, after.kept_at) == (during.lines + 1, 0, during.lines)
    with acted.store.reading():
        newest = scalar("SELECT activity_id FROM activity_seal ORDER BY id DESC LIMIT 1")
        assert newest == scalar("SELECT MAX(id) - 1 FROM activity")


def test_an_anchor_that_is_not_a_seal_is_refused(acted: Studio, admin: Actor) -> None:
    for text in ("", "abc", "g" * 64):
        with pytest.raises(Refused, match="64 hexadecimal digits"):
            verified(acted, admin, kept=text)
