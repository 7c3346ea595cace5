"""``docs/commands.md``: its commands, options and JSON are those of the program."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest

from studio_tui.cli.main import COMMANDS
from studio_tui.cli.shared.contract import CONTRACT
from studio_tui.cli.shared.session import unsigned_studio
from studio_tui.services.outbox import workers
from tests.cli.conftest import ACCOUNT, Cli
from tests.domain.people.test_ssh_keys import ED25519
from tests.manual import every_command

TEXT = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
YEAR = """\
[[pushes]]
name = "Mid-year"
template = "Regular"
available_from = 2026-06-01
deadline = 2026-06-30
"""
FREE = {"changes", "recognised", "before", "after"}
"""Objects whose keys depend on their content."""


def commands() -> dict[str, click.Command]:
    """Return every command, by the words that call it."""
    return dict(every_command())


def examples() -> list[tuple[str, Any]]:
    """Return each command in the document with its JSON.

    A command without JSON of its own has that of the command before it.
    """
    found: list[tuple[str, Any]] = []
    for section in re.split(r"^### ", TEXT, flags=re.MULTILINE)[1:]:
        command = section.splitlines()[0].removeprefix("`studio-tui ").removesuffix("`")
        block = re.search(r"^```json\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
        found.append((command, json.loads(block[1]) if block else found[-1][1]))
    return found


def synopsis() -> dict[str, set[str]]:
    """Return the options in the document's list of commands, by command."""
    block = TEXT.split("```")[1].replace("\n   ", " ")
    found: dict[str, set[str]] = {}
    for line in filter(None, block.splitlines()):
        words = line.split()[1:]
        if not words or words[0] == "open":
            continue
        has_verbs = isinstance(COMMANDS[words[0]].load(), click.Group) and words[1][0] != "["
        verbs = words[1].split("|") if has_verbs else [""]
        for verb in verbs:
            options = found.setdefault(f"{words[0]} {verb}".strip(), set())
            options.update(re.findall(r"--[a-z-]+", line))
    return found


def test_every_command_and_option_is_listed() -> None:
    assert synopsis() == {
        words: {
            option
            for param in command.params
            for option in (*param.opts, *param.secondary_opts)
            if option.startswith("--")
        }
        for words, command in commands().items()
    }


def test_every_command_and_option_has_a_help_text() -> None:
    for words, command in commands().items():
        assert command.help, words
        for param in command.params:
            assert not isinstance(param, click.Option) or param.help, (words, param.name)


@pytest.mark.parametrize("words", sorted(commands()))
def test_every_command_has_an_example_that_can_be_typed(cli: Cli, words: str) -> None:
    command = commands()[words]
    example = (command.epilog or "").removeprefix("Example: ")
    typed = shlex.split(example.partition(" >")[0])
    named = ["studio-tui", *words.split()]
    assert typed[: len(named)] == named
    command.make_context(words, typed[len(named) :]).close()
    assert " ".join(example.split()) in " ".join(cli.out(*words.split(), "--help").split())


def test_the_version_of_the_contract_is_that_of_the_program(cli: Cli) -> None:
    assert f"a contract, of version **{CONTRACT}**" in TEXT
    assert cli.json("doctor")["contract"] == CONTRACT


def test_every_example_has_the_keys_that_are_printed(
    cli: Cli, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The examples, run in their order, print the JSON that the document shows."""
    with people.open("a", encoding="utf-8") as file:
        file.write("zoe,zoe@example.org,Zoé,Doe,nl,,,nelly,,\n")
        for login in ("uma", "una"):
            file.write(f"{login},{login}@example.org,Uma,Same,nl,,,,,\n")
        file.write("yan,yan@example.org,Yan,Doe,nl,,,Uma Same,,\n")
    Path("regular.toml").write_text(cli.out("templates", "export", "Regular"), encoding="utf-8")
    Path("segments.toml").write_text("name = 'Remote'\nwhere = 'group remote'\n", encoding="utf-8")
    questions = cli.out("questions", "export", "Cooperation")
    Path("cooperation.toml").write_text(questions, encoding="utf-8")
    Path("year.toml").write_text(YEAR, encoding="utf-8")
    for command, shown in examples():
        if command.startswith("ssh list"):
            cli.run("ssh", "add-key", "ann", typed=f"{ED25519} laptop")
        if command == "conversations list --json":
            coach_fay(cli)
        if command == "users review --json":
            change_managers(cli)
        if command == "worker list --json":
            with unsigned_studio() as studio:
                workers.begin(studio, "4f0c9a1be3d25a77")
        if command.startswith("db restore"):
            monkeypatch.setenv("STUDIO_DATABASE_URL", "sqlite:///restored.db")
        arguments = shlex.split(command)
        refuses = arguments[:2] == ["users", "import"] and not takes_refused(arguments)
        printed = cli.run(*arguments, exit_code=1 if refuses else 0)
        assert_alike(shown, json.loads(printed.stdout), command)


def takes_refused(arguments: list[str]) -> bool:
    """Return whether an import succeeds in spite of refused lines."""
    return not {"--skip-refused", "--waiting"}.isdisjoint(arguments)


def coach_fay(cli: Cli) -> None:
    """Let the current account hold two conversations with Fay and finish one of them."""
    head = "login,email,given_name,family_name,coaches"
    Path("fay.csv").write_text(f"{head}\nfay,fay@example.org,Fay,Novak,{ACCOUNT}\n")
    cli.run("users", "import", "fay.csv")
    cli.run("pushes", "assign", "Q1 review", "fay")
    cli.run("conversations", "plan", "Q1 review", "fay", "--at", "2026-03-10T14:00")
    cli.run("conversations", "write", "1", "--question", "1", "--text", "A lot.")
    cli.run("conversations", "finish", "fay", "--template", "Quick")


def change_managers(cli: Cli) -> None:
    """Add a manager for the people of an open push."""
    Path("zac.csv").write_text(
        "login,email,given_name,family_name,leads\nzac,zac@example.org,Zac,Zomers,Sales > Belgium\n"
    )
    cli.run("users", "import", "zac.csv")


def test_the_document_shows_the_json_of_every_command() -> None:
    shown = [command for command, _ in examples()]
    with_json = [
        words
        for words, command in commands().items()
        if any(param.name == "as_json" for param in command.params)
    ]
    missing = [w for w in with_json if not any(e.startswith(f"{w} ") for e in shown)]
    assert missing == []


def assert_alike(shown: Any, printed: Any, at: str) -> None:
    """Compare the keys at all levels, and the types of values where both are given."""
    if shown is None or printed is None:
        return
    assert type(shown) is type(printed), at
    if isinstance(shown, list) and shown:
        assert printed or "[]" in at, f"{at} is empty"
        for item in printed:
            assert_alike(shown[0], item, f"{at}[]")
    if isinstance(shown, dict):
        assert list(shown) == list(printed), at
        for name in shown.keys() - FREE:
            assert_alike(shown[name], printed[name], f"{at}.{name}")
