"""``users``: list, show, export."""

from pathlib import Path

import pytest

from studio_tui.domain.people import hr_file
from tests.cli.conftest import ACCOUNT, Cli


def test_the_list_and_a_search(organisation: Cli) -> None:
    lines = organisation.out("users", "list").splitlines()
    assert lines[0].split() == ["Login", "Name", "E-mail", "Teams", "Managers"]
    assert len(lines) == 12
    assert "no manager" in next(line for line in lines if line.startswith("eve"))
    found = organisation.json("users", "list", "ann", "peeters")
    assert [user["login"] for user in found] == ["ann"]


def test_users_who_left_are_listed_on_request(organisation: Cli) -> None:
    Path("left.csv").write_text(
        "login,email,given_name,family_name,active\neve,eve@example.org,Eve,Alone,no\n"
    )
    organisation.run("users", "import", "left.csv")
    assert organisation.json("users", "list", "eve") == []
    assert organisation.json("users", "list", "eve", "--left")[0]["active"] is False
    assert organisation.out("users", "list", "eve", "--left").rstrip().endswith("left")


def test_an_empty_list_prints_a_message(cli: Cli) -> None:
    cli.run("users", "list")
    assert cli.run("users", "list", "nobody").stderr == "Nobody matches.\n"


def test_one_user_with_pushes_and_mail(pushed: Cli) -> None:
    said = pushed.out("users", "show", "ANN@example.org")
    assert "Cor Coach (coach), Bob Smith (leads Belgium)" in said
    assert "Q1 review  not planned" in said
    assert "assigned  Q1 review  waiting" in said
    shown = pushed.json("users", "show", "ann")
    assert shown["pushes"][0]["push"] == "Q1 review"
    assert shown["notifications"][0]["to"] == "ann@example.org"


def test_a_near_miss_is_offered(organisation: Cli) -> None:
    assert organisation.refused("users", "show", "bobb") == (
        "studio-tui: There is no user “bobb”. Did you mean “bob”?\n"
    )


def test_an_export_can_be_imported(organisation: Cli) -> None:
    text = organisation.out("users", "export", "example.org", "--left")
    exported = hr_file.read(text.encode())
    assert exported.refusals == ()
    assert {record.login for record in exported.records} >= {"ann", "bob", "cas"}
    Path("again.csv").write_text(text, encoding="utf-8")
    assert "nobody added or changed" in organisation.out("users", "import", "again.csv")


def test_the_first_export_can_be_imported(cli: Cli) -> None:
    text = cli.out("users", "export")
    Path("again.csv").write_text(text, encoding="utf-8")
    assert "nobody added or changed; 1 unchanged" in cli.out("users", "import", "again.csv")


@pytest.mark.parametrize("command", [["list"], ["export"], ["show", "ann"]])
def test_a_user_without_a_role_may_not_list_users(organisation: Cli, command: list[str]) -> None:
    Path("me.csv").write_text(
        f"login,email,given_name,family_name,role\n{ACCOUNT},hr@example.org,Some,Body,user\n"
    )
    organisation.run("users", "import", "me.csv")
    said = organisation.refused("users", *command)
    assert said == f"studio-tui: {ACCOUNT} (user) may not see the users.\n"


def test_an_account_that_is_no_user_is_refused(
    organisation: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("me.csv").write_text(
        f"login,email,given_name,family_name,active\n{ACCOUNT},hr@example.org,Some,Body,no\n"
    )
    organisation.run("users", "import", "me.csv")
    monkeypatch.setenv("LOGNAME", "els")
    monkeypatch.setenv("USER", "els")
    said = organisation.refused("users", "list")
    assert f"The account {ACCOUNT} belongs to no active user" in said


def test_an_address_is_corrected(organisation: Cli) -> None:
    """U8, S3."""
    said = organisation.out("users", "edit", "ann", "--email", "anna@example.org")
    assert said == "Ann Peeters: ann@example.org becomes anna@example.org.\n"
    assert organisation.json("users", "show", "ann")["email"] == "anna@example.org"
    same = ("users", "edit", "ann", "--email", "anna@example.org")
    assert "already" in organisation.nothing_to_do(*same)
    assert "Bob Smith" in organisation.refused("users", "edit", "ann", "--email", "bob@example.org")
