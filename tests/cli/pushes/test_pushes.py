"""``pushes``: create, list, show, edit, close, reopen, export."""

import csv

import pytest

from tests.cli.conftest import ACCOUNT, Cli, create
from tests.smtp_server import smtp_server


def test_several_pushes_are_created_at_once(organisation: Cli) -> None:
    created = organisation.json(
        "pushes", "create", "performance REVIEW",
        "--push", "A; with a semicolon;2026-03-01;2026-03-31",
        "--push", "B; 2026-04-01 ; 2026-04-30",
    )  # fmt: skip
    assert [(push["name"], push["state"]) for push in created] == [
        ("A; with a semicolon", "draft"),
        ("B", "draft"),
    ]
    assert created[1]["available_from"] == "2026-04-01"
    assert created[1]["template"] == "Performance review"


def test_creating_a_push_suggests_the_next_command(organisation: Cli) -> None:
    said = organisation.out(*create("It's Q1"))
    assert said == (
        "“It's Q1” is created: 2026-03-01 to 2026-03-31.\n"
        """Next: studio-tui pushes assign 'It'"'"'s Q1' LOGIN…\n"""
    )


def test_several_pushes_are_created_all_or_none(organisation: Cli) -> None:
    said = organisation.refused(
        "pushes", "create", "Regular",
        "--push", "A;2026-03-01;2026-03-31", "--push", "A;2026-03-31;2026-03-01",
    )  # fmt: skip
    assert "name.1" in said
    assert "deadline.1" in said
    assert organisation.json("pushes", "list") == []


SHOW = ("pushes", "show", "Q1 review")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (create("x", "2026-02-30"), "“2026-02-30” is not a date"),
        (create("x", "2026-03-01", "soon"), "“soon” is not a date"),
        (("pushes", "create", "Regular", "--push", "x;2026-03-01"), "Write it as"),
        (("pushes", "create", "Regular", "--push", "x;2026-03-01;never"), "is not a date"),
        (("pushes", "create", "Regular", "--name", "x"), "go together"),
        (("pushes", "create", "Regular"), "Say which push"),
        (("pushes", "edit", "x"), "Say what to change"),
        (("pushes", "list", "--state", "lost"), "'lost' is not one of"),
    ],
)
def test_wrong_usage(cli: Cli, arguments: tuple[str, ...], said: str) -> None:
    assert said in cli.misused(*arguments)


def test_a_template_that_does_not_allow_pushes_is_refused(organisation: Cli) -> None:
    arguments = ("--name", "x", "--from", "2026-03-01", "--deadline", "2026-03-31")
    said = organisation.refused("pushes", "create", "Quick", *arguments)
    assert "does not allow through push" in said
    assert "There is no template" in organisation.refused("pushes", "create", "Slow", *arguments)


def test_the_list(pushed: Cli) -> None:
    pushed.run(*create("Later"))
    headings, *rows = pushed.out("pushes", "list").splitlines()
    shown = ["Name", "Template", "State", "From", "Deadline", "Held", "Overdue", "Repeats"]
    assert headings.split() == shown
    assert [row.split("  ")[0] for row in rows] == ["Later", "Q1 review"]
    assert [push["name"] for push in pushed.json("pushes", "list", "--state", "open")] == [
        "Q1 review"
    ]


def test_an_empty_list_prints_the_next_step_on_stderr(cli: Cli) -> None:
    result = cli.run("pushes", "list")
    assert result.stdout == ""
    assert "studio-tui pushes create" in result.stderr
    assert cli.json("pushes", "list") == []


def test_a_push_is_shown_with_the_documented_keys(pushed: Cli) -> None:
    pushed.run(
        "conversations", "plan", "Q1 review", "ann", "--at", "2026-03-10T14:00", "--by", "bob"
    )
    shown = pushed.json("pushes", "show", "Q1 review")
    users = {user["login"]: user for user in shown.pop("users")}
    assert shown == {
        "name": "Q1 review",
        "template": "Regular",
        "state": "open",
        "overdue": False,
        "available_from": "2026-03-01",
        "deadline": "2026-03-31",
        "progress": {
            "assigned": 3,
            "not_planned": 2,
            "planned": 1,
            "prepared": 0,
            "in_progress": 0,
            "done": 0,
            "overdue": 0,
            "no_manager": 1,
            "left": 0,
            "excused": 0,
        },
        "remind_before_days": [7, 1],
        "remind_after_days": [3],
        "audience": None,
        "repeats": None,
    }
    assert isinstance(users["ann"].pop("conversation"), int)
    assert users["ann"] == {
        "login": "ann",
        "name": "Ann Peeters",
        "email": "ann@example.org",
        "status": "planned",
        "status_at": "2026-03-10T14:00:00+01:00",
        "planned_on": "2026-03-10",
        "held_on": None,
        "conductor": "Bob Smith",
        "overdue": False,
        "mail_failed": False,
        "mail_bounced": False,
        "reminders": 0,
        "reminded_at": None,
        "flags": [],
        "managers": [
            {"login": "cor", "reason": "coach"},
            {"login": "bob", "reason": "leads Belgium"},
        ],
        "excuse": None,
        "deadline": "2026-03-31",
    }
    assert users["eve"]["flags"] == ["no_manager"]


def test_held_and_overdue_conversations_are_shown(
    pushed: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    pushed.run("conversations", "finish", "Q1 review", "ben", "--at", "2026-03-02 09:30")
    monkeypatch.setenv("STUDIO_NOW", "2026-04-01T00:00:00+02:00")
    shown = pushed.out("pushes", "show", "Q1 review")
    assert "open, overdue" in shown
    assert "1 of 3 held" in shown
    assert "2026-03-02 09:30 by Bob Smith" in shown
    assert "overdue, no manager" in shown


def test_editing(pushed: Cli) -> None:
    said = pushed.out("pushes", "edit", "Q1 review", "--name", "First", "--deadline", "2026-05-01")
    assert said == (
        "“First” now runs from 2026-03-01 to 2026-05-01.\n"
        "Who was told of it and is not done is told of the new deadline.\n"
    )
    said = pushed.out("pushes", "edit", "First", "--name", "Second")
    assert said == "“Second” now runs from 2026-03-01 to 2026-05-01.\n"
    pushed.run("pushes", "edit", "Second", "--name", "First")
    said = pushed.out("pushes", "edit", "First", "--deadline", "2026-05-02", "--no-tell")
    assert "is not told of the new deadline" in said
    assert "before the first day" in pushed.refused(
        "pushes", "edit", "First", "--deadline", "2026-02-01"
    )
    assert "give the push a name" in pushed.refused("pushes", "edit", "First", "--name", " ")


def test_automatic_reminders(pushed: Cli) -> None:
    edit = ("pushes", "edit", "Q1 review")
    assert "7 and 1 days before the deadline, 3 days after it" in pushed.out(*SHOW)
    said = pushed.out(*edit, "--remind-before", "14, 1,14")
    assert said.endswith(
        "Automatic reminders: 14 and 1 days before the deadline, 3 days after it.\n"
    )
    said = pushed.out(*edit, "--remind-before", "", "--remind-after", "1")
    assert said.endswith("Automatic reminders: 1 day after the deadline.\n")
    assert pushed.out(*edit, "--remind-after", "").endswith("reminders: none.\n")
    assert "Automatic" not in pushed.out(*edit, "--remind-after", "")
    for wrong in ("x", "-1", "1,5 days", "366"):
        assert "such as 7,1" in pushed.misused(*edit, "--remind-before", wrong)
    assert "from 1 to 365" in pushed.misused(*edit, "--remind-after", "0")


def test_closing_and_reopening(pushed: Cli) -> None:
    pushed.run("conversations", "finish", "Q1 review", "ben")
    said = pushed.out("pushes", "close", "Q1 review")
    assert said.startswith("“Q1 review” is closed: 1 of 3 held. ")
    assert "dropped" in said
    assert "is closed already" in pushed.nothing_to_do("pushes", "close", "Q1 review")
    assert "reopen it first" in pushed.refused("pushes", "assign", "Q1 review", "cas")
    assert pushed.out("pushes", "reopen", "Q1 review") == (
        "“Q1 review” is open again, with the deadline 2026-03-31.\n"
    )


def test_a_dry_run_of_closing_changes_nothing(pushed: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists the mail that would be dropped, and the notifications.

    These go to people who know of the push and have not held their conversation.
    """
    close = ("pushes", "close", "Q1 review")
    pushed.run("conversations", "finish", "Q1 review", "ben")
    monkeypatch.setenv("STUDIO_NOW", "2026-03-02T10:05:00+01:00")
    with smtp_server() as server:
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
        pushed.run("worker", "--drain")
    pushed.run("pushes", "assign", "Q1 review", "cas")
    before = pushed.json("outbox", "list")
    told = pushed.json(*close, "--tell", "--dry-run")
    assert sorted(one["to"] for one in told["notifications"]) == [
        "ann@example.org", "bob@example.org", "cor@example.org", "eve@example.org",
    ]  # fmt: skip
    assert {one["kind"] for one in told["notifications"]} == {"closed"}
    assert told["skipped"] == [
        {"login": "cas", "name": "Cas Dubois", "why": "was not told of it yet"},
        {"login": "ben", "name": "Ben Willems", "why": "has held it"},
    ]
    assert sorted(one["to"] for one in told["dropped"]) == [
        "bea@example.org", "bob@example.org", "cas@example.org",
    ]  # fmt: skip
    assert "Q1 review" in told["mails"][0]["plain"]
    said = pushed.out(*close, "--tell", "--dry-run", "--mail")
    assert told["mails"][0]["subject"] in said
    assert "3 waiting mails would be dropped" in said
    assert pushed.json(*close, "--dry-run")["notifications"] == []
    assert pushed.json("outbox", "list") == before
    assert "is told that it is closed" in pushed.out(*close, "--tell")
    assert len(pushed.json("outbox", "list", "--state", "held")) == len(told["notifications"])


def test_the_result_of_closing_as_json(pushed: Cli) -> None:
    assert pushed.json("pushes", "close", "Q1 review") == {
        "push": "Q1 review",
        "assigned": 3,
        "done": 0,
        "dropped": 5,
        "cancelled": 0,
    }


def test_the_export_has_people_and_progress(pushed: Cli) -> None:
    pushed.run("conversations", "finish", "Q1 review", "ben")
    rows = {row["login"]: row for row in csv.DictReader(export(pushed))}
    assert rows["ben"]["status"] == "done"
    assert rows["ben"]["conductor"] == "Bob Smith"
    assert rows["ben"]["status_at"] == "2026-03-02T10:00:00+01:00"
    assert rows["eve"]["flags"] == "no_manager"
    assert rows["ann"]["managers"] == "cor|bob"


def export(cli: Cli) -> list[str]:
    """Return the lines of the exported push."""
    return cli.out("pushes", "export", "Q1 review").splitlines()


def test_an_edit_is_in_the_activity(pushed: Cli) -> None:
    pushed.run("pushes", "edit", "Q1 review", "--deadline", "2026-04-30")
    line = pushed.json("activity", "list", "--push", "Q1 review", "--limit", "1")[0]
    assert (line["actor"], line["action"], line["subject"]) == (
        ACCOUNT,
        "edited push",
        "Q1 review",
    )
    assert "deadline: 2026-03-31 → 2026-04-30" in pushed.out("activity", "list", "--limit", "1")


def test_the_people_of_a_push_by_manager(pushed: Cli) -> None:
    """S2: the keys of the contract; people without a manager are under null."""
    shown = pushed.json("pushes", "show", "Q1 review", "--by", "manager")
    assert (shown["push"], shown["by"]) == ("Q1 review", "manager")
    groups = shown["groups"]
    assert [(g["login"], g["name"], g["assigned"]) for g in groups] == [
        ("bob", "Bob Smith", 2),
        ("cor", "Cor Coach", 1),
        (None, None, 1),
    ]
    assert list(groups[0]) == [
        "name", "login", "assigned", "not_planned", "planned", "prepared", "in_progress", "done",
        "overdue", "excused",
    ]  # fmt: skip
    assert "no manager" in pushed.out("pushes", "show", "Q1 review", "--by", "manager")
    assert "no department" in pushed.out("pushes", "show", "Q1 review", "--by", "department")
    pushed.misused("pushes", "show", "Q1 review", "--by", "shoe size")


def test_a_manager_alone_is_reminded(pushed: Cli) -> None:
    """S2, P14: the dry run matches the act."""
    arguments = ("pushes", "remind", "Q1 review", "--manager", "bob")
    tried = pushed.json(*arguments, "--dry-run")
    assert (tried["reminding"], tried["managers"]) == (0, 1)
    assert [each["recipient"] for each in tried["notifications"]] == ["bob"]
    assert pushed.out(*arguments).startswith("1 manager of “Q1 review” reminded; ")
    assert "Nobody to remind" in pushed.nothing_to_do(*arguments)
    assert "reminded" in pushed.out("outbox", "undo")


def test_a_report_on_a_push(pushed: Cli) -> None:
    """S2: printed, or in the format of the file's extension."""
    assert "## By manager" in pushed.out("pushes", "report", "Q1 review")
    assert "Written: report.html" in pushed.out(
        "pushes", "report", "Q1 review", "--output", "report.html"
    )
    assert "is there already" in pushed.refused(
        "pushes", "report", "Q1 review", "--output", "report.html"
    )
