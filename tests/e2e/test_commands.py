"""The whole job from a shell: from an HR export to a closed push, with mail to a real server.

The clock moves between the commands. Commands that may talk to a mail server run in processes of
their own; the others run in the process of the test.
"""

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from studio_tui.cli.main import program
from studio_tui.config.settings import Security
from studio_tui.main import DEPENDENCIES
from tests.smtp_server import Received, Server, smtp_server

EXPORT = (
    "Employee ID;First Name;Last Name;Work Email;Reports To;Department;Language\r\n"
    "1;Dan;Dewit;dan@example.org;;Sales;en\r\n"
    "2;Bob;Smith;bob@example.org;Dan Dewit;Sales;en\r\n"
    "3;Ann;Peeters;ann@example.org;Bob Smith;Sales;nl\r\n"
    "4;Ben;Willems;ben@example.org;Bob Smith;Sales;en\r\n"
    "5;Béatrice;Moreau;bea@example.org;Bob Smith;Sales;fr\r\n"
)
"""The export of a small HR system: semicolons, Windows-1252, and managers by name."""


_ALONE = frozenset({"doctor", "mail", "worker"})


def _start(environ: dict[str, str], *arguments: str, typed: str, exit_code: int) -> str:
    done = subprocess.run(
        [Path(sys.executable).with_name("studio-tui"), *arguments],
        input=typed,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, **environ},
        check=False,
    )
    assert done.returncode == exit_code, (arguments, done.stdout, done.stderr)
    return done.stderr if exit_code else done.stdout


@dataclass
class Shell:
    """Runs commands as an admin at the instant of a clock that tests move."""

    environ: dict[str, str]
    now: datetime = field(default=datetime.fromisoformat("2026-03-02T09:00:00+01:00"))

    def run(self, *arguments: str, typed: str = "", exit_code: int = 0) -> str:
        """Run a command and return its output; if it is to fail, its stderr."""
        environ = {**self.environ, "STUDIO_NOW": self.now.isoformat()}
        if arguments[0] in _ALONE:
            return _start(environ, *arguments, typed=typed, exit_code=exit_code)
        done = CliRunner(env=environ).invoke(program, arguments, obj=DEPENDENCIES, input=typed)
        assert done.exit_code == exit_code, (arguments, done.stdout, done.stderr)
        return done.stderr if exit_code else done.stdout

    def json(self, *arguments: str) -> Any:
        """Run a command and return its parsed JSON."""
        return json.loads(self.run(*arguments, "--json"))

    def move(self, **span: float) -> None:
        """Move the clock forward."""
        self.now += timedelta(**span)


@pytest.fixture
def server() -> Iterator[Server]:
    with smtp_server(security=Security.STARTTLS, username="studio", password="s3cret") as started:
        yield started


@pytest.fixture
def shell(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.chdir(tmp_path)
    Path("hr.csv").write_bytes(EXPORT.encode("cp1252"))
    environ = {
        name: value for name, value in server.environ.items() if name != "STUDIO_SMTP_PASSWORD"
    }
    environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    environ["STUDIO_ORGANISATION_NAME"] = "Example NV"
    return Shell(environ)


def by_recipient(messages: list[Received]) -> dict[str, list[Received]]:
    """Return the mails by address."""
    found: dict[str, list[Received]] = {}
    for message in messages:
        found.setdefault(message.recipients[0], []).append(message)
    return found


def test_from_an_hr_export_to_a_closed_push(shell: Shell, server: Server) -> None:
    set_up(shell)
    import_people(shell)
    create_and_assign(shell)
    send_and_read(shell, server)
    remind_and_hand_over(shell, server)
    hold_and_close(shell, server)
    assign_the_earlier_list(shell, server)
    check_activity(shell)


def set_up(shell: Shell) -> None:
    """The doctor reports missing settings; once the password is set, none is missing."""
    doctor = shell.run("doctor", exit_code=1)
    assert doctor == ""
    shell.run("mail", "password", typed="s3cret\n")
    assert "The Studio can be used." in shell.run("doctor")


def import_people(shell: Shell) -> None:
    """Dry run and import; a second import changes nothing."""
    assert "5 users would be added" in shell.run("users", "import", "hr.csv", "--dry-run")
    assert shell.json("users", "list", "example.org") == []
    assert shell.run("users", "import", "hr.csv").startswith("Imported: 5 added")
    assert "nobody added or changed; 5 unchanged" in shell.run("users", "import", "hr.csv")
    managers = {
        user["login"]: [manager["login"] for manager in user["managers"]]
        for user in shell.json("users", "list", "example.org")
    }
    assert managers == {"dan": [], "bob": ["dan"], "ann": ["bob"], "ben": ["bob"], "bea": ["bob"]}


def create_and_assign(shell: Shell) -> None:
    """Create a push for now and one for later, and assign three users to the first."""
    shell.run(
        "pushes", "create", "Performance review",
        "--push", "Q1 review;2026-03-01;2026-03-31",
        "--push", "Q2 review;2026-06-01;2026-06-30",
    )  # fmt: skip
    said = shell.run("pushes", "assign", "Q1 review", "ann", "bea", "--file", "-", typed="ben\n")
    assert said.startswith("3 users assigned to “Q1 review”, 1 manager told; mail leaves at 09:02")
    assert "0 sent" in shell.run("worker", "--drain")


def send_and_read(shell: Shell, server: Server) -> None:
    """Each user and the manager get one mail with the deadline, in their own language."""
    shell.move(minutes=2)
    assert shell.run("worker", "--drain").startswith("4 sent, 0 failed")
    assert "0 sent" in shell.run("worker", "--drain")
    mails = by_recipient(server.wait_for(4))
    assert {address: len(found) for address, found in mails.items()} == {
        f"{login}@example.org": 1 for login in ("ann", "ben", "bea", "bob")
    }
    assert "31 maart 2026" in mails["ann@example.org"][0].text("plain")
    assert "31 March 2026" in mails["ben@example.org"][0].text("html")
    assert "31 mars 2026" in mails["bea@example.org"][0].text("plain")
    to_bob = mails["bob@example.org"][0].text("plain")
    assert all(name in to_bob for name in ("Ann Peeters", "Ben Willems", "Béatrice Moreau"))
    listed = {one["message_id"]: one for one in shell.json("outbox", "list")}
    assert set(listed) == {str(mail.parsed["Message-ID"]) for mail in server.messages}
    assert {one["state"] for one in listed.values()} == {"sent"}


def remind_and_hand_over(shell: Shell, server: Server) -> None:
    """An act that is undone mails nobody; a dry run lists exactly the mail that is sent."""
    shell.run("pushes", "remind", "Q1 review", "ben")
    assert "2 mails dropped" in shell.run("outbox", "undo")
    tried = shell.json("pushes", "remind", "Q1 review", "--dry-run")
    assert shell.run("pushes", "remind", "Q1 review").startswith("3 users of “Q1 review” reminded")
    shell.move(minutes=2)
    assert shell.run("worker", "--drain").startswith("4 sent, 0 failed")
    mails = server.wait_for(8)[4:]
    told = [one["to"] for one in tried["notifications"]]
    assert sorted(mail.recipients[0] for mail in mails) == sorted(told)
    reminders = {mail["plain"] for mail in tried["mails"]}
    assert reminders & {mail.text("plain").replace("\r\n", "\n") for mail in mails} == reminders
    shell.run("conversations", "hand-over", "Q1 review", "bea", "bob")
    shell.move(minutes=2)
    assert shell.run("worker", "--drain").startswith("2 sent, 0 failed")
    handed = server.wait_for(10)[8:]
    assert {mail.recipients[0] for mail in handed} == {"bea@example.org", "bob@example.org"}
    assert "Nobody to remind" in shell.run("pushes", "remind", "Q1 review")


def hold_and_close(shell: Shell, server: Server) -> None:
    """Follow up until the end; closing mails nobody."""
    shell.run("conversations", "plan", "Q1 review", "ann", "--at", "2026-03-12T14:00")
    shell.move(days=10)
    assert "Done: Bob Smith" in shell.run("conversations", "finish", "Q1 review", "ann")
    shell.move(days=20)
    push = shell.json("pushes", "show", "Q1 review")
    assert (push["overdue"], push["progress"]["done"], push["progress"]["overdue"]) == (True, 1, 2)
    shell.run("pushes", "edit", "Q1 review", "--deadline", "2026-04-30")
    assert shell.json("pushes", "show", "Q1 review")["overdue"] is False
    shell.run("pushes", "assign", "Q1 review", "bob")
    waiting = shell.json("outbox", "list", "--push", "Q1 review", "--state", "held")
    assert {"bob@example.org", "dan@example.org"} <= {one["to"] for one in waiting}
    said = shell.run("pushes", "close", "Q1 review")
    assert said == f"“Q1 review” is closed: 1 of 4 held. {len(waiting)} waiting mails dropped.\n"
    shell.move(hours=1)
    assert "0 sent" in shell.run("worker", "--drain")
    assert len(server.messages) == 10
    rows = list(csv.DictReader(shell.run("pushes", "export", "Q1 review").splitlines()))
    assert {row["login"]: row["status"] for row in rows}["ann"] == "done"
    assert "is closed" in shell.run("pushes", "assign", "Q1 review", "dan", exit_code=1)


def assign_the_earlier_list(shell: Shell, server: Server) -> None:
    """The next push takes over the users, is scheduled, and mails on its first morning."""
    said = shell.run("pushes", "assign", "Q2 review", "--from-push", "Q1 review", "--except", "bob")
    assert "3 users assigned" in said
    assert "mail leaves on 2026-06-01 at 08:00 (Europe/Brussels)" in said
    assert "0 sent" in shell.run("worker", "--drain")
    shell.now = datetime.fromisoformat("2026-06-01T08:00:00+02:00")
    assert "4 sent" in shell.run("worker", "--drain")
    assert len(by_recipient(server.wait_for(14))["ann@example.org"]) == 3
    listed = shell.run("pushes", "list")
    assert re.search(r"Q2 review .* open ", listed)


def check_activity(shell: Shell) -> None:
    """Every act is in the activity, newest first."""
    actions = [line["action"] for line in shell.json("activity", "list", "--push", "Q1 review")]
    assert actions == [
        "closed push",
        "assigned users",
        "edited push",
        "finished conversation",
        "planned conversation",
        "handed over conversation",
        "reminded users",
        "undid: reminded users",
        "reminded users",
        "assigned users",
        "created push",
    ]
