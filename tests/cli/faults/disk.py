"""A disk that fails at the nth call of a command, and digests of the resulting files.

The failing library is compiled from ``failing_disk.c`` by the C compiler of this host.
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
"""Kill the process before the call, or after half of its data is written."""
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
"""Contents that differ between two runs: times of migrations, and the random id of a copy."""
_OF_SQLITE = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class CommandResult:
    """The result of a command."""

    exit_code: int
    """Negative if a signal ended the command."""
    stdout: str
    stderr: str
    calls: Sequence[str]
    """The calls that changed files, up to the failed one, each with its path."""


def compiled(folder: Path) -> Path:
    """Compile the failing library in ``folder`` and return its path."""
    made = folder / "failing_disk.so"
    command = ["cc", "-O1", "-shared", "-fPIC", "-o", str(made), str(_SOURCE), "-ldl"]
    subprocess.run(command, check=True)
    return made


class BadDisk:
    """Runs commands; calls on files under ``root`` fail on request."""

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
    ) -> CommandResult:
        """Run a command whose call number ``at`` meets ``fault``; with 0, no call fails."""
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
        return CommandResult(**json.loads(self._server.stdout.readline()))


@contextmanager
def bad_disk(library: Path, root: Path) -> Iterator[BadDisk]:
    """Run commands in the current directory and environment, with failing files under ``root``."""
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


class StoredFiles:
    """A copy of the directories of a Studio, to be restored any number of times."""

    def __init__(self, root: Path, folder: Path) -> None:
        """Copy ``root`` to ``folder``, which also has space for scratch files."""
        self.folder = folder
        self._root, self._kept = root, folder / "kept"
        shutil.copytree(root, self._kept, symlinks=True)

    def restore(self) -> None:
        """Restore the copied state."""
        for place in self._root.iterdir():
            shutil.rmtree(place) if place.is_dir() else place.unlink()
        shutil.copytree(self._kept, self._root, symlinks=True, dirs_exist_ok=True)


def state(root: Path, scratch: Path) -> dict[str, str]:
    """Return the contents of files by path: a digest for a database, the text for other files.

    The write-ahead log and journal of SQLite count as part of the database. The log of the program
    is left out.
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
    """Return a digest of all rows of a database.

    The database is recovered in a copy, so that recovering the original is left to the program.
    Raises `AssertionError` if the database is corrupt.
    """
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
    """Return the paths whose contents differ between two states."""
    return [
        path for path in sorted(found.keys() | wanted.keys()) if found.get(path) != wanted.get(path)
    ]
