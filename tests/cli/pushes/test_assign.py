"""``pushes assign`` and ``unassign`` (P3, P6, P11, P12)."""

import os
import re
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from studio_tui.storage.engine import sqlite
from tests.cli.conftest import Cli, create


def logins(cli: Cli, push: str) -> list[str]:
    """Return the logins of the people in a push."""
    return sorted(user["login"] for user in cli.json("pushes", "show", push)["users"])


def test_the_result_and_the_time_of_mail_are_reported(organisation: Cli) -> None:
    organisation.run(*create("Q1 review"))
    said = organisation.out("pushes", "assign", "q1 REVIEW", "ann", "BEN@example.org")
    assert said.startswith(
        "2 users assigned to “Q1 review”, 2 managers told; "
        "mail leaves at 10:02 (Europe/Brussels).\n"
    )
    assert "No mail server is set up" in said
    assert logins(organisation, "Q1 review") == ["ann", "ben"]


def test_a_push_that_starts_later_sends_mail_on_its_first_morning(organisation: Cli) -> None:
    organisation.run(*create("Spring", "2026-04-01", "2026-04-30"))
    said = organisation.out("pushes", "assign", "Spring", "ann")
    assert "mail leaves on 2026-04-01 at 08:00 (Europe/Brussels)" in said


def test_the_people_of_an_earlier_push_with_additions_and_exceptions(pushed: Cli) -> None:
    """(users of OLD ∪ {cas, dan}) \\ {ben}, however often a user is named."""
    pushed.run(*create("Q2"))
    pushed.run(
        "pushes", "assign", "Q2", "cas", "dan", "ann", "--from-push", "Q1 review",
        "--except", "ben",
    )  # fmt: skip
    assert logins(pushed, "Q2") == ["ann", "cas", "dan", "eve"]


def test_a_user_who_is_named_and_excepted_is_not_assigned(pushed: Cli) -> None:
    pushed.run(*create("Q2"))
    pushed.run("pushes", "assign", "Q2", "ben", "cas", "--except", "Ben@example.org")
    assert logins(pushed, "Q2") == ["cas"]


def test_the_people_of_several_earlier_pushes(pushed: Cli) -> None:
    pushed.run(*create("Q2"))
    pushed.run("pushes", "assign", "Q2", "cas", "ann")
    pushed.run(*create("Q3"))
    earlier = ("--from-push", "Q1 review", "--from-push", "Q2")
    pushed.run("pushes", "assign", "Q3", *earlier, "--except", "ann")
    assert logins(pushed, "Q3") == ["ben", "cas", "eve"]


def test_the_same_list_twice_assigns_nobody_twice(pushed: Cli) -> None:
    before = pushed.json("outbox", "list")
    said = pushed.nothing_to_do("pushes", "assign", "Q1 review", "--from-push", "Q1 review")
    assert "Nobody to assign" in said
    assert pushed.json("outbox", "list") == before


def test_a_list_from_the_input_or_a_file(organisation: Cli) -> None:
    organisation.run(*create("Q1"))
    names = "\ufeffann\r\n\r\n  ben@example.org \n"
    organisation.run("pushes", "assign", "Q1", "--file", "-", typed=names.encode())
    Path("list.txt").write_text("cas\n")
    organisation.run("pushes", "assign", "Q1", "dan", "--file", "list.txt")
    assert logins(organisation, "Q1") == ["ann", "ben", "cas", "dan"]


def test_a_list_in_the_notations_of_mail_programs_and_spreadsheets(organisation: Cli) -> None:
    organisation.run(*create("Q1"))
    listed = 'Ann Peeters <ann@example.org>; "Smets, Ben" <ben@example.org>'
    organisation.run("pushes", "assign", "Q1", "--file", "-", typed=listed)
    Path("list.csv").write_text("Name,email\nCas,mailto:cas@example.org\nDan,dan@example.org\n")
    organisation.run("pushes", "assign", "Q1", "--file", "list.csv")
    organisation.run("pushes", "assign", "Q1", "Eve Alone (eve@example.org)")
    assert logins(organisation, "Q1") == ["ann", "ben", "cas", "dan", "eve"]


def test_a_list_that_is_not_text_is_refused(organisation: Cli) -> None:
    organisation.run(*create("Q1"))
    said = organisation.refused("pushes", "assign", "Q1", "--file", "-", typed=b"ann\n\xff\n")
    assert "not UTF-8 text, from line 2 on" in said


def test_unknown_people_are_all_named_and_nobody_is_assigned(organisation: Cli) -> None:
    organisation.run(*create("Q1"))
    said = organisation.refused("pushes", "assign", "Q1", "ann", "nobody", "nessuno")
    assert "nobody, nessuno" in said
    assert "Did you mean “cas”?" in organisation.refused("pushes", "assign", "Q1", "cass")
    assert logins(organisation, "Q1") == []


def test_a_dry_run_changes_nothing(pushed: Cli) -> None:
    pushed.run(*create("Q2"))
    before = pushed.json("outbox", "list")
    dry = ("pushes", "assign", "Q2", "--from-push", "Q1 review", "cas", "--dry-run")
    said = pushed.out(*dry)
    assert "4 users would be assigned to “Q2” and 3 managers told" in said
    assert "1 user would have no manager" in said
    assert "eve" in said
    told = pushed.json(*dry)
    assert {name: told[name] for name in list(told)[:7]} == {
        "push": "Q2",
        "adding": 4,
        "already": 0,
        "left": 0,
        "without_manager": [{"login": "eve", "name": "Eve Alone"}],
        "managers": 3,
        "leaves_at": "2026-03-02T10:02:00+01:00",
    }
    assert pushed.json("outbox", "list") == before
    assert logins(pushed, "Q2") == []


def test_a_dry_run_shows_who_gets_which_mail_and_why(pushed: Cli) -> None:
    dry = ("pushes", "assign", "Q1 review", "ann", "cas", "--dry-run")
    told = pushed.json(*dry)
    assert [
        (one["to"], one["capacity"], [(a["login"], a["reason"]) for a in one["about"]])
        for one in told["notifications"]
    ] == [
        ("cas@example.org", "user", [("cas", None)]),
        ("bea@example.org", "manager", [("cas", "leads France")]),
        ("bob@example.org", "manager", [("cas", "leads Belgium")]),
    ]
    assert told["skipped"] == [{"login": "ann", "name": "Ann Peeters", "why": "is in it already"}]
    mails = {(mail["capacity"], mail["language"]): mail for mail in told["mails"]}
    assert set(mails) == {("user", "fr"), ("manager", "fr"), ("manager", "en")}
    assert "Cas Dubois" in mails["manager", "en"]["plain"]
    said = pushed.out(*dry)
    assert re.search(r"bea@example.org +assigned +manager +cas \(leads France\)", said)
    assert re.search(r"ann +Ann Peeters +is in it already", said)
    assert not any(mail["plain"] in said for mail in told["mails"])
    said = pushed.out(*dry, "--mail")
    assert all(mail["plain"] in said for mail in told["mails"])
    assert said.endswith("Nothing was changed.\n")


def test_a_dry_run_without_mail(pushed: Cli) -> None:
    dry = ("pushes", "assign", "Q1 review", "ann", "--dry-run")
    assert (pushed.json(*dry)["adding"], pushed.json(*dry)["notifications"]) == (0, [])
    assert "is in it already" in pushed.out(*dry)
    assert "--mail goes with --dry-run" in pushed.misused(*dry[:-1], "--mail")


def test_users_without_a_manager_are_reported(organisation: Cli) -> None:
    organisation.run(*create("Q1"))
    said = organisation.out("pushes", "assign", "Q1", "eve", "ann")
    assert "1 user of it has no manager to talk with: studio-tui pushes show Q1" in said


def test_the_result_as_json(organisation: Cli) -> None:
    organisation.run(*create("Q1"))
    assert organisation.json("pushes", "assign", "Q1", "ann", "eve") == {
        "push": "Q1",
        "added": 2,
        "users_told": 2,
        "managers_told": 2,
        "leaves_at": "2026-03-02T10:02:00+01:00",
    }


@pytest.mark.parametrize("arguments", [(), ("--except", "ann")])
def test_assigning_without_names_is_wrong_usage(
    organisation: Cli, arguments: tuple[str, ...]
) -> None:
    organisation.run(*create("Q1"))
    assert "Say who" in organisation.misused("pushes", "assign", "Q1", *arguments)


def test_unassigning_can_be_undone_by_assigning_again(pushed: Cli) -> None:
    assert pushed.out("pushes", "unassign", "Q1 review", "ann", "eve").startswith(
        "2 users taken out of “Q1 review”."
    )
    assert logins(pushed, "Q1 review") == ["ben"]
    assert "Nobody to unassign" in pushed.out("pushes", "unassign", "Q1 review", "ann")
    pushed.run("pushes", "assign", "Q1 review", "ann")
    assert logins(pushed, "Q1 review") == ["ann", "ben"]


def test_an_unexpected_number_of_users_is_refused(organisation: Cli) -> None:
    """Nobody is assigned or notified if the number differs from ``--expect``."""
    organisation.run(*create("Q1 review"))
    assigning = ("pushes", "assign", "Q1 review", "ann", "ben")
    said = organisation.refused(*assigning, "--expect", "3")
    assert "they would be 2, and 3 were expected" in said
    assert organisation.json("outbox", "list") == []
    assert organisation.json(*assigning, "--expect", "2")["added"] == 2


def test_ctrl_c_changes_nothing(pushed: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Interrupts while the command waits for another writer.

    A running statement uses the same `CancelToken`.
    """
    pushed.run(*create("Q2"))
    file = next(Path.home().rglob("studio.db"))
    # SIGINT may be ignored in a background process.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr(sqlite, "sleep", lambda _: os.kill(os.getpid(), signal.SIGINT))
        try:
            said = pushed.run("pushes", "assign", "Q2", "ann", exit_code=130).stderr
        finally:
            signal.signal(signal.SIGINT, before)
    assert said == "studio-tui: Stopped. Nothing was changed.\n"
    assert logins(pushed, "Q2") == []


def test_a_push_is_checked_for_problems(pushed: Cli) -> None:
    """P19: with the keys of the contract. A problem found does not prevent the push."""
    assert pushed.json("pushes", "check", "Q1 review") == [
        {"kind": "no_manager", "count": 1, "users": ["eve"]}
    ]
    assert pushed.out("pushes", "check", "Q1 review") == "1 has no manager: eve\n"
    pushed.run(*create("Q2"))
    assert "Nothing to warn of" in pushed.out("pushes", "check", "Q2")
    assert "1 is in another open push of this template: ann" in pushed.out(
        "pushes", "check", "Q2", "ann"
    )
