"""A disk that is full to the last byte, or mounted read-only, and an account without a name: really
so, in a name space of the kernel. Each says what it is and what to do, and nothing is written."""

import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import COMMAND, Cli, create

RUN_ALL = """
set -e
mkdir "$1"
mount -t tmpfs -o size=4m,mode=700 none "$1"
cp studio.db "$1"
{disk}
shift
for command in "users list" "worker --drain" "db backup kept.db" "{create}"
do "$@" $command || echo "ended with $?"
done
ls -A "$(dirname "${{STUDIO_DATABASE_URL#sqlite:///}}")"
"""
DISKS = {
    "read-only": ('mount -o remount,ro "$1"', "mounted read-only. Mount it for writing"),
    "full": ('dd if=/dev/zero of="$1/rest" 2>&- || true', "disk of the database is full"),
}
COMMANDS = 4


def in_name_space(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["unshare", *arguments], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("disk", DISKS)
def test_a_disk_that_takes_nothing_is_called_so_by_every_command(
    organisation: Cli, private_home: Path, monkeypatch: pytest.MonkeyPatch, disk: str
) -> None:
    prepare, sign = DISKS[disk]
    organisation.run("db", "backup", "studio.db")
    mounted = Path("disk").absolute()
    monkeypatch.setenv("STUDIO_DATABASE_URL", f"sqlite:///{mounted}/studio.db")
    script = RUN_ALL.format(disk=prepare, create=" ".join(create("New")))
    done = in_name_space(
        "--map-root-user", "--mount", "sh", "-c", script, "sh", str(mounted), *COMMAND
    )
    assert done.stdout.count("ended with 1\n") == COMMANDS, done
    assert done.stderr.count(sign) == done.stderr.count("\n") == COMMANDS, done.stderr
    left = set(done.stdout.rpartition("ended with 1\n")[2].split()) - {"rest"}
    assert left <= {"studio.db", "studio.db-wal", "studio.db-shm"}
    assert not Path("kept.db").exists()


def test_an_account_without_a_name_is_nobody(organisation: Cli) -> None:
    for command in (("users", "list"), ("db", "migrate"), ("doctor",)):
        done = in_name_space("--user", "--map-user=12345", *COMMAND, *command)
        assert done.returncode == 1
        assert "The account 12345 has no name on this host" in done.stdout + done.stderr
        assert "fault" not in done.stderr
