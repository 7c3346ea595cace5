"""`studio-tui init`: the answers are written completely and privately, and take effect at once."""

import os
import pty
import stat
import subprocess
import tomllib
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest

from studio_tui.config.settings import config_path
from tests.cli.conftest import ACCOUNT, COMMAND, Cli
from tests.smtp_server import smtp_server


def _written() -> dict[str, Any]:
    return tomllib.loads(config_path().read_text())


def test_options_are_written_and_the_database_is_created(cli: Cli) -> None:
    said = cli.out("init", "--organisation", "Example “NV”\n", "--time-zone", "Europe/Paris")
    assert "No mail server is set" in said
    assert ACCOUNT in said
    assert stat.S_IMODE(config_path().stat().st_mode) == 0o600
    assert _written() == {"organisation": {"name": "Example “NV”", "time_zone": "Europe/Paris"}}
    assert [user["login"] for user in cli.json("users", "list")] == [ACCOUNT]


def test_an_existing_configuration_is_not_changed(cli: Cli) -> None:
    cli.run("init", "--organisation", "First")
    assert "is there already" in cli.refused("init", "--organisation", "Second")
    assert _written()["organisation"]["name"] == "First"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (("--time-zone", "Europe/Nowhere"), "Europe/Nowhere"),
        (
            ("--database", "mysql://hr:secret@db/studio"),
            "“mysql://hr@db/studio” is no database URL",
        ),
        (("--database", "sqlite:studio.db"), "names no file"),
        (("--mail-server", "two words"), "two words"),
        (("--mail-server", "mail.example.org", "--sender", "nobody"), "nobody"),
    ],
)
def test_an_invalid_answer_writes_nothing(cli: Cli, wrong: tuple[str, ...], told: str) -> None:
    assert told in cli.refused("init", *wrong)
    assert not config_path().exists()


def test_the_answers_are_written_even_if_the_database_cannot_be_created(cli: Cli) -> None:
    said = cli.run("init", "--database", "sqlite:////dev/null/studio.db", exit_code=1).stderr
    assert "The database is not made" in said
    assert _written()["database"]["url"] == "sqlite:////dev/null/studio.db"


def test_the_mail_server_is_checked(cli: Cli) -> None:
    with smtp_server() as server:
        place = f"{server.host}:{server.port}"
        asked = ("init", "--mail-server", f"smtp://{place}", "--sender", "HR <hr@example.org>")
        failed = cli.run(*asked, exit_code=1)
    # The server of the tests has no encryption, which the default settings refuse.
    assert "mail cannot leave yet" in failed.stderr
    assert _written()["smtp"]["sender"] == "HR <hr@example.org>"


def test_at_a_terminal_it_prompts_and_repeats_the_prompt_after_an_invalid_answer(cli: Cli) -> None:
    ours, theirs = pty.openpty()
    typed = ("Example NV", "Europe/Nowhere", "Europe/Paris", "", "")
    command = [*COMMAND, "init"]
    with subprocess.Popen(command, stdin=theirs, stdout=PIPE, stderr=PIPE, text=True) as process:
        os.close(theirs)
        os.write(ours, "".join(f"{line}\n" for line in typed).encode())
        printed, asked = process.communicate()
        os.close(ours)
    assert process.returncode == 0, asked
    assert asked.count("Its time zone [Europe/Brussels]:") == 2
    assert "Error: " in asked
    assert "is written" in printed
    assert _written() == {"organisation": {"name": "Example NV", "time_zone": "Europe/Paris"}}
    assert Path(printed.split(" is written")[0].splitlines()[-1]) == config_path()
