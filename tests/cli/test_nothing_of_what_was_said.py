"""The content of a conversation is visible only to its two participants (C6, A3).

Every text of a conversation contains a mark. No mark appears in what other users can read, nor in
any report of what the two did: activity, mail, dry runs, errors, logs, file names.
"""

from pathlib import Path

from click.testing import CliRunner

from studio_tui.cli.main import program
from studio_tui.config.log import log_path
from studio_tui.main import DEPENDENCIES
from tests.cli.conftest import ACCOUNT, Accounts, Cli

MARK = "MARKED"
PLACE = "PLACED"
LOOKS = [
    ("conversations", "show", "1"),
    ("conversations", "show", "1", "--json"),
    ("conversations", "show", "Q1 review", "ben"),
    ("conversations", "list"),
    ("conversations", "list", "--json"),
    ("conversations", "list", "--all"),
    ("conversations", "list", "--push", "Q1 review", "--json"),
    ("conversations", "history"),
    ("conversations", "history", "--csv"),
    ("conversations", "history", "--json"),
    ("conversations", "history", MARK.lower()),
    ("conversations", "export", "1"),
    ("conversations", "export", "1", "--output", "talk.md"),
    ("conversations", "usable", "ben"),
    ("conversations", "write", "1", "--question", "1", "--text", "x"),
    ("conversations", "remove-question", "1", "--question", "9"),
    ("activity", "list"),
    ("activity", "list", "--json"),
    ("activity", "list", "--user", "ben"),
    ("activity", "export"),
    ("outbox", "list"),
    ("outbox", "list", "--json"),
    *(("outbox", "show", str(number), "--json") for number in range(1, 21)),
    ("pushes", "list", "--json"),
    ("pushes", "show", "Q1 review"),
    ("pushes", "show", "Q1 review", "--json"),
    ("pushes", "export", "Q1 review"),
    ("pushes", "remind", "Q1 review", "--dry-run", "--mail", "--json"),
    ("pushes", "close", "Q1 review", "--tell", "--dry-run", "--mail", "--json"),
    ("pushes", "assign", "Q1 review", "cas", "--dry-run", "--mail", "--json"),
    ("users", "show", "ben"),
    ("users", "show", "ben", "--json"),
    ("users", "list", "--json"),
    ("users", "export"),
    ("templates", "export", "Regular"),
    ("questions", "export"),
    ("doctor", "--json"),
]
TELLS = [each for each in LOOKS if each[0] in ("activity",)]


def said(*arguments: str) -> str:
    """Run a command and return its stdout and stderr, whether it is refused or not."""
    result = CliRunner().invoke(program, arguments, obj=DEPENDENCIES)
    return result.stdout + result.stderr


def numbers(cli: Cli) -> dict[str, str]:
    """Return the number of each question, by its text; the summary has an empty text."""
    entries = cli.json("conversations", "show", "1")["conversation"]["entries"]
    return {one["question"]: str(one["number"]) for one in entries}


def planted(accounts: Accounts) -> str:
    """Write a mark into every text. Return the output of the commands that were refused."""
    with accounts.of("ben") as ben:
        ben.run("conversations", "write", "1", "--question", "1", "--text", f"{MARK} ben")
        refused = said("conversations", "write", "1", "--question", "2", "--text", f"{MARK} no")
        ben.run("conversations", "submit", "1")
    with accounts.of("bob") as bob:
        add = ("conversations", "add-question", "1", "--topic", f"{MARK} topic")
        bob.run(
            *add, "--question", f"{MARK} question", "--kind", "choice",
            "--option", f"{MARK} yes", "--option", f"{MARK} no",
        )  # fmt: skip
        bob.run(*add, "--question", f"{MARK} taken out")
        refused += said(*add, "--question", f"{MARK} " * 2_000)
        refused += said(*add, "--question", f"{MARK}?", "--kind", "choice", "--option", MARK)
        taken_out = numbers(bob)[f"{MARK} taken out"]
        bob.run("conversations", "remove-question", "1", "--question", taken_out)
        added, summary = numbers(bob)[f"{MARK} question"], numbers(bob)[""]
        bob.run("conversations", "move", "1", "--place", f"{PLACE} here")
        bob.run("conversations", "write", "1", "--question", "1", "--text", f"{MARK} bob")
        bob.run("conversations", "submit", "1")
        bob.run("conversations", "start", "1")
        bob.run("conversations", "write", "1", "--question", "1", "--text", f"{MARK} noted")
        bob.run("conversations", "write", "1", "--question", added, "--text", f"{MARK} yes")
        refused += said(
            "conversations", "write", "1", "--question", added, "--text", f"{MARK} other"
        )
        refused += said("conversations", "write", "1", "--question", "99", "--text", MARK)
        stale = ("conversations", "write", "1", "--question", "1", "--version", "7")
        refused += said(*stale, "--text", MARK)
        bob.run("conversations", "write", "1", "--question", summary, "--text", f"{MARK} summary")
    return refused


def looked(accounts: Accounts, *logins: str) -> dict[tuple[str, tuple[str, ...]], str]:
    """Return the output of every command in `LOOKS`, for each of ``logins``."""
    found = {}
    for login in logins:
        with accounts.of(login):
            for arguments in LOOKS:
                found[login, arguments] = said(*arguments)
    return found


def test_no_other_user_sees_a_mark(talk: Accounts) -> None:
    assert MARK not in planted(talk)
    others = (ACCOUNT, "sam", "dan")
    for state in ("in progress", "done"):
        if state == "done":
            with talk.of("bob") as bob:
                bob.run("conversations", "finish", "1")
        assert marked(looked(talk, *others)) == []
    talk.cli.run("conversations", "reopen", "1")
    coach = "login,email,given_name,family_name,coaches\nben,ben@example.org,Ben,Willems,dan\n"
    talk.cli.run("users", "import", "-", typed=coach)
    with talk.of("dan") as dan:
        dan.run("conversations", "hand-over", "Q1 review", "ben", "dan")
    assert marked(looked(talk, *others, "bob")) == []


def marked(found: dict[tuple[str, tuple[str, ...]], str]) -> list[tuple[str, tuple[str, ...]]]:
    """Return the logins and commands whose output contains a mark."""
    return [where for where, text in found.items() if MARK in text]


def test_the_two_participants_see_every_mark(talk: Accounts) -> None:
    """Proves that the marks are written and can be found."""
    planted(talk)
    for login in ("ben", "bob"):
        with talk.of(login):
            shown = said("conversations", "show", "1")
            for mark in ("ben", "bob", "noted", "yes", "summary", "topic", "question"):
                assert f"{MARK} {mark}" in shown


def test_no_content_is_in_the_activity_a_file_name_or_the_log(talk: Accounts) -> None:
    planted(talk)
    for login in (ACCOUNT, "sam"):
        with talk.of(login):
            for arguments in TELLS:
                text = said(*arguments)
                assert "added question" in text
                assert MARK not in text
                assert PLACE not in text
    names = [path.name for path in (*Path.cwd().rglob("*"), *Path.home().rglob("*"))]
    assert not [name for name in names if MARK in name or PLACE in name]
    log = log_path()
    assert not log.exists() or MARK not in log.read_text(encoding="utf-8", errors="replace")
