"""Torn pages and lost syncs: a disk stored only a part of SQLite's write-ahead log, or other bytes.

However much of the log is stored, the database is in the state after one of the commands.
"""

import sqlite3
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, create
from tests.cli.faults.disk import contents
from tests.organisation import PEOPLE

COMMANDS = (
    create("Q2 review"),
    ("pushes", "assign", "Q2 review", "ann", "cas"),
    ("pushes", "edit", "Q2 review", "--deadline", "2026-04-30"),
    ("users", "import", "more.csv"),
    ("pushes", "unassign", "Q2 review", "ann"),
)
_FRAME = 4096 + 24
"""Bytes of a page in the log, including the header of its frame."""
_HEAD = 32
"""Bytes of the header of the log."""


@pytest.fixture
def held(pushed: Cli, private_home: Path) -> Iterator[Path]:
    """A database whose log only grows, because a reader keeps its first snapshot open."""
    path = private_home / "data" / "studio-tui" / "studio.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as reading:
        reading.execute("BEGIN")
        reading.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        yield path


def test_a_part_of_the_log_is_the_state_after_one_of_the_commands(
    pushed: Cli, held: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = PEOPLE + "fay,fay@example.org,Fay,Novak,nl,Sales,,,,\n"
    Path("more.csv").write_text(more, encoding="utf-8")
    log = held.with_name(f"{held.name}-wal")
    scratch = tmp_path / "scratch"
    sizes, states = [0], [contents(held, scratch)]
    for command in COMMANDS:
        pushed.run(*command)
        sizes.append(log.stat().st_size)
        states.append(contents(held, scratch))
    assert len(set(states)) == len(states)
    database, whole = held.read_bytes(), log.read_bytes()
    folder = tmp_path / "torn"
    folder.mkdir(mode=0o700)
    torn = folder / "studio.db"
    monkeypatch.setenv("STUDIO_DATABASE_URL", f"sqlite:///{torn}")

    def tear(bytes_of_log: bytes) -> str:
        torn.write_bytes(database)
        torn.chmod(0o600)
        folder.joinpath("studio.db-wal").write_bytes(bytes_of_log)
        folder.joinpath("studio.db-shm").unlink(missing_ok=True)
        return contents(torn, scratch)

    for cut in sorted(_cuts(sizes)):
        wanted = states[bisect_right(sizes, cut) - 1]
        assert tear(whole[:cut]) == wanted, cut
        # The disk has allocated space for the rest, which still holds its former content.
        rest = len(whole) - cut
        assert tear(whole[:cut] + bytes(rest)) == wanted, cut
        junk = (b"junk" * rest)[:rest]
        assert tear(whole[:cut] + junk) == wanted, cut
    # A page in the middle was not written, so the pages after it are ignored.
    gap = _HEAD + (sizes[3] - _HEAD) // _FRAME // 2 * _FRAME
    assert tear(whole[:gap] + bytes(_FRAME) + whole[gap + _FRAME :]) in states[:3]
    # The program continues from that state.
    tear(whole[: sizes[2] + _FRAME // 2])
    assert "Q2 review" in pushed.out("pushes", "list")
    pushed.run("activity", "verify")
    pushed.run(*COMMANDS[2])
    tear(whole[: sizes[1] - 1])
    pushed.run(*COMMANDS[0])


def _cuts(sizes: list[int]) -> Iterator[int]:
    """Yield positions in the log: the end of each command, and places right before and after it."""
    for size in sizes[1:]:
        for place in (size, size - 1, size - _FRAME, size - _FRAME // 2, size + _FRAME // 2):
            yield min(place, sizes[-1])
