"""The systemd units and the cron line in `docs/import.md` call commands that exist (U10)."""

import re
import shlex
import shutil
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path

import click

from studio_tui.cli.main import program

TEXT = (Path(__file__).parents[3] / "docs" / "import.md").read_text(encoding="utf-8")
UNITS = dict(re.findall(r"`/etc/systemd/system/([\w.-]+)`:\n\n```ini\n(.*?)```", TEXT, re.DOTALL))
BINARY = "/opt/studio-tui/bin/studio-tui"


def parsed(unit: str) -> RawConfigParser:
    parser = RawConfigParser(strict=True)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(UNITS[unit])
    return parser


def can_be_called(line: str) -> list[str]:
    """Check that the program accepts a command line, and return its words."""
    words = shlex.split(line)
    group = program.get_command(click.Context(program), words[1])
    assert isinstance(group, click.Group)
    command = group.get_command(click.Context(group), words[2])
    assert command is not None
    command.make_context(words[2], words[3:]).close()
    return words


def test_the_units_are_complete() -> None:
    service, timer = parsed("studio-tui-import.service"), parsed("studio-tui-import.timer")
    assert service["Service"]["Type"] == "oneshot"
    started = can_be_called(service["Service"]["ExecStart"].replace("%%", "%"))
    assert started[0] == BINARY
    assert "--unattended" in started
    assert timer["Install"]["WantedBy"] == "timers.target"
    assert timer["Timer"]["OnCalendar"]


def test_the_cron_line_calls_an_existing_command() -> None:
    found = re.search(r"^\d+ \d+ \* \* \S+ +(studio-tui .*?) >> ", TEXT, re.MULTILINE)
    assert found is not None
    assert "--unattended" in can_be_called(found[1])


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    """Checked only on hosts with systemd. The units are the same on every host."""
    for name, text in UNITS.items():
        (tmp_path / name).write_text(text.replace(BINARY, sys.executable), encoding="utf-8")
    if analyze := shutil.which("systemd-analyze"):
        command = [analyze, "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        ours = [line for line in result.stderr.splitlines() if "studio-tui-import" in line]
        assert ours == []
    assert sorted(UNITS) == ["studio-tui-import.service", "studio-tui-import.timer"]
