"""``outbox``: list, show, retry, drop; and the worker that sends its mail (N10, N12)."""

import json
import re
import subprocess

import pytest

from tests.cli.conftest import COMMAND, Cli, create
from tests.mail.bounces.test_report import OURS, example
from tests.smtp_server import smtp_server


def test_the_list_has_the_documented_keys(pushed: Cli) -> None:
    listed = pushed.json("outbox", "list")
    to_ann = next(one for one in listed if one["to"] == "ann@example.org")
    assert re.fullmatch(r"<\S+@\S+>", to_ann.pop("message_id"))
    assert to_ann.pop("id") in range(1, 7)
    assert to_ann == {
        "kind": "assigned",
        "state": "held",
        "to": "ann@example.org",
        "recipient": "ann",
        "push": "Q1 review",
        "about": ["ann"],
        "due_at": "2026-03-02T10:02:00+01:00",
        "attempts": 0,
        "sent_at": None,
        "error": None,
        "bounced_at": None,
        "bounce": None,
    }
    to_bob = next(one for one in listed if one["to"] == "bob@example.org")
    assert sorted(to_bob["about"]) == ["ann", "ben"]
    assert len({one["message_id"] for one in pushed.json("outbox", "list")}) == 5


def test_the_list_can_be_limited_by_state_and_push(pushed: Cli) -> None:
    assert pushed.json("outbox", "list", "--state", "sent") == []
    assert len(pushed.json("outbox", "list", "--push", "q1 review", "--state", "held")) == 5
    assert "There is no push" in pushed.refused("outbox", "list", "--push", "Q9")


def test_a_mail_that_has_not_been_sent_is_shown(pushed: Cli) -> None:
    said = pushed.out("outbox", "show", "1")
    assert "not sent yet; due 2026-03-02 10:02" in said
    shown = pushed.json("outbox", "show", "1")
    assert shown["date"] is None
    assert shown["subject"] in said
    assert "There is no notification 99" in pushed.refused("outbox", "show", "99")


def test_without_a_server_the_worker_is_refused_and_mail_waits(pushed: Cli) -> None:
    assert "No mail server is set up" in pushed.refused("worker", "--drain")
    assert {one["state"] for one in pushed.json("outbox", "list")} == {"held"}


def test_what_failed_can_be_sent_again(pushed: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_NOW", "2026-03-02T10:05:00+01:00")
    with smtp_server() as server:
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
        server.script("rcpt", "550 5.1.1 no\x1b[31m such user", recipient="ann@example.org")
        assert "4 sent, 1 failed" in pushed.out("worker", "--drain")
        failed = pushed.out("outbox", "list", "--state", "failed")
        assert "such user" in failed
        assert "\x1b" not in failed
        server.clear_script()
        assert pushed.out("outbox", "retry", "--all").startswith("1 mail in the queue again.")
        assert "1 sent, 0 failed" in pushed.out("worker", "--drain")
        assert "Nothing to retry" in pushed.nothing_to_do("outbox", "retry", "1", "2")
        assert len(server.messages) == 5
    sent = pushed.json("outbox", "show", "1")
    assert sent["state"] == "sent"
    assert sent["sent_at"] == "2026-03-02T10:05:00+01:00"
    assert sent["message_id"] in {str(mail.parsed["Message-ID"]) for mail in server.messages}


def test_waiting_mail_can_be_dropped(pushed: Cli) -> None:
    assert pushed.out("outbox", "drop", "1", "2") == "2 mails dropped.\n"
    dropped = pushed.json("outbox", "list", "--state", "dropped")
    assert [(one["id"], one["error"]) for one in dropped] == [
        (1, "dropped by hand"),
        (2, "dropped by hand"),
    ]
    assert "Nothing to drop" in pushed.nothing_to_do("outbox", "drop", "1")


def test_the_newest_act_is_undone_first(pushed: Cli) -> None:
    pushed.run("pushes", "assign", "Q1 review", "cas")
    listed = pushed.json("outbox", "undo", "--list")
    assert [(act["action"], act["mails"]) for act in listed] == [
        ("assigned users", 3),
        ("assigned users", 5),
    ]
    assert "2026-03-02 10:02:00" in pushed.out("outbox", "undo", "--list")
    said = pushed.out("outbox", "undo")
    assert said == "Undone in “Q1 review”: assigned users. 3 mails dropped.\n"
    users = [user["login"] for user in pushed.json("pushes", "show", "Q1 review")["users"]]
    assert sorted(users) == ["ann", "ben", "eve"]
    assert pushed.json("outbox", "undo", "q1 review") == {
        "action": "assigned users",
        "push": "Q1 review",
        "dropped": 5,
    }
    assert "Nothing to undo" in pushed.nothing_to_do("outbox", "undo")
    assert pushed.json("outbox", "undo", "--list") == []
    assert "Nothing can be undone" in pushed.run("outbox", "undo", "--list").stderr


def test_undo_is_limited_to_the_named_push(pushed: Cli) -> None:
    pushed.run(*create("Q2"))
    assert "Nothing to undo" in pushed.nothing_to_do("outbox", "undo", "Q2")
    assert "There is no push" in pushed.refused("outbox", "undo", "Q9")
    assert len(pushed.json("outbox", "undo", "--list")) == 1


def test_mail_that_was_sent_cannot_be_undone(pushed: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_NOW", "2026-03-02T10:02:00+01:00")
    assert "Nothing to undo" in pushed.nothing_to_do("outbox", "undo")


def test_the_log_of_a_worker_as_json(pushed: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_NOW", "2026-03-02T10:05:00+01:00")
    with smtp_server() as server:
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
        logged = pushed.out("worker", "--drain", "--log-json").splitlines()
    lines = [json.loads(line) for line in logged]
    assert [line["event"] for line in lines] == ["stopped"]
    assert (lines[0]["sent"], lines[0]["failed"], lines[0]["fault"]) == (5, 0, None)
    assert lines[0]["message"].startswith("5 sent")
    result = pushed.run("worker", "--drain", "--log-json")
    assert json.loads(result.stdout)["sent"] == 0


def test_a_worker_that_gets_a_signal_stops(pushed: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    with smtp_server() as server:
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
        worker = subprocess.Popen(
            [*COMMAND, "worker", "--log-json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        with worker:
            assert worker.stdout is not None
            assert worker.stderr is not None
            started = json.loads(worker.stdout.readline())
            worker.terminate()
            stopped = json.loads(worker.stdout.readline())
            assert worker.stdout.read() == worker.stderr.read() == b""
    assert (started["event"], stopped["event"], worker.returncode) == ("started", "stopped", 0)
    assert started["at"] == "2026-03-02T09:00:00+00:00"


def test_a_drained_worker_reports_that_its_server_is_unreachable(
    pushed: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIO_NOW", "2026-03-02T10:05:00+01:00")
    with smtp_server() as server:
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
    result = pushed.run("worker", "--drain", "--log-json", exit_code=1)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["event"] for line in lines] == ["down", "stopped"]
    assert {line["fault"] for line in lines} == {"unreachable"}


@pytest.mark.parametrize("arguments", [("retry",), ("retry", "1", "--all"), ("drop",)])
def test_wrong_usage(cli: Cli, arguments: tuple[str, ...]) -> None:
    assert "Usage:" in cli.misused("outbox", *arguments)


def test_bounced_mail_is_listed(pushed: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """N15: bounces are read from stdin, by any account. The exit code is always 0."""
    monkeypatch.setenv("STUDIO_NOW", "2026-03-02T10:05:00+01:00")
    with smtp_server() as server:
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
        pushed.run("worker", "--drain")
        (ann,) = (mail for mail in server.messages if mail.recipients == ("ann@example.org",))
    message_id = str(ann.parsed["Message-ID"])
    returned = example("postfix").replace(OURS.encode(), message_id.encode())
    assert pushed.run("mail", "bounces", typed=example("postfix")).stdout == (
        "A bounce of no mail of this Studio: nothing was done.\n"
    )
    assert pushed.run("mail", "bounces", typed=b"\xff").stdout == "No bounce: another mail.\n"
    assert (
        "to ann@example.org bounced: 550 5.1.1 <"
        in pushed.run("mail", "bounces", typed=returned).stdout
    )
    everything = pushed.json("outbox", "list")
    (back,) = pushed.json("outbox", "list", "--bounced")
    assert len(everything) == 5
    assert [one for one in everything if one["bounced_at"]] == [back]
    assert (back["state"], back["bounce"]["code"]) == ("sent", "5.1.1")
    assert "bounced" in pushed.out("outbox", "list", "--bounced")
    assert "mail bounced" in pushed.out("users", "show", "ann")
    assert pushed.json("users", "show", "ann")["mail_bounced"] is True
    said = pushed.out("users", "edit", "ann", "--email", "ann.peeters@example.org")
    assert f"“studio-tui outbox retry {back['id']}”" in said
    assert pushed.out("outbox", "again", "--bounced").startswith("1 mail to be sent again.")
    assert "Nothing to send again" in pushed.nothing_to_do("outbox", "again", "--bounced")
    assert "Say one of them" in pushed.misused("mail", "bounces", "-", "--maildir", ".")
