"""``pushes remind`` (P15)."""

from pathlib import Path

import pytest

from tests.cli.conftest import ACCOUNT, Cli, create

REMIND = ("pushes", "remind", "Q1 review")


def reminded(cli: Cli) -> set[str]:
    """Return the logins of the users with a reminder in the outbox."""
    listed = cli.json("outbox", "list")
    return {
        one["recipient"]
        for one in listed
        if one["kind"] == "reminder" and one["about"] == [one["recipient"]]
    }


def test_users_with_an_open_conversation_and_their_managers_are_reminded(pushed: Cli) -> None:
    pushed.run("conversations", "finish", "Q1 review", "ben")
    said = pushed.out(*REMIND)
    assert said == (
        "2 users of “Q1 review” reminded, 2 managers told; "
        "mail leaves at 10:02 (Europe/Brussels).\n"
        "Until then “studio-tui outbox undo” takes it back.\n"
    )
    assert reminded(pushed) == {"ann", "eve"}


def test_only_the_selected_users_are_reminded(pushed: Cli) -> None:
    pushed.run(*REMIND, "ANN@example.org")
    assert reminded(pushed) == {"ann"}
    plan = ("conversations", "plan", "Q1 review", "ben", "--at", "2026-03-10T14:00")
    pushed.run(*plan)
    pushed.run(*REMIND, "--status", "planned")
    assert reminded(pushed) == {"ann", "ben"}
    assert "Nobody to remind" in pushed.nothing_to_do(*REMIND, "--overdue")


def test_status_and_overdue_can_be_combined(pushed: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    pushed.run("conversations", "plan", "Q1 review", "ben", "--at", "2026-03-10T14:00")
    monkeypatch.setenv("STUDIO_NOW", "2026-04-02T10:00:00+02:00")
    pushed.run(*REMIND, "--status", "planned", "--status", "prepared", "--overdue")
    assert reminded(pushed) == {"ben"}


def test_nobody_is_reminded_twice_without_again(pushed: Cli) -> None:
    pushed.run(*REMIND, "ann")
    assert pushed.json(*REMIND)["users_told"] == 2
    assert "Nobody to remind" in pushed.nothing_to_do(*REMIND)
    assert pushed.json(*REMIND, "ann", "--again") == {
        "push": "Q1 review",
        "users_told": 1,
        "managers_told": 2,
        "leaves_at": "2026-03-02T10:02:00+01:00",
    }


def test_the_number_and_time_of_reminders_are_shown(pushed: Cli) -> None:
    pushed.run(*REMIND, "ann")
    pushed.run(*REMIND, "ann", "--again")
    assert "2, 2026-03-02 10:02" in pushed.out("pushes", "show", "Q1 review")
    listed = {one["login"]: one for one in pushed.json("conversations", "list", "--all")}
    assert (listed["ann"]["reminders"], listed["ben"]["reminders"]) == (2, 0)
    assert listed["ann"]["reminded_at"] == "2026-03-02T10:02:00+01:00"
    assert listed["ben"]["reminded_at"] is None
    exported = pushed.out("pushes", "export", "Q1 review")
    assert ",cor|bob,2,2026-03-02T10:02:00+01:00,,2026-03-31\n" in exported


def test_a_dry_run_shows_who_is_reminded_and_why_and_changes_nothing(pushed: Cli) -> None:
    pushed.run("conversations", "finish", "Q1 review", "ben")
    pushed.run(*REMIND, "eve")
    before = pushed.json("outbox", "list")
    told = pushed.json(*REMIND, "--dry-run")
    numbers = ("reminding", "done", "left", "recently", "managers")
    assert [told[name] for name in numbers] == [1, 1, 0, 1, 2]
    assert {
        one["recipient"]: [(about["login"], about["reason"]) for about in one["about"]]
        for one in told["notifications"]
    } == {
        "ann": [("ann", None)],
        "cor": [("ann", "coach")],
        "bob": [("ann", "leads Belgium")],
    }
    assert told["skipped"] == [
        {"login": "ben", "name": "Ben Willems", "why": "has held it"},
        {"login": "eve", "name": "Eve Alone", "why": "was reminded a short while ago"},
    ]
    said = pushed.out(*REMIND, "--dry-run", "--mail")
    assert said.startswith("1 user of “Q1 review” would be reminded and 2 managers told.\n")
    assert all(mail["subject"] in said for mail in told["mails"])
    assert "has held it" in said
    assert pushed.json(*REMIND, "eve", "--dry-run")["notifications"] == []
    assert pushed.json("outbox", "list") == before


def test_what_is_refused(pushed: Cli) -> None:
    pushed.run(*create("Q2"))
    assert "only an open push reminds" in pushed.refused("pushes", "remind", "Q2")
    assert "only an open push reminds" in pushed.refused("pushes", "remind", "Q2", "--dry-run")
    assert "Not assigned to “Q1 review”: cas, dan" in pushed.refused(*REMIND, "ann", "cas", "dan")
    assert "2 users are unknown: x, y" in pushed.refused(*REMIND, "x", "y")
    assert "Either LOGIN…" in pushed.misused(*REMIND, "ann", "--overdue")
    assert "'done' is not one of" in pushed.misused(*REMIND, "--status", "done")
    assert "--mail goes with --dry-run" in pushed.misused(*REMIND, "--mail")
    assert reminded(pushed) == set()


def test_support_may_remind_and_undo_it(pushed: Cli) -> None:
    Path("me.csv").write_text(
        f"login,email,given_name,family_name,role\n{ACCOUNT},hr@example.org,Some,Body,support\n"
    )
    pushed.run("users", "import", "me.csv")
    pushed.run(*REMIND, "ann")
    assert "may not assign" in pushed.refused("pushes", "assign", "Q1 review", "cas")
    assert pushed.out("outbox", "undo") == (
        "Undone in “Q1 review”: reminded users. 3 mails dropped.\n"
    )
    assert reminded(pushed) == {"ann"}
    assert {one["state"] for one in pushed.json("outbox", "list", "--state", "dropped")} == {
        "dropped"
    }
