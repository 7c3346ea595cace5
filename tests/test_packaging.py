"""The files in ``packaging/`` match the program and the documents that show them."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_examples import require_understood

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "packaging"
UNITS = sorted((FOLDER / "systemd").iterdir())
BINARY = "/opt/studio-tui/bin/studio-tui"


def test_the_units_in_the_documents_are_the_files() -> None:
    shown = {
        name: text
        for document in ("mail.md", "import.md")
        for name, text in re.findall(
            r"`/etc/systemd/system/([\w.-]+)`:\n\n```ini\n(.*?)```",
            (ROOT / "docs" / document).read_text(encoding="utf-8"), re.DOTALL,
        )
    }  # fmt: skip
    assert len(shown) == 3
    for name, text in shown.items():
        assert (FOLDER / "systemd" / name).read_text(encoding="utf-8") == text


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_runs_an_existing_command(unit: Path) -> None:
    """A timer needs a service of the same name."""
    text = unit.read_text(encoding="utf-8")
    if unit.suffix == ".timer":
        assert unit.with_suffix(".service").exists()
        assert "WantedBy=timers.target" in text
        return
    [line] = re.findall(rf"^ExecStart=.*?({BINARY}.*?)'?$", text, re.MULTILINE)
    _, *words = shlex.split(line.replace("%%", "%"))
    require_understood(words)


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace(BINARY, sys.executable)
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    if analyze := shutil.which("systemd-analyze"):
        command = [analyze, "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))]
        said = subprocess.run(command, capture_output=True, text=True, check=False).stderr
        assert [line for line in said.splitlines() if "studio-tui" in line] == []


def test_the_container_build_receives_the_files_that_it_needs() -> None:
    """All sources of the wheel, and only files that exist."""
    kept = (FOLDER / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    names = {line.removeprefix("!") for line in kept if line.startswith("!")}
    assert kept[0] == "*"
    assert [name for name in names if not (ROOT / name).exists()] == []
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    taken = set(
        re.findall(
            r'^"([\w./-]+)" = "',
            project.partition("[tool.hatch")[2].partition("[tool.hatch.build.targets.sdist]")[0],
            re.MULTILINE,
        )
    )
    assert taken | {"studio_tui", "README.md", "LICENSE", "pyproject.toml"} <= names
    text = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
    for source in re.findall(r"^COPY (?!--from)(\S+) ", text, re.MULTILINE):
        assert source == "." or source in names
