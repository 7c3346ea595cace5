"""Random commands of an SSH session end with 0, 1 or 2, and run only listed commands (A1, A2)."""

import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from hypothesis import example, given
from hypothesis import strategies as st

from studio_tui.cli.main import program
from studio_tui.cli.ssh.allowed import HOST_ONLY, key_program, split_command
from studio_tui.main import DEPENDENCIES
from tests.cli.test_every_command import leaves
from tests.fuzz.damage import damaged_text, fuzzing

LINES = [shlex.join([*path, "Q1 review", "--json"]) for path in leaves()]
_WORDS = st.one_of(
    st.sampled_from(["--help", "-", "--", "--json", "--file=/etc/passwd", "; id", "$(id)"]),
    st.sampled_from([word for path in leaves() for word in path]),
    st.text(max_size=8),
)
COMMANDS = st.one_of(
    damaged_text(*LINES),
    st.lists(_WORDS, min_size=1, max_size=5).map(" ".join),
    st.text(max_size=60),
)


@pytest.fixture(autouse=True, scope="module")
def _nobody(tmp_path_factory: pytest.TempPathFactory) -> object:
    """Provide no Studio, and check that no command created one."""
    home = tmp_path_factory.mktemp("session")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(home)
        patched.setenv("HOME", str(home))
        patched.setenv("STUDIO_DATABASE_URL", f"sqlite:///{home}/no/studio.db")
        yield
    assert list(home.rglob("*.db")) == []


def ended(sent: str) -> Result | None:
    """Run the command of a session and return its result; None if it is no command."""
    try:
        words = split_command(sent)
    except click.UsageError:
        return None
    return CliRunner().invoke(key_program(program), words, obj=DEPENDENCIES)


@given(COMMANDS)
@example("pushes list '")
@example("\\")
@example("-- --")
@fuzzing(25)
def test_whatever_is_sent_ends_well(sent: str) -> None:
    before = sorted(Path.cwd().iterdir())
    result = ended(sent)
    if result is not None:
        assert result.exit_code in (0, 1, 2), (sent, result.exception, result.output)
        assert isinstance(result.exception, SystemExit | None), (sent, result.exception)
        assert "Traceback" not in result.output
        assert "fault of the program" not in result.output
    assert sorted(Path.cwd().iterdir()) == before


@given(st.sampled_from(sorted(HOST_ONLY)), st.lists(_WORDS, max_size=3))
@fuzzing(20)
def test_what_is_for_the_host_alone_stays_so(path: str, words: list[str]) -> None:
    sent = f"{path} {shlex.join(words)}"
    result = ended(sent)
    assert result is None or result.exit_code in (1, 2), (sent, result.output)
