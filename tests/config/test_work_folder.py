"""Private folders for incomplete files, next to the remains of killed programs."""

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from studio_tui.config import work_folder as work_folders
from studio_tui.config.work_folder import work_folder

HOLD = """
import sys
from pathlib import Path
from studio_tui.config.work_folder import work_folder
with work_folder(Path(sys.argv[1])) as folder:
    (folder / "part").touch()
    print(folder, flush=True)
    sys.stdin.read()
"""


@contextmanager
def another(parent: Path) -> Iterator[tuple[Path, "subprocess.Popen[str]"]]:
    """Yield the work folder of another process, which runs until the end of the block."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(parent)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield Path(process.stdout.readline().strip()), process
        finally:
            process.kill()


def test_the_folder_of_a_killed_program_is_removed_and_that_of_a_running_one_stays(
    tmp_path: Path,
) -> None:
    place = tmp_path / "place"
    place.mkdir(mode=0o700)
    with another(place) as (folder, process):
        with work_folder(place) as own:
            assert folder != own
            assert (folder / "part").exists()
        assert not own.exists()
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert folder.exists()
        with work_folder(place) as own:
            assert list(place.iterdir()) == [own]


def test_waiting_for_the_lock_has_a_timeout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a shared folder such as /tmp, any account can hold the lock."""
    monkeypatch.setattr(work_folders, "_LOCK_TIMEOUT", 0.05)
    handle = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with work_folder(tmp_path) as folder:
            assert folder.is_dir()
    finally:
        os.close(handle)
