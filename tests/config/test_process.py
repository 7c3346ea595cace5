"""The end of the process loses nothing that `sys.exit` would keep."""

import os
import subprocess
import sys

import pytest

_BOTH = pytest.mark.parametrize("end", ["sys.exit", "end_process"])


def _run(program: str, end: str, **options: int) -> "subprocess.CompletedProcess[str]":
    """Run ``program``, then end it with exit code 3 by the function named ``end``."""
    lines = f"import sys\nfrom studio_tui.config.process import end_process\n{program}\n{end}(3)"
    return subprocess.run(
        [sys.executable, "-c", lines],
        stdout=options.get("stdout", subprocess.PIPE),
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
    )


@_BOTH
def test_buffered_output_is_written(end: str) -> None:
    ended = _run("sys.stdout.write('first'); sys.stderr.write('second')", end)
    assert (ended.stdout, ended.stderr, ended.returncode) == ("first", "second", 3)


@_BOTH
def test_exit_handlers_are_called(end: str) -> None:
    ended = _run("import atexit\natexit.register(print, 'called')", end)
    assert (ended.stdout, ended.returncode) == ("called\n", 3)


@_BOTH
def test_threads_end_first(end: str) -> None:
    thread = "Thread(target=lambda: (main_thread().join(), print('done'))).start()"
    ended = _run(f"from threading import Thread, main_thread\n{thread}", end)
    assert (ended.stdout, ended.returncode) == ("done\n", 3)


@_BOTH
def test_output_that_cannot_be_written_is_reported(end: str) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        ended = _run("sys.stdout.write('lost')", end, stdout=write)
    finally:
        os.close(write)
    assert "BrokenPipeError" in ended.stderr
    assert ended.returncode == 120
