"""Misspelt commands and options, days in the usual notations, and the numbers of questions."""

import pytest

from tests.cli.conftest import Cli, create


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("push list", "pushes list"),
        ("pushes lst", "pushes list"),
        ("list pushes", "pushes list"),
        ("user import people.csv", "users import"),
        ("conversation show 3", "conversations show"),
        ("outbox ls", "outbox list"),
        ("pushes add", "pushes create"),
        ("db migrat", "db migrate"),
        ("mails", "mail"),
    ],
)
def test_an_unknown_command_suggests_the_nearest_one(cli: Cli, typed: str, meant: str) -> None:
    assert f"Did you mean “{meant}”?" in cli.misused(*typed.split())


def test_an_unknown_option_or_value_suggests_the_nearest_one(cli: Cli) -> None:
    assert "Did you mean '--state'?" in cli.misused("pushes", "list", "--stat", "open")
    assert "Did you mean “open”?" in cli.misused("pushes", "list", "--state", "opn")
    assert "Did you mean" not in cli.misused("xyzzy")


@pytest.mark.parametrize(
    ("first", "deadline", "days"),
    [
        ("today", "+2w", ("2026-03-02", "2026-03-16")),
        ("fri", "18 dec", ("2026-03-06", "2026-12-18")),
        ("16/3/2026", "in 3 weeks", ("2026-03-16", "2026-03-23")),
    ],
)
def test_a_day_is_accepted_as_on_the_screens(
    organisation: Cli, first: str, deadline: str, days: tuple[str, str]
) -> None:
    organisation.run(*create("Q1", first, deadline))
    push = organisation.json("pushes", "show", "Q1")
    assert (push["available_from"], push["deadline"]) == days
    organisation.run("pushes", "edit", "Q1", "--deadline", "2027-01-04")
    organisation.run("pushes", "create", "Regular", "--push", f"Q2;{first};{deadline}")
    second = organisation.json("pushes", "show", "Q2")
    assert (second["available_from"], second["deadline"]) == days


def test_a_time_is_accepted_as_on_the_screens(pushed: Cli) -> None:
    pushed.run("conversations", "plan", "Q1 review", "ann", "--at", "fri 14h30", "--by", "bob")
    users = {user["login"]: user for user in pushed.json("pushes", "show", "Q1 review")["users"]}
    ann = users["ann"]
    assert ann["status_at"] == "2026-03-06T14:30:00+01:00"
    assert (ann["planned_on"], ann["held_on"]) == ("2026-03-06", None)
    assert ann["conductor"] == "Bob Smith"
    assert isinstance(ann["conversation"], int)
    assert (ann["reminders"], ann["reminded_at"], ann["mail_failed"]) == (0, None, False)
    # For an event in the past, a weekday means the last one.
    pushed.run("conversations", "finish", "Q1 review", "ben", "--at", "sun 9h", "--by", "bob")
    users = {user["login"]: user for user in pushed.json("pushes", "show", "Q1 review")["users"]}
    assert users["ben"]["held_on"] == "2026-03-01"


def test_the_states_waiting_and_held_are_shown_in_words(pushed: Cli) -> None:
    assert "waiting" in pushed.out("outbox", "list")
    assert {one["state"] for one in pushed.json("outbox", "list")} == {"held"}
    pushed.run("conversations", "finish", "Q1 review", "ben", "--at", "sun 9h", "--by", "bob")
    assert " held " in pushed.out("pushes", "show", "Q1 review")
    assert " done " not in pushed.out("pushes", "show", "Q1 review")
