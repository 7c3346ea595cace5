"""``studio-tui today`` (S1): its lines, its JSON, and snoozing."""

import pytest

from tests.cli.conftest import Accounts, Cli

NAMES = ["kind", "count", "push", "user", "text", "since"]


def test_a_new_studio_shows_the_first_steps(cli: Cli) -> None:
    assert cli.json("today") == []
    said = cli.out("today")
    assert "To begin: import users." in said
    assert "mail server" in said


def test_an_empty_list_shows_the_next_step(
    organisation: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIO_SMTP_HOST", "mail.example.org")
    said = organisation.nothing_to_do("today")
    assert said.startswith("Nothing needs you. Next: set up a push. studio-tui pushes create")
    organisation.out("pushes", "create", "Regular", "--push", "Q2;2026-03-01;2026-04-30")
    assert "Next: assign users to a push." in organisation.nothing_to_do("today")
    organisation.out("pushes", "assign", "Q2", "ann")
    organisation.out("pushes", "close", "Q2", "--yes")
    assert organisation.nothing_to_do("today") == "Nothing needs you.\n"


def test_each_line_has_the_keys_of_the_contract(
    pushed: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIO_NOW", "2026-04-02T09:00:00+02:00")
    cases = pushed.json("today")
    assert all(list(case) == NAMES for case in cases)
    kinds = [case["kind"] for case in cases]
    assert kinds == ["relay_down", "no_manager", "overdue", "sending"]
    late = cases[2]
    assert (late["count"], late["push"], late["user"]) == (3, "Q1 review", None)
    assert late["since"] == "2026-04-01T00:00:00+02:00"
    assert "3 overdue" in pushed.out("today")


def test_a_line_is_snoozed_and_woken(pushed: Cli, accounts: Accounts) -> None:
    off = ("today", "--snooze", "no_manager", "--push", "q1 REVIEW")
    assert "put off until it changes" in pushed.out(*off)
    assert "Nothing to put off" in pushed.nothing_to_do(*off)
    kinds = [case["kind"] for case in pushed.json("today")]
    assert kinds == ["sending"]
    assert "put off until it changes" in pushed.out("today", "--all")
    with accounts.of("els") as els:
        assert "no_manager" in {case["kind"] for case in els.json("today")}
    assert "1 line brought back" in pushed.out("today", "--wake", "no_manager")
    assert "does not lie ahead" in pushed.refused(
        "today", "--snooze", "no_manager", "--until", "2026-03-02"
    )
    pushed.out("today", "--snooze", "no_manager", "--until", "tomorrow")
    assert "2026-03-03" in pushed.out("today", "--all")


def test_options_that_exclude_each_other_are_wrong_usage(cli: Cli) -> None:
    assert "--until goes with --snooze" in cli.misused("today", "--until", "mon")
    assert "Either" in cli.misused("today", "--snooze", "ends", "--wake", "ends")
    cli.misused("today", "--snooze", "everything")


def test_a_hidden_push_is_answered_like_an_unknown_one(pushed: Cli, accounts: Accounts) -> None:
    with accounts.of("eve") as eve:
        assert eve.json("today") == []
        named = eve.refused("today", "--push", "Q1 review")
        assert named.replace("Q1 review", "Q9") == eve.refused("today", "--push", "Q9")
    with accounts.of("bob") as bob:
        assert [(c["kind"], c["count"]) for c in bob.json("today")] == [("ends", 2)]


def test_by_manager_counts_over_all_open_pushes(pushed: Cli) -> None:
    one = pushed.json("pushes", "show", "Q1 review", "--by", "manager")
    found = pushed.json("today", "--by", "manager")
    assert found == {**one, "push": None}
    pushed.out("pushes", "create", "Regular", "--push", "Q2;2026-03-01;2026-04-30")
    pushed.out("pushes", "assign", "Q2", "ann")
    both = {each["login"]: each for each in pushed.json("today", "--by", "manager")["groups"]}
    before = {each["login"]: each for each in one["groups"]}
    assert both["bob"]["assigned"] == before["bob"]["assigned"] + 1
    said = pushed.out("today", "--by", "manager")
    assert "in 29 days" in said
    pushed.out("pushes", "close", "Q1 review", "--yes")
    pushed.out("pushes", "close", "Q2", "--yes")
    assert pushed.json("today", "--by", "team") == {"push": None, "by": "team", "groups": []}
    assert "Nobody is in an open push." in pushed.run("today", "--by", "team").stderr


def test_groups_accept_no_other_option(cli: Cli) -> None:
    assert "--by goes with no other" in cli.misused("today", "--by", "team", "--all")
    assert "--by goes with no other" in cli.misused("today", "--by", "team", "--push", "Q1")
    cli.misused("today", "--by", "month")
