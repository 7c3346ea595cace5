"""``studio-tui ssh``, and the commands that are open to users who sign in with a key (A1)."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from studio_tui.cli.main import program
from studio_tui.cli.shared.paths import HostPath
from studio_tui.cli.ssh.allowed import HOST_ONLY, is_allowed, key_program
from studio_tui.main import DEPENDENCIES
from tests.cli.conftest import ACCOUNT, Cli
from tests.cli.test_contract import commands
from tests.domain.people.test_ssh_keys import ED25519, RSA_3072

GUIDE = (Path(__file__).parents[3] / "docs" / "ssh.md").read_text(encoding="utf-8")
KEY = re.compile(r'^restrict,pty,command="(.*)" (ssh-\S+ \S+)$')


def test_keys_are_added_listed_and_removed(organisation: Cli) -> None:
    Path("ann.pub").write_text(f"{ED25519} Ann's laptop\n")
    said = organisation.out("ssh", "add-key", "ann", "ann.pub")
    assert said.startswith("Ann Peeters (ann) comes in with the key SHA256:")
    organisation.out("ssh", "add-key", "ben", typed=RSA_3072)
    listed = organisation.json("ssh", "list")
    assert [(key["login"], key["comment"]) for key in listed] == [("ann", "Ann's laptop"), ("ben", "")]  # fmt: skip # noqa: E501
    assert "Ann's laptop" in organisation.out("ssh", "list", "ANN")
    assert "Ben" not in organisation.out("ssh", "list", "ann")
    organisation.out("ssh", "remove-key", listed[0]["fingerprint"], listed[1]["fingerprint"])
    assert organisation.json("ssh", "list") == []
    assert "No keys" in organisation.run("ssh", "list").stderr


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xff\xfe", "not text"),
        (b"x" * 20_000, "larger than"),
        (f'command="sh" {ED25519}'.encode(), "without options"),
    ],
)
def test_a_file_that_is_no_key_is_refused(organisation: Cli, content: bytes, reason: str) -> None:
    Path("ann.pub").write_bytes(content)
    assert reason in organisation.refused("ssh", "add-key", "ann", "ann.pub")
    assert reason in organisation.refused("ssh", "add-key", "ann", "-", typed=content)
    assert "No such file" in organisation.refused("ssh", "add-key", "ann", "nothing.pub")


def test_what_sshd_is_told(organisation: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    organisation.out("ssh", "add-key", "ann", typed=ED25519)
    organisation.out("ssh", "add-key", "ben", typed=RSA_3072)
    first, second = organisation.out("ssh", "keys").splitlines()
    found = KEY.match(first)
    assert found is not None
    assert found[2] == ED25519
    fingerprint = organisation.json("ssh", "list", "ann")[0]["fingerprint"]
    assert shlex.split(found[1])[1:] == ["-I", "-m", "studio_tui", "ssh", "session", fingerprint]
    assert organisation.out("ssh", "keys", ACCOUNT, fingerprint).splitlines() == [first]
    assert organisation.out("ssh", "keys", ACCOUNT).splitlines() == [first, second]
    assert organisation.out("ssh", "keys", "another", fingerprint) == ""
    assert organisation.out("ssh", "keys", ACCOUNT, "SHA256:" + "x" * 43) == ""
    assert "no SHA-256" in organisation.refused("ssh", "keys", ACCOUNT, "' OR 1=1 --")


def test_a_path_with_special_characters_stays_one_word(
    organisation: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation.out("ssh", "add-key", "ann", typed=ED25519)
    odd = Path("a \"b\" $(c) 'd'.toml").absolute()
    odd.write_text("")
    monkeypatch.setenv("STUDIO_CONFIG", str(odd))
    found = KEY.match(organisation.out("ssh", "keys").rstrip("\n"))
    assert found is not None
    # sshd removes the backslashes before quotes, and nothing else.
    assert shlex.split(found[1].replace('\\"', '"'))[-2:] == ["--config", str(odd)]
    worse = Path("a\nssh-rsa AAAA").absolute()
    worse.write_text("")
    monkeypatch.setenv("STUDIO_CONFIG", str(worse))
    assert "on one line" in organisation.refused("ssh", "keys")


def test_a_missing_database_is_not_created(no_studio: Cli) -> None:
    assert "check that its folder exists" in no_studio.refused("ssh", "keys")
    assert "check that its folder exists" in no_studio.refused("ssh", "keys")


def test_every_command_is_declared_open_or_of_the_host() -> None:
    """A new command is refused over SSH until it is in one of the two lists."""
    undecided = [path for path in commands() if is_allowed(path) == (path in HOST_ONLY)]
    assert undecided == []


def test_the_guide_lists_the_open_commands_and_those_of_the_host() -> None:
    table = GUIDE.partition("<!-- open commands -->")[2].partition("<!-- commands of the host -->")
    listed = {
        f"{group} {verb}".strip()
        for group, verbs in re.findall(r"^\| `([a-z-]+)`[^|]* \| (.*)\|$", table[0], re.MULTILINE)
        for verb in re.findall(r"`([a-z][a-z-]*)`", verbs) or [""]
    }
    assert listed == {path for path in commands() if is_allowed(path)}
    paragraph = table[2].strip().partition("\n\n")[0]
    assert set(re.findall(r"`([a-z -]+)`", paragraph)) == HOST_ONLY


def test_commands_that_are_not_open_do_not_exist_over_ssh() -> None:
    open_ = key_program(program)
    for path, command in commands().items():
        group, _, verb = path.partition(" ")
        context = click.Context(open_, obj=DEPENDENCIES)
        found = open_.get_command(context, group)
        if isinstance(found, click.Group):
            found = found.get_command(context, verb)
        assert found is not None
        assert (found.callback is command.callback) == is_allowed(path), path


def every_parameter() -> Iterator[tuple[str, click.Parameter]]:
    """Yield each option and argument of every command, with the path of the command."""
    yield from (("", param) for param in program.params)
    for path, command in commands().items():
        yield from ((path, param) for param in command.params)


def test_every_parameter_that_names_a_file_has_the_type_that_checks_the_host() -> None:
    typed = {(path, param.name) for path, param in every_parameter() if _is_host_path(param)}
    for path, param in every_parameter():
        assert not isinstance(param.type, click.Path | click.File), (path, param.name)
        shown = f"{param.name} {param.metavar or ''} {getattr(param, 'help', None) or ''}"
        is_word = getattr(param, "is_flag", False) or isinstance(param.type, click.Choice)
        if (path, param.name) == ("users import", "encoding"):
            # The encoding of a file, not a path.
            continue
        if not is_word and re.search(r"\b(file|folder|path|directory|font)\b", shown, re.I):
            assert (path, param.name) in typed, (path, param.name)
    assert {
        ("users import", "file"),
        ("templates import", "file"),
        ("questions import", "file"),
        ("pushes assign", "listed"),
        ("ssh add-key", "file"),
        ("conversations export", "output"),
        ("conversations export", "fonts"),
        ("db backup", "file"),
        ("db restore", "file"),
        ("ssh session", "config"),
    } <= typed


def _is_host_path(param: click.Parameter) -> bool:
    return isinstance(param.type, HostPath)


def test_a_dash_is_refused_if_the_command_does_not_write_to_stdout(cli: Cli) -> None:
    assert "“-” is no file here" in cli.misused("db", "backup", "-")
    assert list(Path.cwd().iterdir()) == []
