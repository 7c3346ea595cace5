"""``--where`` and the errors about a wrong filter (P13)."""

from typing import Any

import pytest

from tests.cli.conftest import Cli

HIRED = """\
login,email,given_name,family_name,teams,hired_on
ann,ann@example.org,Ann,Peeters,Company > Sales > Belgium,2017-01-01
ben,ben@example.org,Ben,Willems,Company > Sales,2016-05-05
cas,cas@example.org,Cas,Dubois,Company > Sales,2019-05-05
dan,dan@example.org,Dan,Dewit,Company > IT,2015-05-05
"""


@pytest.fixture
def pushes(cli: Cli) -> Cli:
    """A Studio with two pushes; Ben is in the first."""
    cli.run("users", "import", "-", typed=HIRED)
    for name in ("A", "B"):
        cli.run(
            "pushes", "create", "Regular", "--name", name, "--from", "today", "--deadline", "+4w"
        )  # fmt: skip
    cli.run("pushes", "assign", "A", "ben")
    return cli


def test_an_audience_is_listed_assigned_and_explained(pushes: Cli) -> None:
    where = 'team under "Company > Sales" and hired before 2018-01-01 and not in push "A"'
    assert [user["login"] for user in pushes.json("users", "list", "--where", where)] == ["ann"]
    assert "ann,ann@example.org" in pushes.out("users", "export", "--where", where)
    assert "Nobody matches." in pushes.run("users", "list", "ben", "--where", where).stderr
    tried = pushes.json("pushes", "assign", "B", "--where", where, "--dry-run")
    assert tried["adding"] == 1
    pushes.run("pushes", "assign", "B", "dan", "--where", where, "--except", "dan")
    assert [row["login"] for row in pushes.json("pushes", "show", "B")["users"]] == ["ann"]
    why = pushes.json("users", "why", "ben", "--where", where)
    assert why["matches"] is False
    assert why["tree"]["op"] == "and"
    under, hired, outside = why["tree"]["parts"]
    assert under["condition"] == 'team under "Company > Sales"'
    assert (hired["holds"], hired["found"], hired["parts"]) == (True, "hired 2016-05-05", [])
    assert (outside["op"], outside["holds"], outside["found"]) == ("not", False, None)
    assert outside["parts"][0]["found"] == "in “A”: not planned, no manager"
    told = pushes.out("users", "why", "ben", "--where", where).splitlines()
    assert told[0].startswith("Ben Willems is not in: team under")
    assert told[2] == '  yes team under "Company > Sales"  (team Company > Sales)'


def test_users_who_have_left_are_listed_only_if_the_filter_names_them(pushes: Cli) -> None:
    pushes.run("users", "leave", "cas")
    assert (
        pushes.json("users", "list", "--where", "team under Company and left")[0]["login"] == "cas"
    )


WRONG = [
    ("team under Company and hird before 2018-01-01", 24, "hird", "hired before"),
    ("team “Sale”", 6, "“Sale”", "Sales"),
    ('in push "A" donee', 13, "donee", "done"),
    ("(team Company", 14, "", "close the bracket"),
    ("group x\ny", 9, "y", "go on with “and” or “or”"),
    ("", 1, "", "is empty"),
    ("x" * 20_000, 10_001, "x", "10,000"),
]


def test_a_wrong_filter_is_wrong_usage(pushes: Cli) -> None:
    """Exit code 2, with the wrong word, its position, a suggestion, and a mark below the word."""
    commands = (("users", "list"), ("pushes", "assign", "B"), ("users", "why", "ann"))
    for number, (where, column, word, meant) in enumerate(WRONG):
        command = commands[number % len(commands)]
        said = pushes.run(*command, "--where", where, exit_code=2).stderr
        assert f"at character {column}:" in said
        assert meant in said
        line, marks = said.splitlines()[-2:]
        if word:
            assert line[marks.index("^") :].startswith(word)


def logins(rows: list[dict[str, Any]], key: str = "login") -> list[str]:
    return sorted({row[key] for row in rows})


def test_every_list_accepts_a_filter(pushes: Cli) -> None:
    pushes.run("pushes", "assign", "A", "ann", "dan")
    sales = ("--where", "team under Sales")
    assert logins(pushes.json("pushes", "show", "A", *sales)["users"]) == ["ann", "ben"]
    exported = pushes.out("pushes", "export", "A", *sales).splitlines()[1:]
    assert [row.split(",")[0] for row in exported] == ["ben", "ann"][::-1]
    assert logins(pushes.json("conversations", "list", "--push", "A", *sales)) == ["ann", "ben"]
    assert logins(pushes.json("conversations", "list", "--all", *sales)) == ["ann", "ben"]
    assert pushes.json("conversations", "list", *sales) == []
    assert logins(pushes.json("outbox", "list", *sales), "recipient") == ["ann", "ben"]
    assert pushes.json("users", "review", *sales) == []
    about = pushes.json("activity", "list", "--action", "assigned", *sales)
    assert len(about) == 2
    about = pushes.json("activity", "list", "--action", "assigned", "--where", "login dan")
    assert len(about) == 1
    assert "assigned" in pushes.out("activity", "export", "--where", "login dan")
    for wrong in (("pushes", "show", "A", "--by", "team"), ("pushes", "unassign", "A", "ann")):
        pushes.run(*wrong, *sales, exit_code=2)


def test_every_act_accepts_a_filter(pushes: Cli) -> None:
    """The filter narrows the other options, and is refused together with named users."""
    pushes.run("pushes", "assign", "A", "ann", "dan")
    sales = ("--where", "team under Sales")
    excused = pushes.json("pushes", "excuse", "A", "--reason", "leave", "--where", "login ann")
    assert excused["changed"] == 1
    longer = pushes.json("pushes", "deadline", "A", "--to", "+8w", *sales)
    assert longer["changed"] == 1
    reminded = pushes.json(
        "pushes", "remind", "A", "--status", "not_planned", *sales, "--again", "--dry-run"
    )  # fmt: skip
    assert reminded["reminding"] == 1
    assert "1 mail dropped" in pushes.out("outbox", "drop", "--where", "login dan")
    assert "Nothing to retry" in pushes.out("outbox", "retry", "--where", "login dan")
    assert "2 users taken out" in pushes.out("pushes", "unassign", "A", *sales)
    assert logins(pushes.json("pushes", "show", "A")["users"]) == ["dan"]
    for both in (
        ("pushes", "remind", "A"),
        ("pushes", "excuse", "A", "--back"),
        ("outbox", "drop"),
    ):
        said = pushes.run(*both, "1", *sales, exit_code=2).stderr
        assert "--where" in said


def test_a_segment_is_saved_used_exported_and_imported(pushes: Cli) -> None:
    saved = ("segments", "save", "Old hands", "--where", 'hired before 2018-01-01 or group "x"')
    assert "there is no group" in pushes.run(*saved, exit_code=2).stderr
    saved = ("segments", "save", "Old hands", "--where", "hired before 2018-01-01")
    assert "would be added" in pushes.out(*saved, "--dry-run")
    pushes.run(*saved)
    assert pushes.nothing_to_do(*saved) == "The segment “Old hands” is so already.\n"
    where = 'segment "old hands" and team under Sales'
    assert logins(pushes.json("users", "list", "--where", where)) == ["ann", "ben"]
    pushes.run("segments", "save", "B", "--where", where)
    said = pushes.run(
        "segments", "save", "Old hands", "--where", "left or segment B", exit_code=2
    ).stderr
    assert "a segment cannot name itself: “Old hands” → “B” → “Old hands”" in said
    change = ("segments", "save", "Old hands", "--where", "hired before 2017-01-01")
    told = pushes.out(*change, "--dry-run")
    assert "segment “B”: 0 people would come, 1 would match no longer." in told
    assert pushes.json("segments", "show", "Old hands")["count"] == 3
    assert "is used by segment “B”" in pushes.refused("segments", "delete", "Old hands")
    text = pushes.out("segments", "export")
    pushes.run("segments", "delete", "B")
    assert "1 segment changed" in pushes.out("segments", "import", "-", typed=text)
