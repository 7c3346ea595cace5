"""A terminal that is closed while output is still buffered."""

import os
import pty
import subprocess
import sys

import pytest

_PROGRAM = """
import sys, time
from studio_tui.config.streams import discard_output
from studio_tui.tui.runtime.terminal import terminal_is_gone
sys.stdout.write("begun, without an end of the line")
while not terminal_is_gone():
    time.sleep(0.01)
if sys.argv[1] == "discard_output":
    discard_output(sys.stdout, sys.stderr)
sys.exit(3)
"""


@pytest.mark.parametrize(("how", "code"), [("discard_output", 3), ("keep", 120)])
def test_the_exit_code_is_that_of_the_program(how: str, code: int) -> None:
    """Python exits with 120 if it cannot flush its output."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, how],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
    )
    os.close(theirs)
    os.close(ours)
    assert process.wait(30) == code
