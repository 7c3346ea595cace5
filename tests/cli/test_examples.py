"""The examples in the documents: every block is run, or parsed by its reader."""

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from configparser import RawConfigParser
from contextlib import suppress
from pathlib import Path
from textwrap import dedent

import click
import pytest

from studio_tui.cli.main import program
from studio_tui.config.settings import Settings, load
from studio_tui.main import DEPENDENCIES
from studio_tui.services.audiences.parsing import parse
from tests.cli.conftest import Accounts, Cli
from tests.smtp_server import smtp_server

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "data/wording/README.md"]
)
README = (ROOT / "README.md").read_text(encoding="utf-8")
# Blocks that are read by other programs.
OTHERS = {"powershell", "python", "sql", ""}
_BLOCK = re.compile(r"^( *)```([a-z]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def blocks(document: Path) -> Iterator[tuple[str, str]]:
    """Yield the language and the text of every block."""
    for _, language, text in _BLOCK.findall(document.read_text(encoding="utf-8")):
        yield language, dedent(text)


def called(text: str) -> Iterator[list[str]]:
    """Yield the arguments of every call of the program in lines of shell."""
    for line in re.sub(r"\$\([^)]*\)", "X", text.replace("\\\n", " ")).splitlines():
        words = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
        words.whitespace_split, words.commenters = True, "#"
        command: list[str] = []
        for word in (*words, ";"):
            if set(word) <= set("|&;<>"):
                # Words before the name of the program are variables.
                if command and command[0].rpartition("/")[2] == "studio-tui":
                    yield command[1:]
                command = []
            elif command or not re.match(r"[A-Z_]+=", word):
                command.append(word)


def require_understood(arguments: list[str]) -> None:
    """Fail if the program would report wrong usage."""
    context = program.make_context("studio-tui", [*arguments], obj=DEPENDENCIES)
    command, words = context.command, arguments
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        _, found, words = command.resolve_command(context, words)
        assert found is not None
        command = found
    command.make_context("studio-tui", [*words], parent=context, obj=DEPENDENCIES).close()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_block_is_accepted_by_its_reader(document: Path, tmp_path: Path, cli: Cli) -> None:
    for language, text in blocks(document):
        match language:
            case "sh":
                for arguments in called(text):
                    require_understood(arguments)
            case "toml":
                sections = tomllib.loads(text).keys()
                if sections <= set(Settings.__struct_fields__):
                    path = tmp_path / "config.toml"
                    path.write_text(text, encoding="utf-8")
                    load({"STUDIO_CONFIG": str(path)})
                else:
                    assert sections <= {"segments", "pushes", "repeats"}
            case "json":
                json.loads(text)
            case "ini":
                # systemd accepts a repeated key; a drop-in file may begin within a section.
                whole = text if text.startswith("[") else f"[part]\n{text}"
                RawConfigParser(strict=False).read_string(whole)
            case "audience":
                assert all(parse(line) for line in text.splitlines())
            case _:
                assert language in OTHERS


def test_commands_in_sentences_are_accepted() -> None:
    """Commands in the text of a document that contain no placeholder."""
    found = 0
    for document in DOCUMENTS:
        for text in re.findall(r"`(studio-tui [^`\n]*)`", document.read_text(encoding="utf-8")):
            if not re.search(r"[A-Z]{2}|[…|[]", text):
                for arguments in called(text):
                    # A sentence may name a command without its arguments, or with --help.
                    with suppress(click.MissingParameter, click.exceptions.Exit):
                        require_understood(arguments)
                    found += 1
    assert found > 30


def test_the_calendar_is_read_from_its_example(organisation: Cli) -> None:
    [text] = [text for language, text in blocks(ROOT / "docs/calendar.md") if language == "toml"]
    Path("year.toml").write_text(text, encoding="utf-8")
    organisation.run("apply", "year.toml")
    assert "First year" in organisation.out("pushes", "list")


def test_the_commands_of_the_readme_succeed(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both lists of commands, one after the other, in a small organisation."""
    admin, leader, *_ = (
        [*called(text)] for text in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)[1:]
    )
    cli = accounts.cli
    cli.run("pushes", "edit", "Q1 review", "--name", "Q4 review", "--no-tell")
    with smtp_server() as server:
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
        for arguments in admin:
            cli.run(*arguments)
    assert [push["name"] for push in cli.json("pushes", "list")] == ["Q1 review", "Q4 review"]
    cli.run("pushes", "assign", "Q1 review", "ann", "--yes")
    with accounts.of("bob") as bob:
        for arguments in leader:
            typed = "It went well." if "-" in arguments else ""
            # A PDF takes long to make and has tests of its own.
            bob.run(*(word.replace("ann.pdf", "ann.md") for word in arguments), typed=typed)
    assert "It went well." in Path("ann.md").read_text(encoding="utf-8")
