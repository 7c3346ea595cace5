"""A disk that fails at the nth call of a command, and what a Studio is afterwards.

The library that fails is compiled from ``failing_disk.c`` by the C compiler of this host.
"""

import errno
import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KILL, TORN = -1, -2
"""The process is killed before the call, or after half of what it writes is written."""
FAULTS = {
    "ENOSPC": errno.ENOSPC,
    "EIO": errno.EIO,
    "EACCES": errno.EACCES,
    "killed": KILL,
    "torn": TORN,
}
_SOURCE = Path(__file__).with_name("failing_disk.c")
_BY_CHANCE = re.compile(
    r"""(?<=^INSERT INTO "schema_migration" VALUES).*$|'[0-9a-f]{16}'""", re.MULTILINE
)
"""What two runs write not the same: when migrations were applied, and the name of a copy."""
_OF_SQLITE = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    exit_code: int
    """Negative for the signal that ended it."""
    stdout: str
    stderr: str
    calls: Sequence[str]
    """The calls that changed files, up to the one that failed: which, and on what."""


def compiled(folder: Path) -> Path:
    """The library that fails, made in ``folder``."""
    made = folder / "failing_disk.so"
    command = ["cc", "-O1", "-shared", "-fPIC", "-o", str(made), str(_SOURCE), "-ldl"]
    subprocess.run(command, check=True)
    return made


class BadDisk:
    """Runs commands whose files under ``root`` are on a disk that fails when asked."""

    def __init__(self, server: "subprocess.Popen[str]") -> None:
        self._server = server
        self._folder = str(Path.cwd())

    def run(
        self,
        *arguments: str,
        at: int = 0,
        fault: str = "",
        account: str = "",
        environment: Mapping[str, str] = {},
    ) -> Ended:
        """Run a command; its call number ``at`` meets ``fault``, with 0 none does."""
        job = {
            "arguments": arguments,
            "folder": self._folder,
            "at": at,
            "fault": FAULTS.get(fault, 0),
            "account": account,
            "environment": dict(environment),
        }
        assert self._server.stdin
        assert self._server.stdout
        self._server.stdin.write(json.dumps(job) + "\n")
        self._server.stdin.flush()
        return Ended(**json.loads(self._server.stdout.readline()))


@contextmanager
def bad_disk(library: Path, root: Path) -> Iterator[BadDisk]:
    """Commands in the current folder and environment, whose files under ``root`` may fail."""
    environment = os.environ | {
        "LD_PRELOAD": str(library),
        "FAULT_ROOT": str(root),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": str(root),
    }
    command = [sys.executable, "-m", "tests.cli.faults.commands_on_a_bad_disk"]
    path = {"PYTHONPATH": str(Path(__file__).parents[3])}
    with subprocess.Popen(
        command, text=True, stdin=-1, stdout=-1, env=environment | path
    ) as server:
        yield BadDisk(server)
        assert server.stdin
        server.stdin.close()


class Kept:
    """The folders of a Studio as they are, to be brought back again and again."""

    def __init__(self, root: Path, folder: Path) -> None:
        """Keep what is under ``root`` in ``folder``, which has room for more."""
        self.folder = folder
        self._root, self._kept = root, folder / "kept"
        shutil.copytree(root, self._kept, symlinks=True)

    def bring_back(self) -> None:
        """Let everything be as it was."""
        for place in self._root.iterdir():
            shutil.rmtree(place) if place.is_dir() else place.unlink()
        shutil.copytree(self._kept, self._root, symlinks=True, dirs_exist_ok=True)


def state(root: Path, scratch: Path) -> dict[str, str]:
    """What is there, by path: of a database what its tables hold, of a file its text.

    What SQLite keeps beside a database counts as a part of it, and what the program writes into its
    log does not count.
    """
    found = {}
    for path in sorted(root.rglob("*")):
        if path.name.endswith(_OF_SQLITE) or path.suffix == ".log" or not path.is_file():
            continue
        with path.open("rb") as file:
            is_database = file.read(15) == b"SQLite format 3"
        name = str(path.relative_to(root))
        found[name] = contents(path, scratch) if is_database else path.read_text(errors="replace")
    return found


def contents(path: Path, scratch: Path) -> str:
    """A digest of all rows of a database that is whole, read in a copy: recovering it is left to
    the program. Raises AssertionError where it is not whole."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    for end in ("", "-wal", "-journal"):
        if (part := path.with_name(path.name + end)).exists():
            shutil.copy(part, scratch / f"copy.db{end}")
    with closing(sqlite3.connect(scratch / "copy.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)], path
        assert database.execute("PRAGMA foreign_key_check").fetchall() == [], path
        dump = "\n".join(database.iterdump())
    return hashlib.sha256(_BY_CHANCE.sub("", dump).encode()).hexdigest()


def differences(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """The paths at which two states are not the same."""
    return [
        path for path in sorted(found.keys() | wanted.keys()) if found.get(path) != wanted.get(path)
    ]
