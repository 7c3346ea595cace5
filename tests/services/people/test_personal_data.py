"""The archive of all data about a person (U13), and what in it stays closed (C6)."""

import json
import stat
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from studio_tui.domain.conversations.conversation import ConversationRequest, Part, Plan
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.facts import FACTS
from studio_tui.domain.shared.errors import NotFound, Refused
from studio_tui.domain.templates.template import AdminsRead, Definition, QuestionKind, Viewing
from studio_tui.services import conversations
from studio_tui.services.people import personal_data, ssh_keys
from studio_tui.services.pushes import excuse
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import templates
from studio_tui.storage.engine.peewee_internals import table_facts
from studio_tui.storage.engine.tables import TABLES, UserTable
from studio_tui.storage.people.personal_data import CLOSED, ELSEWHERE
from tests.acting import HOUR, as_user, assign, lines, send_due
from tests.domain.people.test_ssh_keys import ED25519
from tests.organisation import create_push
from tests.services.conftest import MovableClock

pytestmark = pytest.mark.usefixtures("people")

on_one_engine = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def exported(studio: Studio, actor: Actor, login: str, folder: Path) -> dict[str, bytes]:
    """Export the archive about ``login`` and return its files by name."""
    path = folder / f"{login}.zip"
    personal_data.export(studio, actor, login, path)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def told(files: dict[str, bytes]) -> Any:
    return json.loads(files["data.json"])


def talk(studio: Studio, conductor: Actor, user_id: int, template_id: int) -> None:
    """Hold a conversation by the template Quick, in which the conductor writes every text."""
    begun = conversations.start(
        studio, conductor, ConversationRequest(user_id, template_id=template_id)
    )
    reading = conversations.read(studio, conductor, begun.id)
    for number, entry in enumerate(reading.entries):
        part = entry.asked.part
        if entry.asked.question.kind is not QuestionKind.TEXT:
            continue
        text = f"said-{part}-{number}"
        conversations.write(studio, conductor, begun.id, entry.asked.id, part, text, 0)
    conversations.finish(studio, conductor, begun.id)


def test_all_data_about_a_person_is_in_one_private_archive(
    studio: Studio, admin: Actor, clock: MovableClock, tmp_path: Path
) -> None:
    """U13."""
    push = assign(studio, admin, create_push(studio, admin), "ann", "ben").push
    clock.move(minutes=2)
    send_due(studio)
    ann = conversations.find(studio, push.name, "ann")
    planned = conversations.plan(
        studio, as_user(studio, "cor"), ann, Plan(studio.now() + HOUR, place="../Room ☃")
    )
    ssh_keys.add(studio, admin, "ann", ED25519)
    excuse.set_deadline(
        studio, admin, push, excuse.users_named(studio, admin, push, ["ann"]), date(2026, 6, 30)
    )
    files = exported(studio, admin, "ANN", tmp_path)
    assert list(files) == sorted(files)
    assert all(
        "/" not in name.strip("/").replace("mails/", "").replace("calendar/", "") for name in files
    )
    found = told(files)
    assert set(found["person"]) == {fact.name for fact in FACTS}
    assert (found["person"]["email"], found["person"]["groups"]) == ("ann@example.org", ["remote"])
    assert {each["login"] for each in found["managers"]} == {"bob", "cor"}
    (of_push,) = found["pushes"]
    assert (of_push["push"], of_push["status"], of_push["own_deadline"]) == (
        "Q1 review", "planned", "2026-06-30",
    )  # fmt: skip
    assert found["conversations"][0]["id"] == planned.id
    assert found["conversations"][0]["place"] == "../Room ☃"
    assert [each["kind"] for each in found["mails"]] == ["assigned", "planned", "key_added"]
    assert b"BEGIN:VCALENDAR" in files[f"calendar/conversation-{planned.id:08d}.ics"]
    assert sum(name.endswith(".eml") for name in files) == len(found["mails"])
    assert found["ssh_keys"][0]["fingerprint"].startswith("SHA256:")
    assert ED25519.split()[1].encode() not in b"".join(files.values())
    actions = [each["action"] for each in found["activity"]]
    assert {"imported users", "assigned users", "planned conversation"} <= set(actions)
    assert "ben" not in json.dumps([each["after"] for each in found["activity"]])
    readable = files["data.txt"].decode()
    assert "email: ann@example.org" in readable
    assert "status: planned" in readable
    path = tmp_path / "ANN.zip"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (lines(studio, admin)[0].action, lines(studio, admin)[0].subject) == (
        "exported all about user", "ann",
    )  # fmt: skip
    assert exported(studio, admin, "ann", tmp_path).keys() == files.keys()
    assert [
        each["login"] for each in told(exported(studio, admin, "cor", tmp_path))["coachees"]
    ] == ["ann"]


@on_one_engine
@pytest.mark.parametrize(
    ("admins", "handed"),
    [
        (AdminsRead.NOTHING, set()),
        (AdminsRead.SUMMARY, {Part.SUMMARY}),
        (AdminsRead.ALL, {Part.SUMMARY, Part.ANSWERS}),
    ],
)
def test_an_archive_gives_an_admin_no_text_that_is_closed_to_them(
    studio: Studio, admin: Actor, tmp_path: Path, admins: AdminsRead, handed: set[Part]
) -> None:
    """C6, T4: the texts that the admin may read are recorded as read."""
    quick = templates.find(studio, admin, "Performance review")
    opened = _opened(quick.definition, admins)
    own = templates.add(studio, admin, opened)
    bob, ann = as_user(studio, "bob"), as_user(studio, "ann")
    talk(studio, bob, ann.user_id, own.id)
    files = exported(studio, admin, "ann", tmp_path)
    whole = b"".join(files.values()).decode()
    for part in (Part.SUMMARY, Part.ANSWERS):
        assert (f"said-{part}" in whole) == (part in handed)
    (conversation,) = told(files)["conversations"]
    assert bool(conversation["texts_closed"]) == (handed != {Part.SUMMARY, Part.ANSWERS})
    if conversation["texts_closed"]:
        assert f"conversations show {conversation['id']}" in files["README.txt"].decode()
    read = [each for each in lines(studio, admin) if each.action == "read conversation"]
    assert len(read) == bool(handed)


def _opened(definition: Definition, admins: AdminsRead) -> Definition:
    return replace(
        definition,
        name="Opened",
        planning=False,
        viewing=Viewing(admins=admins, leaders=False),
        permissions=replace(definition.permissions, by_managers=True),
    )


@on_one_engine
def test_an_archive_that_cannot_be_written_leaves_no_trace(
    studio: Studio, admin: Actor, tmp_path: Path
) -> None:
    """U13: existing files stay, and the activity has no line about an archive."""
    taken = tmp_path / "taken.zip"
    taken.write_bytes(b"mine")
    before = lines(studio, admin)
    for path in (taken, tmp_path, tmp_path / "none" / "ann.zip"):
        with pytest.raises(Refused):
            personal_data.export(studio, admin, "ann", path)
    with pytest.raises(NotFound):
        personal_data.export(studio, admin, "nobody", tmp_path / "nobody.zip")
    assert taken.read_bytes() == b"mine"
    assert list(tmp_path.glob("*.zip")) == [taken]
    assert lines(studio, admin) == before


@on_one_engine
def test_every_table_that_refers_to_users_is_in_the_archive(
    studio: Studio, admin: Actor, tmp_path: Path
) -> None:
    """U13: also tables and text columns that are added later."""
    referring = {
        table_facts(table).name
        for table in set(TABLES) - ELSEWHERE
        if any(
            getattr(field, "rel_model", None) is UserTable for field in table_facts(table).fields
        )
    }
    rows = told(exported(studio, admin, "ann", tmp_path))["rows"]
    assert rows.keys() == referring
    assert rows["team_member"] == [{"team": 2, "user": "ann"}]
    assert {field.name for field in CLOSED} == {"text", "topic", "options", "content", "key"}
