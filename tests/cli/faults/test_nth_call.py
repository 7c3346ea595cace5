"""A failure at the nth call of a command that writes files: no act is done by half.

A bounded sample of the calls. ``nox -s faults`` tries every call with every fault.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Accounts
from tests.cli.faults.disk import BadDisk, StoredFiles, bad_disk, compiled
from tests.cli.faults.scenarios import Trial, scenarios
from tests.organisation import PEOPLE

# The usual scenarios and how many of their calls are tried. A new database takes the longest.
SAMPLE = {"import": 1, "assign": 1, "backup": 2, "restore": 1, "write": 1, "archive": 2}
MORE = PEOPLE.replace("Alone", "Alonso") + "fay,fay@example.org,Fay,Novak,nl,Sales,,,,\n"


@pytest.fixture
def disk(
    talk: Accounts, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BadDisk]:
    """Runs commands on a failing disk, on a Studio with a push and a planned conversation."""
    Path("more.csv").write_text(MORE, encoding="utf-8")
    talk.cli.run("pushes", "report", "Q1 review", "--output", "kept.md")
    talk.cli.run("db", "backup", "kept.db")
    with bad_disk(compiled(tmp_path_factory.mktemp("failing")), tmp_path) as disk:
        yield disk


@pytest.mark.usefixtures("private_home")
def test_no_failing_call_leaves_an_act_half_done(
    disk: BadDisk,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    pytestconfig: pytest.Config,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = pytestconfig.getoption("--every-call")
    kept = StoredFiles(tmp_path, tmp_path_factory.mktemp("kept"))
    wrong = []
    for name, scenario in scenarios(tmp_path).items():
        if asked not in ("", "all", name) or (not asked and name not in SAMPLE):
            continue
        trial = Trial(disk, scenario, kept, tmp_path)
        for case in trial.every() if asked else trial.sample(SAMPLE[name]):
            trial.check(case)
        wrong += [f"{name}: {each}" for each in trial.tried.wrong]
        if asked:
            with capsys.disabled():
                sys.stdout.write(trial.tried.summary(name) + "\n")
    assert wrong == []
